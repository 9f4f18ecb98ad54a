internal import Drawing
internal import Recordings

extension Figure {
    /// Rows of one batch, each behind its own prompt, beside what each run gives by itself.
    static let mixedBatch = Figure(
        id: "mixed-batch",
        question: Localised(en: "Different prompts in one batch?", zhHans: "一批里能有不同的提示吗？"),
        needs: FigureNeeds(
            also: Localised(
                en:
                    "a mixed batch with its logits and probabilities, and frames of the same held-out examples from the runs it mixes",
                zhHans: "一个含 logits 和概率的混合批，以及被混合的各次运行在同样留出样例上的帧"),
            check: { recording throws(RecordingError) in
                var lack: String?
                for run in recording.runs {
                    guard let mixed = try MixedBatchDrawing.mixedFrame(of: run) else { continue }
                    lack = try MixedBatchDrawing.lack(of: mixed, in: recording)
                    if lack == nil { return nil }
                }
                return lack ?? "it has no mixed batch whose logits and probabilities were kept"
            })
    ) { try MixedBatchDrawing($0).sheet() }
}

private struct MixedBatchDrawing {
    let context: FigureContext
    let run: RecordedRun
    let frame: RecordedFrame
    let rows: [Row]
    /// The largest logit of the separate runs in size, and where it is.
    let largest: (size: Double, signed: Double, at: Address)
    let words: [String]

    /// A sequence of the batch, with the same one by itself.
    struct Row {
        let alone: RecordedRun
        let text: [String]
        /// The likeliest first word of the answer in the mixed batch, and by itself.
        let answers: (mixed: Int, alone: Int)
        let probabilities: (mixed: Double, alone: Double)
        let places: (mixed: Address, alone: Address)
        /// The two logits that differ most, in the order that makes their difference positive.
        let difference: Double
        let differing: (Address, Address)
    }

    static func mixedFrame(of run: RecordedRun) throws(RecordingError) -> RecordedFrame? {
        for description in run.description.frames where description.sequences != nil {
            if let frame = try run.frame(step: description.step), frame.has(.logits), frame.has(.probabilities) { return frame }
        }
        return nil
    }

    /// The frame of a run that shows an example of a split by itself.
    private static func frame(of example: SequenceDescription, in run: RecordedRun) throws(RecordingError) -> RecordedFrame? {
        for description in run.description.frames.reversed()
        where description.split == example.split && description.step == run.journal.stepCount {
            guard let frame = try run.frame(step: description.step), frame.has(.logits), frame.has(.probabilities),
                frame.batch.sequenceCount > example.example
            else { continue }
            return frame
        }
        return nil
    }

    static func lack(of mixed: RecordedFrame, in recording: Recording) throws(RecordingError) -> String? {
        for sequence in mixed.sequences ?? [] {
            if try frame(of: sequence, in: recording.run(sequence.run)) == nil {
                return
                    "run \(sequence.run) has no frame after its last update with logits and probabilities of example \(sequence.example) of \(sequence.split)"
            }
        }
        return nil
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let recording = context.recording
        var found: (RecordedRun, RecordedFrame)?
        for run in try context.options.runs.first.map({ [try recording.run($0)] }) ?? recording.runs {
            if let frame = try Self.mixedFrame(of: run), try Self.lack(of: frame, in: recording) == nil {
                found = (run, frame)
                break
            }
        }
        guard let (run, frame) = found, let sequences = frame.sequences, !sequences.isEmpty else {
            throw context.options.runs.first.map { context.bad("run", "\($0) is no mixed batch with logits and probabilities") }
                ?? context.lacking("it has no mixed batch whose logits and probabilities were kept")
        }
        (self.run, self.frame) = (run, frame)
        let words = try recording.vocabulary()
        self.words = words
        let (logits, probabilities) = (try frame.value(.logits), try frame.value(.probabilities))
        var largest: (size: Double, signed: Double, at: Address)?
        rows = try sequences.enumerated().map { index, sequence in
            let alone = try recording.run(sequence.run)
            guard let own = try Self.frame(of: sequence, in: alone) else {
                throw context.lacking("run \(sequence.run) has no frame of its own")
            }
            let (ours, theirs) = (frame.batch.counted(ofSequence: index), own.batch.counted(ofSequence: sequence.example))
            try context.require(
                !ours.isEmpty && ours.map { frame.batch.targets[$0] } == theirs.map { own.batch.targets[$0] },
                "example \(sequence.example) of \(sequence.split) has another answer in the mixed batch than in run \(alone.id)")
            // Virtual tokens of a template have other numbers in a mixed batch.
            let text = frame.batch.sequence(index).map { frame.batch.tokens[$0] }
            let same = own.batch.sequence(sequence.example).map { own.batch.tokens[$0] }
            try context.require(
                text.count == same.count
                    && zip(text, same).allSatisfy { $0 == $1 || ($0 >= words.count && $1 >= words.count) },
                "example \(sequence.example) of \(sequence.split) has another text in the mixed batch than in run \(alone.id)")
            let (ownLogits, ownProbabilities) = (try own.value(.logits), try own.value(.probabilities))
            var most: (difference: Double, ours: (Int, Int), theirs: (Int, Int), isPositive: Bool)?
            for (row, other) in zip(ours, theirs) {
                for (token, (a, b)) in zip(logits.row(row), ownLogits.row(other)).enumerated() {
                    try context.require(
                        a.isFinite && b.isFinite, "a logit of example \(sequence.example) of \(alone.id) is no number")
                    let difference = Double(a) - Double(b)
                    if abs(difference) > most?.difference ?? -1 {
                        most = (abs(difference), (row, token), (other, token), difference >= 0)
                    }
                    if abs(Double(b)) > largest?.size ?? 0 {
                        largest = (
                            abs(Double(b)), Double(b), Address(run: alone.id, step: own.step, .logits, other, token)
                        )
                    }
                }
            }
            guard let most else { throw context.lacking("the mixed batch counts no token of a row") }
            func best(_ value: RecordedValue, _ row: Int) -> (Int, Double) {
                let numbers = Array(value.row(row))
                let token = numbers.indices.max { (numbers[$0], $1) < (numbers[$1], $0) } ?? 0
                return (token, Double(numbers[token]))
            }
            let (mixed, single) = (best(probabilities, ours.lowerBound), best(ownProbabilities, theirs.lowerBound))
            let a = Address(run: run.id, step: frame.step, .logits, most.ours.0, most.ours.1)
            let b = Address(run: alone.id, step: own.step, .logits, most.theirs.0, most.theirs.1)
            let start = frame.batch.sequence(index).lowerBound
            let last = Int(frame.batch.countedRows[ours.lowerBound])
            return Row(
                alone: alone, text: text[0...(last - start)].map { $0 < words.count ? words[Int($0)] : "[P]" },
                answers: (mixed.0, single.0), probabilities: (mixed.1, single.1),
                places: (
                    Address(run: run.id, step: frame.step, .probabilities, ours.lowerBound, mixed.0),
                    Address(run: alone.id, step: own.step, .probabilities, theirs.lowerBound, single.0)
                ), difference: most.difference, differing: most.isPositive ? (a, b) : (b, a))
        }
        guard let largest else { throw context.lacking("all of its logits are 0") }
        self.largest = largest
    }

    /// The largest difference, as a share of the largest logit.
    private var worst: Double { (rows.map(\.difference).max() ?? 0) / largest.size }
    private static let tolerance = 4e-6

    // MARK: Words

    func sheet() throws -> Sheet {
        try context.require(
            worst <= Self.tolerance,
            "a logit of the mixed batch differs from that of its own run by \(NumberFormat.scientific(worst)) of the largest logit, and \(NumberFormat.scientific(Self.tolerance, digits: 1)) is allowed"
        )
        try context.require(
            rows.allSatisfy { $0.answers.mixed == $0.answers.alone }, "a row has another answer in the mixed batch than alone")
        let adapted = rows.filter { $0.alone.description.trainedCount > 0 }
        let share = worst == 0 ? nil : NumberFormat.power(worst)
        let (count, adapters) = (NumberFormat.whole(rows.count), Set(adapted.map(\.alone.id)).count)
        let allPrompts = adapted.allSatisfy { $0.alone.description.method.virtualTokens != nil }
        let (noun, nounZh) = allPrompts ? ("prompt", "提示") : ("adapter", "适配器")
        let hasBare = adapted.count < rows.count
        let prompts = "\(NumberFormat.whole(adapters)) \(noun)\(adapters == 1 ? "" : "s")\(hasBare ? " or none" : "")"
        let promptsZh = "\(NumberFormat.whole(adapters)) 个\(nounZh)\(hasBare ? "或不用\(nounZh)" : "")"
        return Sheet(
            title: Localised(
                en:
                    "\(count) texts behind \(prompts) in one batch: each gets what it gets alone\(share.map { ", to within \($0) of the largest logit" } ?? ", bit for bit")",
                zhHans:
                    "一批 \(count) 条文本，用 \(promptsZh)：每条的结果都与单独运行时相同\(share.map { "，误差不超过最大 logit 的 \($0)" } ?? "，逐位一致")"
            ),
            description: Localised(
                en:
                    "A table with a row for each text of one batch: its prompt, the text, the likeliest answer with its probability in the mixed batch and in a run of its own, and the largest difference of its logits.",
                zhHans: "一批文本的表格，每条一行：它的提示、文本、在混合批中和单独运行时最可能的答案及概率，以及 logits 的最大差。"),
            body: body(),
            caption: caption, provenance: provenance)
    }

    private var caption: Localised {
        let top = NumberFormat.significant(largest.size, digits: 3)
        let count = NumberFormat.whole(words.count)
        let (why, whyZh) =
            worst == 0 ? ("", "") : (" What is left is rounding: sums are added in another order.", "余下的差来自舍入：求和的次序不同。")
        return Localised(
            en:
                "Probabilities are those of the answer’s likeliest first word. Difference: the largest over a row’s \(count) logits, as a share of the largest logit of all rows, \(top).\(why)",
            zhHans:
                "概率为答案最可能的首词的概率。差为该行 \(count) 个 logits 中最大的差，以所有行中最大的 logit（\(top)）为单位。\(whyZh)")
    }

    private func name(_ run: RecordedRun) -> (task: Localised, prompt: String) {
        let method = run.description.method
        let prompt = method.virtualTokens.map { "P = \($0)" } ?? context.type(Localised(method.name))
        return (Localised(run.task.name), prompt)
    }

    // MARK: Picture

    private static let rowHeight = 36.0
    private static let mostRows = 12
    /// The least room of an arrow, px.
    private static let leastWay = 22.0
    /// The least room of a text in a row of one line, px.
    private static let leastText = 110.0
    /// Where rows begin: left of them is the bracket of the batch.
    private static let edge = 28.0
    /// Rows of several lines are no wider than this, px.
    private static let widestStack = 440.0

    private func body() -> Block {
        let type = context.type
        let shown = Elision(count: rows.count, capacity: Self.mostRows)
        let tiles = shown.shown.map {
            PromptTiles(count: rows[$0].alone.description.method.virtualTokens ?? 0, side: 8).block(type)
        }
        let names = shown.shown.map { index in
            let name = name(rows[index].alone)
            return Block.column(
                [
                    type.line(type.shortened(type(name.task), width: 116, font: .label)),
                    type.line(type.shortened(name.prompt, width: 116, font: .digits), font: .digits, paint: .muted),
                ], spacing: 0)
        }
        let heads = [
            Localised(en: "its prompt", zhHans: "各自的提示"), Localised(en: "its text", zhHans: "各自的文本"),
            Localised(en: "answer", zhHans: "答案"), Localised(en: "in batch", zhHans: "批中"),
            Localised(en: "alone", zhHans: "单独"), Localised(en: "difference", zhHans: "差"),
        ]
        let edge = Self.edge
        let nameWidth = names.map(\.width).max() ?? 0
        let tileWidth = tiles.map(\.width).max() ?? 0
        // Behind the model: two answers and their difference.
        let word = min(
            96, max(46, rows.map { type.width(of: TextSafety.shown(words[$0.answers.mixed]), in: .label.bold) }.max() ?? 0)
        )
        .rounded(.up)
        var numbers = heads.dropFirst(3).map { max(46, type.width(of: type($0), in: .label.bold)).rounded(.up) }
        let widest = shown.shown.map { type.width(of: NumberFormat.power(rows[$0].difference / largest.size), in: .label) }.max()
        numbers[2] = max(numbers[2], (widest ?? 0).rounded(.up))
        let least = 14.0
        let behind = numbers.reduce(word) { $0 + least + $1 }
        let model = 34.0
        let textStart = edge + nameWidth + 16 + tileWidth + 6
        let used = textStart + behind + model + 2 * Self.leastWay
        // On an article's page a row is one line in any case.
        if context.room - used < min(Self.leastText, Sheet.room(in: Sheet.article) - used) {
            return stacked(shown, heads: heads)
        }
        let texts = shown.shown.map {
            TokenRow.block(rows[$0].text, width: context.room - used, type: type)
        }
        let textWidth = texts.map(\.width).max() ?? 0
        // What is left goes between the columns, as far as they stay together.
        let spare = max(0, context.room - textStart - textWidth - model - 2 * Self.leastWay - behind)
        let way = Self.leastWay + min(50, spare / 8)
        let modelX = textStart + textWidth + way
        let answerX = modelX + model + way
        let slack = min(60, max(0, context.room - answerX - behind) / Double(numbers.count))
        var ends: [Double] = []
        for width in numbers { ends.append((ends.last ?? answerX + word) + least + slack + width) }
        var block = Block(size: Size(width: ends.last ?? context.room, height: 0))
        for (index, head) in heads.enumerated() {
            let line = type.line(head, font: .label.bold, paint: .muted)
            let x = index < 3 ? [edge, textStart, answerX][index] : ends[index - 3] - line.width
            block.place(line, at: Point(x: x.rounded(), y: 0))
        }
        let top = Font.label.lineHeight + 8
        var y = top
        for (rank, index) in shown.shown.enumerated() {
            if rank == shown.gap, let note = shown.note(Localised(en: "rows", zhHans: "行")) {
                block.place(type.line(note, font: .digits, paint: .muted), at: Point(x: edge, y: y + 6))
                y += 26
            }
            addRow(
                rows[index], name: names[rank], tiles: tiles[rank], text: texts[rank],
                at: (edge, textStart - 6, textStart, modelX, modelX + model, answerX, word, ends), y: y, to: &block)
            y += Self.rowHeight
        }
        let bottom = y
        addBracket(from: top, to: bottom, in: &block)
        addModel(in: Rectangle(x: modelX, y: top, width: model, height: bottom - top), to: &block)
        block.size.height = bottom
        return block.within(width: context.room, horizontally: .centre)
    }

    /// The batch, around its rows.
    private func addBracket(from top: Double, to bottom: Double, in block: inout Block) {
        let x = 18.5
        block.elements.append(
            .shape(
                Shape(
                    Path(through: [
                        Point(x: x + 4, y: top + 3), Point(x: x, y: top + 3), Point(x: x, y: bottom - 3),
                        Point(x: x + 4, y: bottom - 3),
                    ]), stroke: Stroke(.muted))))
        let batch = context.type.upwardsLine(
            context.type(Localised(en: "one batch", zhHans: "同一批")), font: .label.bold)
        block.place(batch, at: Point(x: -2, y: ((top + bottom - batch.height) / 2).rounded()))
    }

    /// The model that all rows go through.
    private func addModel(in box: Rectangle, to block: inout Block) {
        let words = context.type(Localised(en: "one frozen model", zhHans: "同一个冻结的模型"))
        FrozenBar.add(context.type.upwardsLine(words, font: .label.bold), in: box, to: &block)
    }

    private typealias Places = (
        name: Double, tilesEnd: Double, text: Double, model: Double, modelEnd: Double, answer: Double, word: Double,
        ends: [Double]
    )

    private func addRow(
        _ row: Row, name: Block, tiles: Block, text: Block, at places: Places, y: Double, to block: inout Block
    ) {
        let type = context.type
        let middle = (y + Self.rowHeight / 2).rounded()
        func put(_ part: Block, x: Double) {
            block.place(part, at: Point(x: x.rounded(), y: (middle - part.height / 2).rounded()))
        }
        put(name, x: places.name)
        put(tiles, x: places.tilesEnd - tiles.width)
        put(text, x: places.text)
        block.elements.append(
            .arrow([Point(x: places.text + text.width + 5, y: middle), Point(x: places.model - 3, y: middle)]))
        block.elements.append(
            .arrow([Point(x: places.modelEnd + 4, y: middle), Point(x: places.answer - 6, y: middle)]))
        let word = type.shortened(TextSafety.shown(words[row.answers.mixed]), width: places.word, font: .label.bold)
        put(type.line(word, font: .label.bold), x: places.answer)
        for (end, number) in zip(places.ends, numbers(row)) { put(number, x: end - number.width) }
    }

    /// What is written of a row in the columns behind its answer.
    private func numbers(_ row: Row) -> [Block] {
        let type = context.type
        let probabilities = [
            (row.probabilities.mixed, row.places.mixed), (row.probabilities.alone, row.places.alone),
        ].map { type.line(NumberFormat.fixed($0, decimals: 4)).addressed($1.text) }
        let share = row.difference / largest.size
        let signed = largest.signed < 0 ? (row.differing.1, row.differing.0) : row.differing
        let difference = type.line(share == 0 ? "0" : NumberFormat.power(share)).addressed(
            Derivation("relative-error", arguments: [signed.0, signed.1, largest.at]).description)
        return probabilities + [difference]
    }

    // MARK: Picture on a narrow page

    /// Rows of three lines: below a name a prompt and a text go into the model, and below these the answer and its numbers come out.
    private func stacked(_ shown: Elision, heads: [Localised]) -> Block {
        let type = context.type
        let (edge, model, gap) = (Self.edge, 34.0, 8.0)
        // Wider rows would tear their numbers apart.
        let width = min(context.room, Self.widestStack)
        let modelX = width - model
        let right = modelX - Self.leastWay
        let heads = heads.map { type.line($0, font: .digits.bold, paint: .muted) }
        let found = shown.shown.map { numbers(rows[$0]) }
        let widths = (0..<3).map { column in
            max(heads[column + 3].width, found.map { $0[column].width }.max() ?? 0)
        }
        // Numbers end where the way out of the model begins; what is left goes between the columns.
        let word = max(0, right - edge - widths.reduce(0) { $0 + $1 + gap })
        let widest = rows.map { type.width(of: TextSafety.shown(words[$0.answers.mixed]), in: .label.bold) }.max() ?? 0
        let slack = min(24, max(0, word - max(widest.rounded(.up), heads[2].width)) / 3)
        let ends = (0..<3).map { right - widths[($0 + 1)...].reduce(0) { $0 + $1 + gap + slack } }
        var block = Block(size: Size(width: width, height: 0))
        let goingIn = Block.row([heads[0], type.line("+", font: .digits.bold, paint: .muted), heads[1]], spacing: 4)
        block.place(goingIn, at: Point(x: edge, y: 0))
        let line = Font.digits.lineHeight + 2
        block.place(heads[2], at: Point(x: edge, y: line))
        for (end, head) in zip(ends, heads[3...]) { block.place(head, at: Point(x: end - head.width, y: line)) }
        let top = line + Font.digits.lineHeight + 6
        var y = top
        for (rank, index) in shown.shown.enumerated() {
            if rank == shown.gap, let note = shown.note(Localised(en: "rows", zhHans: "行")) {
                block.place(type.line(note, font: .digits, paint: .muted), at: Point(x: edge, y: y + 8))
                y += 30
            }
            if rank > 0 {
                block.elements.append(.line(Point(x: edge, y: y), Point(x: right, y: y), Stroke(.rule)))
            }
            y += 8
            let row = rows[index]
            let name = name(row.alone)
            let prompt = type.line(type.shortened(name.prompt, width: 80, font: .digits), font: .digits, paint: .muted)
            let task = type.line(type.shortened(type(name.task), width: right - edge - prompt.width - 8, font: .label))
            block.place(.row(onBaseline: [task, prompt], spacing: 8), at: Point(x: edge, y: y))
            y += Font.label.lineHeight + 4
            let tiles = PromptTiles(count: row.alone.description.method.virtualTokens ?? 0, side: 8).block(type)
            let start = edge + (tiles.width > 0 ? tiles.width + 6 : 0)
            let text = TokenRow.block(row.text, width: right - start, type: type)
            block.place(
                .row(tiles.width > 0 ? [tiles, text] : [text], spacing: 6, alignment: .centre), at: Point(x: edge, y: y))
            let way = (y + text.height / 2).rounded()
            block.elements.append(.arrow([Point(x: start + text.width + 5, y: way), Point(x: modelX - 3, y: way)]))
            y += text.height + 6
            let answer = type.line(
                type.shortened(TextSafety.shown(words[row.answers.mixed]), width: word - 3 * slack, font: .label.bold),
                font: .label.bold)
            block.place(answer, at: Point(x: edge, y: y))
            for (end, number) in zip(ends, found[rank]) { block.place(number, at: Point(x: end - number.width, y: y)) }
            let back = (y + Font.label.lineHeight / 2).rounded()
            block.elements.append(.arrow([Point(x: modelX - 4, y: back), Point(x: right + 6, y: back)]))
            y += Font.label.lineHeight + 8
        }
        addBracket(from: top, to: y, in: &block)
        addModel(in: Rectangle(x: modelX, y: top, width: model, height: y - top), to: &block)
        block.size.height = y
        return block.within(width: context.room, horizontally: .centre)
    }

    private var provenance: Localised {
        let model = run.model
        let hash = String(model.weightsSha256.prefix(8))
        var ids: [String] = []
        for row in rows where !ids.contains(row.alone.id) { ids.append(row.alone.id) }
        return Localised(
            en: "model \(model.name) \(hash)… · \(run.id): \(ids.joined(separator: ", "))",
            zhHans: "模型 \(model.name) \(hash)… · \(run.id)：\(ids.joined(separator: "、"))")
    }
}
