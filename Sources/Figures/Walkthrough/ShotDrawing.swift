internal import Drawing
internal import Recordings

/// Draws the frames of a storyboard from the numbers of a step.
struct ShotDrawing {
    let context: FigureContext
    let step: any WalkedStep
    let storyboard: Storyboard
    let example: Int
    let head: Int
    private let words: [String]
    private let nodes: [ValueName: NodeDescription]
    /// The row of the text that is followed: the first whose next token is counted.
    private let textRow: Int
    /// The number of the trained parameter that is followed: that of the largest gradient.
    private let followed: [Int]?
    /// The row of the soft prompt or prefix that is followed.
    private var sideRow: Int? { followed?.first }
    private let promptLength: Int

    var run: RecordedRun { step.run }
    var type: Typesetter { context.type }

    init(_ context: FigureContext, step: any WalkedStep) throws {
        self.context = context
        self.step = step
        let configuration = step.run.model.configuration
        let layer = context.options.layer ?? 0
        guard (0..<configuration.layers).contains(layer) else {
            throw context.bad("layer", "the model has layers 0 to \(configuration.layers - 1), and no \(layer)")
        }
        head = context.options.head ?? 0
        guard (0..<configuration.heads).contains(head) else {
            throw context.bad("head", "the model has heads 0 to \(configuration.heads - 1), and no \(head)")
        }
        example = context.options.example ?? 0
        guard (0..<step.batch.sequenceCount).contains(example) else {
            throw context.bad(
                "example", "the batch of step \(step.step) has examples 0 to \(step.batch.sequenceCount - 1), and no \(example)")
        }
        let storyboard = Storyboard(
            step.graph, run: step.run.description, layers: configuration.layers, layer: layer,
            hasWords: try step.recording.vocabularyEmbeddings() != nil)
        guard let parameter = storyboard.parameter else {
            throw context.lacking("the graph of run \(step.run.id) has no update of a trained parameter")
        }
        self.storyboard = storyboard
        words = try step.recording.vocabulary()
        nodes = Dictionary(step.graph.nodes.map { ($0.name, $0) }) { first, _ in first }
        let counted = step.batch.counted(ofSequence: example)
        textRow = counted.isEmpty ? step.batch.sequence(example).lowerBound : Int(step.batch.countedRows[counted.lowerBound])
        let gradient = try step.value(parameter.gradient)
        followed = gradient.flatMap { ShotNumbers($0, rows: 0..<$0.rowCount, head: 0, row: nil)?.index }
        let keys = nodes[.block(layer, "attention.key", ofPrompt: true)] ?? nodes[.block(layer, "attention.prefix.key")]
        promptLength = keys.map { if case .fixed(let count) = $0.shape.rows { count } else { 0 } } ?? 0
    }

    // MARK: Numbers

    private func word(_ token: Int32) -> String {
        words.indices.contains(Int(token)) ? TextSafety.shown(words[Int(token)]) : "[P\(Int(token) - words.count)]"
    }

    /// The value that a gradient, a moment or an update belongs to.
    private func subject(_ name: ValueName) -> ValueName {
        name.isGradient ? BlockGraph.subject(name) : name.subject ?? name
    }

    private var sequence: Range<Int> { step.batch.sequence(example) }

    private func isAttention(_ name: ValueName) -> Bool {
        let text = BlockGraph.subject(name).rawValue
        return text.hasSuffix("attention.scores") || text.hasSuffix("attention.weights")
    }

    /// How many keys a row of the text sees.
    private func keyCount(_ row: Int) -> Int { promptLength + row - sequence.lowerBound + 1 }

    func numbers(_ name: ValueName) throws -> ShotNumbers? {
        guard let value = try step.value(name) else { return nil }
        let rows = value.rows(ofSequence: example)
        var column: Int?
        var row: Int?
        switch value.shape.rows {
        case .tokens: row = textRow
        case .counted:
            row = rows.lowerBound
            if value.shape.inner == [words.count], rows.lowerBound < step.batch.targets.count {
                column = Int(step.batch.targets[rows.lowerBound])
            }
        case .fixed:
            let subject = subject(name)
            if subject == storyboard.parameter || subject == .promptInput {
                (row, column) = (followed?.first, followed?.last)
                break
            }
            row = subject.isOfPrompt || subject.rawValue.hasPrefix("prefix") || BlockGraph.isPrefix(subject) ? sideRow : nil
        }
        return ShotNumbers(value, rows: rows, head: head, row: row, column: column) { row, column in
            !isAttention(name) || value.shape.rows != .tokens || column < keyCount(row)
        }
    }

    func text(_ x: Double) -> String { NumberFormat.significant(x, digits: 4) }

    func address(_ name: ValueName, _ index: [Int]) -> String {
        Address(run: run.id, step: step.step, name, element: index.map { $0 }).text
    }

    /// `block.0.attention.scores[4,0,2]`.
    func elementText(_ name: ValueName, _ index: [Int]) -> String { Address(name, element: index.map { $0 }).text }

    func role(_ act: Storyboard.Act) -> ColourRole {
        switch act {
        case .forward: .textToken
        case .backward: .gradient
        case .optimizer: .trained
        }
    }

    static func name(_ act: Storyboard.Act) -> Localised {
        switch act {
        case .forward: Localised(en: "forward pass", zhHans: "前向传播")
        case .backward: Localised(en: "backward pass", zhHans: "反向传播")
        case .optimizer: Localised(en: "optimizer", zhHans: "优化器")
        }
    }

    func node(_ name: ValueName) -> NodeDescription? { nodes[name] }

    // MARK: Pictures

    /// What a frame shows, in a room.
    func picture(_ shot: Storyboard.Shot, room: Size, hasLabels: Bool) throws -> Block {
        switch shot.picture {
        case .tokens: return tokens(room: room, showsIDs: false, isSmall: !hasLabels)
        case .ids: return tokens(room: room, showsIDs: true, isSmall: !hasLabels)
        case .nearestWords: return try nearestWords(room: room, isSmall: !hasLabels)
        case .numbers, .mask, .update:
            guard let name = shot.value else { return .empty }
            guard let shown = try numbers(name) else {
                throw context.lacking("the step \(step.step) of run \(run.id) has no \(name)")
            }
            if shot.picture == .update { return try update(shown, room: room, hasLabels: hasLabels) }
            if shown.value.shape.rows == .counted, shown.columnCount == words.count {
                return wordBars(shown, room: room, hasLabels: hasLabels)
            }
            if shown.value.numbers.count == 1 { return scalar(shown) }
            return matrix(shown, room: room, hasLabels: hasLabels, isMasked: shot.picture == .mask)
        }
    }

    private func scalar(_ shown: ShotNumbers) -> Block {
        type.line(text(Double(shown.number)), font: Font(.sans, .bold, size: 32))
            .addressed(address(shown.value.name, shown.index))
    }

    private func tokens(room: Size, showsIDs: Bool, isSmall: Bool) -> Block {
        let batch = step.batch
        let font: Font = isSmall ? .digits : Font(size: 20)
        let order = [example] + (0..<batch.sequenceCount).filter { $0 != example }
        let capacity = isSmall ? 3 : 8
        var lines: [Block] = []
        for sequence in order.prefix(capacity) {
            let counted = Set(batch.countedRows)
            let chips = batch.sequence(sequence).map { row -> Block in
                let isCounted = counted.contains(Int32(row)) && sequence == example
                var parts = [type.line(word(batch.tokens[row]), font: font)]
                if showsIDs {
                    parts.append(type.line(String(batch.tokens[row]), font: isSmall ? .digits : .body.mono, paint: .muted))
                }
                let box = Box(
                    role: .textToken,
                    stroke: Stroke(sequence == example ? .textToken : .rule, width: isCounted ? 2.5 : 1),
                    isTinted: sequence == example)
                return box.block(
                    .column(parts, spacing: 2, alignment: .centre),
                    padding: .symmetric(horizontal: isSmall ? 8 : 16, vertical: isSmall ? 5 : 10))
            }
            lines.append(.flow(chips, width: room.width, spacing: isSmall ? 4 : 8, lineSpacing: 4))
        }
        func column(_ lines: [Block]) -> Block {
            let omitted = batch.sequenceCount - lines.count
            let note = Elision.note(omitted: omitted, Localised(en: "sequences", zhHans: "个序列"))
            return .column(
                lines + (omitted > 0 ? [type.line(note, font: .digits, paint: .muted)] : []), spacing: isSmall ? 5 : 20)
        }
        // Sequences that took too many lines leave others out.
        while isSmall, lines.count > 1, column(lines).height > room.height { lines.removeLast() }
        return column(lines)
    }

    private func rowLabels(_ value: RecordedValue, _ rows: Range<Int>) -> [String] {
        switch value.shape.rows {
        case .tokens: return rows.map { type.shortened(word(step.batch.tokens[$0]), width: 90, font: .label) }
        case .counted:
            return rows.map { type.shortened(word(step.batch.tokens[Int(step.batch.countedRows[$0])]), width: 90, font: .label) }
        case .fixed:
            let subject = subject(value.name)
            let isSide = subject.isOfPrompt || subject.rawValue.hasPrefix("prefix") || BlockGraph.isPrefix(subject)
            return rows.map { isSide ? "p\($0 + 1)" : "\($0)" }
        }
    }

    private func matrix(
        _ shown: ShotNumbers, room: Size, hasLabels: Bool, isMasked: Bool, isSource: Bool = false,
        values: ((Int, Int) -> Float)? = nil, address: String? = nil
    ) -> Block {
        let name = shown.value.name
        let isAttention = isAttention(name) && shown.value.shape.rows == .tokens
        let hidesMasked = isMasked || (isAttention && !BlockGraph.subject(name).rawValue.hasSuffix("scores"))
        let columnCount = isAttention ? min(shown.columnCount, promptLength + sequence.count) : shown.columnCount
        let named = hasLabels ? rowLabels(shown.value, shown.rows) : []
        let labelWidth = named.map { type.width(of: $0, in: .label) }.max().map { $0.rounded(.up) + 8 } ?? 0
        let capacity = Int((room.width - labelWidth) / MatrixView.smallestCell)
        let rowCapacity = Int(((room.height - (hasLabels ? 40 : 16)) / 11).rounded(.down))
        let column = shown.index.count > 1 ? shown.index[shown.index.count - 1] : 0
        let rows = ShotNumbers.window(shown.rows.count, room: rowCapacity, around: shown.index[0] - shown.rows.lowerBound)
        let columns = ShotNumbers.window(columnCount, room: capacity, around: min(column, columnCount - 1))
        let rowIndices = rows.map { $0 + shown.rows.lowerBound }
        let read = values ?? { shown[$0, $1] }
        let numbers = rowIndices.flatMap { row in
            columns.map { column -> Float? in hidesMasked && column >= keyCount(row) ? nil : read(row, column) }
        }
        let finite = numbers.compactMap { $0 }
        let scale: ColourScale =
            finite.contains { $0 < 0 } ? .diverging(covering: finite) : .sequential(covering: finite)
        let labels = hasLabels ? rowLabels(shown.value, rowIndices[0]..<rowIndices[rowIndices.count - 1] + 1) : []
        var columnAxis = MatrixAxis(
            count: columns.count, noun: Localised(en: "columns", zhHans: "列"), firstIndex: columns.lowerBound)
        if isAttention, columns.count == columnCount, promptLength > 0 {
            let texts = sequence.prefix(columnCount - promptLength).map {
                type.shortened(word(step.batch.tokens[$0]), width: 72, font: .digits)
            }
            let labels = (0..<promptLength).map { "p\($0 + 1)" } + texts
            columnAxis = MatrixAxis(
                groups: [
                    .init(
                        count: promptLength, label: hasLabels ? type(Self.joiner(nodes, storyboard.layer)) : nil, role: .trained),
                    .init(count: columnCount - promptLength, role: .textToken),
                ], labels: hasLabels ? labels : [], noun: Localised(en: "columns", zhHans: "列"))
        } else if isAttention, hasLabels, columns.count == columnCount {
            columnAxis.labels = sequence.prefix(columnCount).map {
                type.shortened(word(step.batch.tokens[$0]), width: 72, font: .digits)
            }
        }
        var view = MatrixView(
            rows: MatrixAxis(
                count: rows.count, labels: labels, noun: Localised(en: "rows", zhHans: "行"), firstIndex: rowIndices[0]),
            columns: columnAxis, values: numbers, scale: scale,
            address: address ?? shown.address(run: run.id, step: step.step))
        let most = hasLabels ? 72.0 : 30.0
        let wide = max(
            MatrixView.smallestCell, min(most, ((room.width - labelWidth - 14) / Double(columns.count) - 1).rounded(.down)))
        view.isSquare = false
        let high = hasLabels ? min(44, max(MatrixView.smallestCell, (room.height - 100) / Double(rows.count) - 1)) : 16
        view.cell = Size(width: wide, height: hasLabels ? high.rounded(.down) : min(high, wide))
        view.cellGap = wide >= 14 ? 1 : 0
        let rowPlace = shown.index[0] - rowIndices[0]
        let columnPlace = column - columns.lowerBound
        // Of what a number is made, its row is all that is sure to be among it.
        let marked = isSource ? 0..<columns.count : columns.contains(column) ? columnPlace..<columnPlace + 1 : 0..<0
        let hasNumbers = wide >= MatrixView.numberWidth && high >= Font.digits.lineHeight
        if !marked.isEmpty, !hasNumbers {
            view.highlights = [.init(rows: rowPlace..<rowPlace + 1, columns: marked, role: .ink)]
        }
        var block = view.block(type, room: Size(width: room.width, height: max(room.height - (hasLabels ? 60 : 0), 24)))
        if hasNumbers, let row = block.places["row \(rowPlace)"], let first = marked.first, let last = marked.last,
            let start = block.places["column \(first)"], let end = block.places["column \(last)"]
        {
            // A frame would touch the numbers: bars above and below leave them air.
            for y in [row.y, row.bottom - 3] {
                block.elements.append(
                    .rectangle(Rectangle(x: start.x, y: y, width: end.right - start.x, height: 3), fill: .ink))
            }
        }
        guard hasLabels else { return block }
        var notes: [Localised] = []
        if rows.count < shown.rows.count {
            notes.append(
                Localised(
                    en: "rows \(rowIndices[0]) to \(rowIndices[rowIndices.count - 1]) of \(shown.rows.count)",
                    zhHans: "第 \(rowIndices[0]) 至 \(rowIndices[rowIndices.count - 1]) 行，共 \(shown.rows.count) 行"))
        }
        if columns.count < columnCount {
            notes.append(
                Localised(
                    en: "columns \(columns.lowerBound) to \(columns.upperBound - 1) of \(columnCount)",
                    zhHans: "第 \(columns.lowerBound) 至 \(columns.upperBound - 1) 列，共 \(columnCount) 列"))
        }
        if !shown.middle.isEmpty { notes.append(Localised(en: "head \(shown.middle[0])", zhHans: "头 \(shown.middle[0])")) }
        if hidesMasked { notes.append(Localised(en: "a dot: not seen", zhHans: "圆点：看不到")) }
        var parts = [block]
        if !notes.isEmpty {
            let separator = type.language == .en ? " · " : "；"
            parts.append(type.line(notes.map { type($0) }.joined(separator: separator), font: .digits, paint: .muted))
        }
        if !isSource { parts.append(ColourKey(scale, title: "").block(type)) }
        block = .column(parts, spacing: 12)
        return block
    }

    /// What a frame's value is computed from, as far as it is numbers of the same step: a picture to stand above its own.
    func source(of shot: Storyboard.Shot) throws -> ShotNumbers? {
        guard shot.picture == .numbers, let name = shot.value, let node = nodes[name] else { return nil }
        let operands = node.operands.filter { nodes[$0]?.isParameter == false || run.description.isTrained($0) }
        let preferred = (shot.act == .backward ? operands.first(where: \.isGradient) : operands.first) ?? operands.first
        guard let preferred, let shown = try numbers(preferred), shown.value.numbers.count > 1,
            !(shown.value.shape.rows == .counted && shown.columnCount == words.count)
        else { return nil }
        return shown
    }

    /// The numbers of a source, in a room.
    func sourcePicture(_ shown: ShotNumbers, room: Size) -> Block {
        matrix(shown, room: room, hasLabels: true, isMasked: false, isSource: true)
    }

    private static func joiner(_ nodes: [ValueName: NodeDescription], _ layer: Int) -> Localised {
        nodes[.block(layer, "attention.prefix.key")] == nil
            ? Localised(en: "prompt", zhHans: "软提示") : Localised(en: "prefix", zhHans: "前缀")
    }

    /// What an update adds: the difference of the new numbers and the old.
    private func update(_ shown: ShotNumbers, room: Size, hasLabels: Bool) throws -> Block {
        guard let parameter = storyboard.parameter, let before = try step.value(parameter) else {
            throw context.lacking("the step \(step.step) has no numbers from before its update")
        }
        let difference = zip(shown.value.numbers, before.numbers).map { $0 - $1 }
        let columns = shown.columnCount
        let address = Derivation(
            "difference", Address(run: run.id, step: step.step, shown.value.name),
            Address(run: run.id, step: step.step, parameter)
        ).description
        return matrix(
            shown, room: room, hasLabels: hasLabels, isMasked: false, values: { difference[$0 * columns + $1] }, address: address)
    }

    /// The followed number of the update, and how it is looked up.
    func updateNumber() throws -> (number: Double, address: String)? {
        guard let parameter = storyboard.parameter, let before = try numbers(parameter),
            let after = try numbers(parameter.updated)
        else { return nil }
        let derivation = Derivation(
            "difference", Address(run: run.id, step: step.step, parameter.updated, element: after.index.map { $0 }),
            Address(run: run.id, step: step.step, parameter, element: before.index.map { $0 }))
        return (Double(after.number - before.number), derivation.description)
    }

    /// The likeliest words, or those with the largest gradients: a bar and a number each.
    private func wordBars(_ shown: ShotNumbers, room: Size, hasLabels: Bool) -> Block {
        let row = shown.index[0]
        let target = Int(step.batch.targets[row])
        let isGradient = shown.value.name.isGradient
        let isMagnitude = isGradient || shown.value.name == .logits
        func size(_ id: Int) -> Float { isGradient ? abs(shown[row, id]) : shown[row, id] }
        let order = (0..<shown.columnCount).sorted { (size($1), $0) < (size($0), $1) }
        let font: Font = hasLabels ? .body : .digits
        let lineHeight = hasLabels ? 28.0 : 15
        let capacity = max(2, min(hasLabels ? 10 : 5, Int(room.height / lineHeight)))
        var shownWords = Array(order.prefix(capacity))
        if !shownWords.contains(target) { shownWords[capacity - 1] = target }
        let largest = shownWords.map { Double(abs(shown[row, $0])) }.max() ?? 1
        let labels = shownWords.map { type.shortened(word(Int32($0)), width: hasLabels ? 140 : 64, font: font) }
        let labelWidth = (labels.map { type.width(of: $0, in: font) }.max() ?? 0).rounded(.up) + 8
        let numberFont: Font = hasLabels ? .label : .digits
        let widest = shownWords.map { type.width(of: text(Double(shown[row, $0])), in: numberFont) }.max() ?? 0
        let numberWidth = widest.rounded(.up) + 8
        let barRoom = max(20, min(room.width, 520) - labelWidth - numberWidth)
        var block = Block(size: Size(width: labelWidth + barRoom + numberWidth, height: Double(shownWords.count) * lineHeight))
        // Numbers of both signs share the bars' room, with the zero between.
        let hasNegative = isMagnitude && shownWords.contains { shown[row, $0] < 0 }
        let unit = barRoom / (hasNegative ? 2 : 1)
        let zero = labelWidth + (hasNegative ? unit : 0)
        for (rank, id) in shownWords.enumerated() {
            let y = Double(rank) * lineHeight
            let x = Double(shown[row, id])
            let isTarget = id == target
            let line = type.line(labels[rank], font: isTarget ? font.bold : font, paint: isTarget ? .good : .ink)
            block.place(line, at: Point(x: 0, y: (y + (lineHeight - line.height) / 2).rounded()))
            let length = largest > 0 ? abs(x) / largest * unit : 0
            let bar = Rectangle(x: x < 0 ? zero - length : zero, y: y + 3, width: max(length, 0.5), height: lineHeight - 6)
            block.elements.append(
                .group(
                    Group(
                        address: address(shown.value.name, [row, id]),
                        [
                            .rectangle(
                                bar,
                                fill: .role(isGradient ? .gradient : isTarget ? .good : .textToken, strength: isTarget ? 1 : 0.55)
                            )
                        ])))
            let number = type.line(text(x), font: numberFont)
                .addressed(address(shown.value.name, [row, id]))
            block.place(number, at: Point(x: labelWidth + barRoom + 6, y: (y + (lineHeight - number.height) / 2).rounded()))
        }
        guard hasLabels else { return block }
        let note = Localised(
            en: "… \(NumberFormat.whole(shown.columnCount - shownWords.count)) more words; green: the word that follows",
            zhHans: "……另有 \(NumberFormat.whole(shown.columnCount - shownWords.count)) 个词；绿色：下一个词")
        return .column([block, type.line(note, font: .digits, paint: .muted)], spacing: 10)
    }

    private func nearestWords(room: Size, isSmall: Bool) throws -> Block {
        guard let parameter = storyboard.parameter, let before = try step.value(parameter),
            let after = try step.value(parameter.updated), let embeddings = try step.recording.vocabularyEmbeddings()
        else { throw context.lacking("the step \(step.step) has no new soft prompt to compare with words") }
        let words = NearestWords(embeddings)
        let font: Font = isSmall ? .digits : .body
        let capacity = isSmall ? max(2, Int(room.height / 17)) : 12
        let elision = Elision(count: after.rowCount, capacity: capacity)
        var rows: [[Block]] = []
        for row in elision.shown {
            func cell(_ value: RecordedValue) -> Block {
                guard let nearest = words.nearest(to: value.row(row)).first else { return .empty }
                let name = type.line(type.shortened(word(Int32(nearest.id)), width: isSmall ? 56 : 160, font: font), font: font)
                let cosine = type.line(
                    NumberFormat.fixed(nearest.cosine, decimals: 2), font: isSmall ? .digits : .label, paint: .muted
                )
                .addressed(
                    Derivation(
                        "cosine", Address(run: run.id, step: step.step, value.name, row),
                        Address(.vocabularyEmbeddings, nearest.id)
                    ).description)
                return .row(onBaseline: [name, cosine], spacing: 6)
            }
            rows.append([
                type.line("p\(row + 1)", font: font, paint: .trained), cell(before), type.line("→", font: font, paint: .muted),
                cell(after),
            ])
        }
        func grid(_ rows: [[Block]]) -> Block { .grid(rows, columnSpacing: isSmall ? 8 : 20, rowSpacing: isSmall ? 2 : 10) }
        // Where the words before the update have no room, those behind it stand alone.
        let whole = grid(rows)
        var parts = [whole.width <= room.width ? whole : grid(rows.map { [$0[0], $0[3]] })]
        if let note = elision.note(Localised(en: "virtual tokens", zhHans: "个虚拟 token")) {
            parts.append(type.line(note, font: .digits, paint: .muted))
        }
        return .column(parts, spacing: 6)
    }
}
