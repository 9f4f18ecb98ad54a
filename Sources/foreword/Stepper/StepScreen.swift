import Drawing
import Experiments
import Recordings

/// Draws where one stands: lines that fit a width.
struct StepScreen {
    let session: SteppingSession
    let words: StepperWords
    let vocabulary: [String]
    let mode: ViewMode
    let width: Int
    /// The lines there are; as many as are useful if it is not limited.
    let height: Int?
    let hasColours: Bool

    /// The rows of a value that are shown where the height is not limited.
    private static let usualRows = 12

    private var cursor: StepCursor { session.cursor }
    private var run: RunOutline { session.outline }
    private var outline: StepOutline { run.outline(atStep: cursor.step) }
    private var description: RunDescription { session.reader.replayed.run.description }

    /// Everything, from the path to what changed.
    ///
    /// - Throws: An error of a damaged file. What was not kept and cannot be computed again is said in its place.
    func lines() throws -> [StyledText] {
        var head = [path] + (try numbersOfStep())
        head.append(StyledText(String(repeating: "─", count: width), .quiet))
        var foot = try watches()
        if let changes = try session.changes() { foot += try self.changes(changes) }
        let room = height.map { max(3, $0 - head.count - foot.count) }
        var middle = try body(height: room)
        if let room, middle.count > room { middle = Array(middle.prefix(room)) }
        return (head + middle + foot).map { $0.clipped(to: width) }
    }

    // MARK: Where

    /// run · step · phase · block · value [element]
    var path: StyledText {
        var parts = [words.run(run.run)]
        if cursor.level > .run { parts.append(words.step(cursor.step, of: run.updates)) }
        if let phase = cursor.phase(in: outline) { parts.append(words.phase(phase)) }
        if cursor.level > .phase, let group = cursor.group(in: outline) {
            parts.append(words.block(outline.groups[group].block, in: outline.groups[group].phase))
        }
        var line = StyledText(parts.joined(separator: " · "), .strong)
        if let node = cursor.value.flatMap(outline.place(of:)), let group = cursor.group(in: outline) {
            let nodes = outline.groups[group].nodes
            line += StyledText(" · \(node - nodes.lowerBound + 1)/\(nodes.count)", .quiet)
        }
        return line
    }

    private func numbersOfStep() throws -> [StyledText] {
        guard cursor.level > .run else { return [] }
        let entries = try [ValueName.loss, .learningRate, .gradientNorm].map { StepQuantity(.number($0)) }.compactMap {
            quantity in
            try number(quantity).map { "\(words.quantity(quantity)) \(text($0))" }
        }
        return entries.isEmpty ? [] : [StyledText(entries.joined(separator: "   "), .quiet)]
    }

    /// `nil` also where the number was not kept and cannot be computed.
    private func number(_ quantity: StepQuantity) throws -> Double? {
        do { return try session.reader.number(quantity, atStep: cursor.step) } catch is ReplayError { return nil }
    }

    private func text(_ x: Double) -> String { NumberFormat.significant(x, digits: 4) }

    // MARK: What

    private func body(height: Int?) throws -> [StyledText] {
        switch cursor.place {
        case .run, .step, .phase, .block:
            let lines = try contents()
            let height = height ?? Self.usualRows + 1
            guard lines.count > height else { return lines }
            return Array(lines.prefix(height - 1)) + [StyledText("  " + words.more(lines.count - height + 1), .quiet)]
        case .operation(let name), .element(let name, _): return try operation(name, height: height)
        }
    }

    /// What is inside of what one stands at.
    func contents() throws -> [StyledText] {
        switch cursor.place {
        case .run: try contentsOfRun()
        case .step: try contentsOfStep()
        case .phase(let phase):
            outline.groups(of: phase).map { index in
                let group = outline.groups[index]
                return StyledText("  " + TerminalText.padded(words.block(group.block, in: phase), to: 22))
                    + StyledText(words.values(group.nodes.count), .quiet)
            }
        case .block:
            cursor.group(in: outline).map { group in outline.groups[group].nodes.map { operand(outline.nodes[$0], indent: "  ") }
            } ?? []
        case .operation(let name), .element(let name, _): outline.node(name).map { operands($0) } ?? []
        }
    }

    private func contentsOfRun() throws -> [StyledText] {
        let replayed = session.reader.replayed
        let journal = replayed.run.journal
        var lines = [StyledText(words.method(description.method.name, id: description.method.id))]
        lines.append(StyledText(words.trained(description.trainedCount, frozen: description.frozenCount)))
        for parameter in description.parameters.prefix(8) {
            let shape = parameter.shape.map(String.init).joined(separator: ", ")
            lines.append(StyledText("  \(parameter.name)", .role(.trained)) + StyledText("  [\(shape)]", .quiet))
        }
        if description.parameters.count > 8 {
            lines.append(StyledText("  " + words.more(description.parameters.count - 8), .quiet))
        }
        lines.append(StyledText(words.kept(description.frames.map(\.step))))
        let series = try session.reader.series(of: StepQuantity(.number(.loss)), over: run.steps, points: max(8, width - 30))
        if let first = series.first, let last = series.last {
            lines.append(
                StyledText("\(words.loss) \(text(first.number)) ")
                    + StyledText(Sparkline.text(series.map(\.number)), .role(.trained))
                    + StyledText(" \(text(last.number))"))
        }
        for split in replayed.run.task.splits {
            guard let last = journal.evaluations(ofSplit: split.id).last else { continue }
            lines.append(StyledText(words.evaluation(split.id, accuracy: last.accuracy, step: last.step)))
        }
        return lines
    }

    private func contentsOfStep() throws -> [StyledText] {
        let values = try session.reader.values(atStep: cursor.step)
        let batch = values.batch
        var lines = [StyledText(words.batch(batch, split: values.split))]
        for sequence in 0..<min(3, batch.sequenceCount) {
            let text = batch.sequence(sequence).map { word(batch.tokens[$0]) ?? "?" }.joined(separator: " ")
            lines.append(StyledText("  \(text)", .role(.textToken)))
        }
        if batch.sequenceCount > 3 { lines.append(StyledText("  " + words.more(batch.sequenceCount - 3), .quiet)) }
        for phase in outline.phases {
            let groups = outline.groups(of: phase)
            let count = groups.reduce(0) { $0 + outline.groups[$1].nodes.count }
            lines.append(
                StyledText("  " + TerminalText.padded(words.phase(phase), to: 22)) + StyledText(words.values(count), .quiet))
        }
        return lines
    }

    // MARK: An operation

    private func operation(_ name: ValueName, height: Int?) throws -> [StyledText] {
        guard let node = outline.node(name) else { return [] }
        let extents = try session.reader.extents(of: name, atStep: cursor.step)
        let size = extents.map(String.init).joined(separator: " × ")
        let isKept = try session.reader.values(atStep: cursor.step).isKept(name)
        var title = StyledText(name.rawValue, .role(role(of: node)))
        if let element = cursor.element { title += StyledText(indexText(element), .strong) }
        let operation = StyledText("  \(node.operation ?? words.parameter)")
        let origin =
            status(of: node) == .computed
            ? words.origin(isKept: isKept, canCompute: session.reader.replayed.obstacle == nil) : words.status(status(of: node))
        let details = operation + StyledText("  \(size)  \(origin)", .quiet)
        var lines = title.columns + details.columns <= width ? [title + details] : [title, details]
        if let formula = node.formula {
            lines += TerminalText.wrapped(formula, to: width, indent: 2).map { StyledText($0, .strong) }
        }
        lines += operands(node)
        if status(of: node) == .frozen, run.node(name.gradient) == nil {
            lines.append(StyledText("  " + words.noGradient, .quiet))
        }
        do {
            let value = try session.reader.value(name, atStep: cursor.step)
            if let element = cursor.element { lines += try self.element(value, element) }
            let rows = height.map { max(3, $0 - lines.count) } ?? Self.usualRows
            lines += ValueView(
                value: value, focus: cursor.element, rowWords: rowWords(value), width: width, height: rows,
                hasColours: hasColours,
                words: words
            ).lines(mode)
        } catch let error as ReplayError {
            lines += TerminalText.wrapped(words.reason(error), to: width).map { StyledText($0, .role(.bad)) }
        }
        return lines
    }

    private func operands(_ node: NodeDescription) -> [StyledText] {
        node.operands.enumerated().map { index, name in
            let label = TerminalText.padded(index == 0 ? words.from : "", to: 6)
            return outline.node(name).map { operand($0, indent: label) } ?? StyledText("\(label)\(name)")
        }
    }

    /// A value in a list: its name, its shape, what it is.
    private func operand(_ node: NodeDescription, indent: String) -> StyledText {
        let nameWidth = max(20, min(56, width - 44))
        var line = StyledText(indent)
        line += StyledText(TerminalText.padded(node.name.rawValue, to: nameWidth), .role(role(of: node)))
        line += StyledText(" " + TerminalText.padded("\(node.shape)", to: 16), .quiet)
        let status = status(of: node)
        line += StyledText(" " + (status == .computed ? node.operation ?? "" : words.status(status)), .quiet)
        return line
    }

    private func status(of node: NodeDescription) -> StepperWords.Status {
        if description.isTrained(node.name) { return .trained }
        guard node.isParameter else { return .computed }
        return node.phase == .optimizer ? .memory : .frozen
    }

    private func role(of node: NodeDescription) -> ColourRole {
        switch status(of: node) {
        case .frozen: .frozen
        case .trained: .trained
        case .memory: .value
        case .computed: node.name.isGradient ? .gradient : .ink
        }
    }

    private func indexText(_ index: [Int]) -> String { "[" + index.map(String.init).joined(separator: ",") + "]" }

    private func element(_ value: RecordedValue, _ index: [Int]) throws -> [StyledText] {
        let number = Double(value.numbers[value.offset(of: index)])
        func long(_ x: Double) -> String { NumberFormat.significant(x, digits: 7) }
        var lines = [StyledText("  = ") + StyledText(long(number), .reversed)]
        if let word = rowWords(value).dropFirst(index[0]).first ?? nil {
            lines[0] += StyledText("   \(TerminalText.harmless(word))", .role(.textToken))
        }
        // Without the graph's operations the formula and the operands have to do.
        guard session.reader.replayed.obstacle == nil, let explanation = try session.explanation(),
            let arithmetic = explanation.arithmetic
        else { return lines }
        let formula = words.isChinese ? arithmetic.chinese : arithmetic.english
        lines += TerminalText.wrapped("= " + formula, to: width, indent: 2).map { StyledText($0) }
        if let result = explanation.recomputed {
            lines.append(StyledText("  = \(long(result))", .plain) + StyledText("   \(words.inDouble)", .quiet))
        }
        let shown = explanation.operands.filter(\.isShown).prefix(6)
        for operand in shown {
            let place = TerminalText.padded(operand.address, to: max(20, min(60, width - 20)))
            lines.append(StyledText("      \(place) ", .quiet) + StyledText(text(operand.number)))
        }
        let others = explanation.operands.count - shown.count + explanation.omittedOperands
        if others > 0 { lines.append(StyledText("      " + words.others(others), .quiet)) }
        return lines
    }

    private func word(_ token: Int32) -> String? {
        // Ids behind the vocabulary stand for virtual tokens of a template.
        vocabulary.indices.contains(Int(token))
            ? TerminalText.harmless(vocabulary[Int(token)]) : "[P\(Int(token) - vocabulary.count)]"
    }

    /// The token of every row, where rows are of tokens.
    private func rowWords(_ value: RecordedValue) -> [String?] {
        switch value.shape.rows {
        case .tokens: value.batch.tokens.map(word)
        case .counted: value.batch.countedRows.map { word(value.batch.tokens[Int($0)]) }
        case .fixed(let rows):
            // A table with a row for each token of the vocabulary.
            rows == vocabulary.count && value.name.layer == nil ? vocabulary.map { TerminalText.harmless($0) } : []
        }
    }

    // MARK: Watches and changes

    private func watches() throws -> [StyledText] {
        try session.watches.map { quantity in
            let now = try number(quantity).map(text) ?? words.notThisStep
            let head = "\(words.watch) \(words.quantity(quantity)) \(now) "
            let points = max(8, min(120, width - TerminalText.columns(head) - 1))
            let series = try session.reader.series(of: quantity, over: run.steps, points: points)
            let tail = series.isEmpty ? StyledText(words.notJournalled, .quiet) : sparkline(series)
            return StyledText(head, .role(.good)) + tail
        }
    }

    /// The steps up to where one stands, then those to come.
    private func sparkline(_ series: [(step: Int, number: Double)]) -> StyledText {
        let blocks = Array(Sparkline.text(series.map(\.number)))
        let past = series.prefix { $0.step <= cursor.step }.count
        return StyledText(String(blocks.prefix(past)), .role(.trained)) + StyledText(String(blocks.dropFirst(past)), .quiet)
    }

    func changes(_ changes: StepChanges?) throws -> [StyledText] {
        guard let changes else { return [StyledText(words.nothingBefore, .quiet)] }
        if let computed = changes.computed {
            return computed == 0 ? [] : [StyledText(words.changed(words.moved(computed)), .quiet)]
        }
        var entries = [words.steps(from: changes.before.step, to: changes.after.step)]
        entries += changes.numbers.map { number in
            "\(words.quantity(number.quantity)) \(number.before.map(text) ?? "–") → \(number.after.map(text) ?? "–")"
        }
        var lines = TerminalText.wrapped(words.changed(entries.joined(separator: " · ")), to: width).map {
            StyledText($0, .quiet)
        }
        for move in changes.moves.prefix(3) {
            let text = words.moved(by: text(move.norm), largest: text(move.largest), at: indexText(move.index))
            lines.append(StyledText("  \(move.name) ", .role(.trained)) + StyledText(text, .quiet))
        }
        if changes.moves.count > 3 { lines.append(StyledText("  " + words.more(changes.moves.count - 3), .quiet)) }
        return lines
    }
}
