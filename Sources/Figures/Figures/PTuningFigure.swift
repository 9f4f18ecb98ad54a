internal import Drawing
internal import Recordings

extension Figure {
    /// P-tuning from its trained embeddings through the encoder to the rows that enter the model, beside words that are looked up.
    static let pTuning = Figure(
        id: "p-tuning",
        question: Localised(en: "What does P-tuning train?", zhHans: "P-Tuning 训练什么？"),
        needs: FigureNeeds(
            moments: [.end], values: { _ in PTuningDrawing.common }, trained: .promptEncoder,
            also: Localised(
                en: "its last layer’s weights and the rows that enter the model in that frame", zhHans: "该帧含编码器最后一层的权重和进入模型的行"),
            check: { recording throws(RecordingError) in
                var lack: String?
                for run in recording.runs where TrainedPart.promptEncoder.isTrained(by: run) {
                    guard let frame = try run.frame(step: run.journal.stepCount) else { continue }
                    lack = PTuningDrawing.names(run).first { !frame.has($0) }.map {
                        "the frame of step \(frame.step) of run \(run.description.id) has no \($0)"
                    }
                    if lack == nil { return nil }
                }
                return lack
            })
    ) { try PTuningDrawing($0).sheet() }
}

private struct PTuningDrawing {
    let context: FigureContext
    let run: RecordedRun
    let frame: RecordedFrame
    let encoder: PromptEncoderStages
    let vocabulary: [String]
    /// A run in which words stand in front of the same text, if there is one.
    let hard: Entry?
    let soft: Entry

    /// A run's text with what stands around it, and what the model answers.
    struct Entry {
        let run: RecordedRun
        let frame: RecordedFrame
        /// The rows that are put in, `[P, d]`.
        let prompt: RecordedValue
        /// Rows of the batch up to the one at which the answer is predicted.
        let rows: Range<Int>
        /// The row of the probabilities that tells the answer.
        let counted: Int

        init(_ context: FigureContext, run: RecordedRun, frame: RecordedFrame) throws {
            (self.run, self.frame) = (run, frame)
            prompt = try frame.value(.softPrompt)
            let example = try context.example(of: frame)
            guard let counted = frame.batch.counted(ofSequence: example).first else {
                throw context.bad("example", "no token of example \(example) is counted")
            }
            self.counted = counted
            rows = frame.batch.sequence(example).lowerBound..<Int(frame.batch.countedRows[counted]) + 1
        }

        /// The virtual token at a row of the batch, where a template has put one there.
        func virtualToken(at row: Int) -> Int? {
            let index = Int(frame.batch.tokens[row]) - run.model.configuration.vocabularySize
            return index >= 0 ? index : nil
        }
    }

    static let common: [ValueName] = [.softPrompt, .probabilities, PromptEncoderStages.embedding, "prompt.encoder.activation.0"]

    static func names(_ run: RecordedRun) -> [ValueName] {
        common + PromptEncoderStages.needs(run)
            + (run.description.method.settings["template"] == nil ? [] : [run.textInputName])
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let run = try context.run(training: .promptEncoder) { Self.names($0) }
        self.run = run
        frame = try context.frame(of: run, holding: Self.names(run))
        encoder = try PromptEncoderStages(context, run: run, frame: frame)
        vocabulary = try context.recording.vocabulary()
        soft = try Entry(context, run: run, frame: frame)
        let hardRun = context.recording.runs.first {
            $0.description.method.id == "hard-prompt" && $0.model.weightsSha256 == run.model.weightsSha256
                && $0.task.id == run.task.id
        }
        var hard: Entry?
        if let hardRun, let description = hardRun.description.frames.last, let frame = try hardRun.frame(step: description.step),
            frame.has(.softPrompt), frame.has(.probabilities), frame.batch.sequenceCount == self.frame.batch.sequenceCount
        {
            hard = try Entry(context, run: hardRun, frame: frame)
        }
        self.hard = hard
    }

    // MARK: What must hold

    private func check() throws {
        try encoder.check(context)
        for row in soft.rows {
            guard let token = soft.virtualToken(at: row) else { continue }
            let input = try frame.value(run.textInputName)
            try context.require(
                token < soft.prompt.rowCount && input.row(row).elementsEqual(soft.prompt.row(token)),
                "row \(row) of the model's input is not what the encoder makes of virtual token \(token)")
        }
        let hashes = run.description.weightsSha256
        try context.require(hashes.before == hashes.after, "the base model's weights have another hash after run \(run.id)")
    }

    /// The words of the hard prompt: the ones whose embeddings its rows are.
    private func hardWords(_ entry: Entry) throws -> [String] {
        guard entry.run.isOfMainModel, let table = try context.recording.vocabularyEmbeddings() else {
            return (0..<entry.prompt.rowCount).map { "w\($0 + 1)" }
        }
        return try (0..<entry.prompt.rowCount).map { index in
            let row = entry.prompt.row(index)
            let id = (0..<table.rowCount).first { table.row($0).elementsEqual(row) }
            try context.require(
                id != nil, "row \(index) of the prompt of run \(entry.run.id) is no word's embedding, though it is a hard prompt")
            return TextSafety.shown(vocabulary[id ?? 0])
        }
    }

    // MARK: The drawing

    private var count: Int { soft.prompt.rowCount }
    private var width: Int { soft.prompt.columns }
    /// `3 × 64 = 192`, not to be broken.
    private var product: String {
        "\(count) × \(width) = \(NumberFormat.whole(count * width))".replacing(" ", with: "\u{00A0}")
    }

    func sheet() throws -> Sheet {
        try check()
        let trained = NumberFormat.whole(run.description.trainedCount)
        let kind = encoder.isRecurrent ? "LSTM" : "MLP"
        return Sheet(
            title: Localised(
                en: "P-tuning trains a network of \(trained) numbers and keeps the \(product) that it makes",
                zhHans: "P-Tuning 训练含 \(trained) 个数的网络，只保留 \(product) 个数"),
            description: Localised(
                en:
                    "From top to bottom: \(count) trained embeddings go through an encoder (\(kind)), whose result stands as virtual tokens among the words that enter a frozen model.\(hard == nil ? "" : " Beside it a hard prompt: words whose embeddings are looked up in a frozen table and enter the same model.")",
                zhHans:
                    "从上到下：\(count) 个训练的嵌入经过编码器（\(kind)），其结果作为虚拟 token 与词一起进入冻结的模型。\(hard == nil ? "" : "旁边是硬提示：词的嵌入从冻结的表中查出，进入同一个模型。")"
            ),
            body: .column([try flow(), notes()], spacing: 24),
            caption: Localised(
                en:
                    "One row for each virtual token; each group of rows has its own scale, written at its side. What is named in bold orange letters is trained. When tuning is over, the rows that the encoder makes are saved, and the encoder is not needed any more.",
                zhHans: "每个虚拟 token 一行；每组行有自己的色标，写在旁边。橙色粗体文字所指的都是训练的。训练结束后保存编码器产生的向量，编码器不再需要。"),
            provenance: context.provenance(run, step: frame.step))
    }

    private static let rowHeight = 12.0
    private static let padding = 10.0
    /// Above and below a token, whose letters reach down, in a thick edge.
    private static let air = 6.0
    private static let arrow = 38.0
    /// For the scale of a group of rows.
    private static let range = 48.0
    private static let mostRows = 6

    /// What enters the model in one way, and where it is drawn.
    private struct Side {
        let x: Double
        let width: Double
        let entry: Entry
    }

    /// What the encoder needs beside another side, px.
    private static let leastSide = 300.0
    private static let sideGap = 32.0
    /// Where rows, or what they are made from, begin below a side's heading, px.
    private static let top = Font.label.bold.lineHeight + 6

    private func flow() throws -> Block {
        guard let hard else { return try flow([Side(x: 0, width: context.room, entry: soft)]) }
        let rightWidth = (context.room * 0.41).rounded(.down)
        let leftWidth = context.room - rightWidth - Self.sideGap
        if leftWidth < Self.leastSide {
            return .column(
                try [soft, hard].map { try flow([Side(x: 0, width: context.room, entry: $0)]) }, spacing: Self.sideGap)
        }
        return try flow([
            Side(x: 0, width: leftWidth, entry: soft), Side(x: leftWidth + Self.sideGap, width: rightWidth, entry: hard),
        ])
    }

    /// Sides that enter one model.
    private func flow(_ sides: [Side]) throws -> Block {
        let type = context.type
        var block = Block(size: Size(width: context.room, height: 0))
        var rowsBottom = 0.0
        for side in sides {
            rowsBottom =
                side.entry.run.id == run.id
                ? addEncoder(side, to: &block) : try addWords(side, endingAt: rowsBottom, to: &block)
        }
        let hasWords = sides.contains { $0.entry.run.id != run.id }
        let templateHeight = Font.label.lineHeight + 6
        let chipsY = rowsBottom + 26 + templateHeight
        let chips = sides.map { sequence($0.entry, width: $0.width) }
        let chipsHeight = chips.map(\.height).max() ?? 0
        let modelY = chipsY + chipsHeight + 26
        let model = Box.frozen.block(
            type.line(
                hasWords
                    ? Localised(en: "the same frozen model", zhHans: "同一个冻结的模型")
                    : Localised(en: "frozen model", zhHans: "冻结的模型"),
                font: .label.bold), width: context.room)
        block.place(model, at: Point(x: 0, y: modelY))
        var bottom = modelY + model.height
        for (index, side) in sides.enumerated() {
            let (x, width, entry) = (side.x, side.width, side.entry)
            addArrow(x: x + 24, from: rowsBottom + 4, to: rowsBottom + 23, &block)
            let text = entry.run.id == run.id ? template : text
            let line = type.line(
                type.shortened(type(text), width: width, font: .label), font: .label, paint: .muted)
            block.place(line, at: Point(x: x, y: rowsBottom + 26))
            block.place(chips[index], at: Point(x: x, y: chipsY))
            addArrow(x: x + 24, from: chipsY + chips[index].height + 4, to: modelY - 3, &block)
            let answer = try answer(entry)
            let answerY = modelY + model.height + 26
            addArrow(x: x + 24, from: modelY + model.height + 4, to: answerY - 3, &block)
            block.place(answer, at: Point(x: x, y: answerY))
            bottom = max(bottom, answerY + answer.height)
        }
        block.size.height = bottom
        return block
    }

    /// The encoder that makes the rows; gives the y below them.
    private func addEncoder(_ side: Side, to block: inout Block) -> Double {
        let heading = context.type.line(
            Localised(en: "P-tuning: rows from a trained network", zhHans: "P-Tuning：由训练的网络产生向量"), font: .label.bold,
            paint: .trained)
        block.place(heading, at: Point(x: side.x, y: 0))
        let stages = stages(width: side.width)
        block.place(stages, at: Point(x: side.x, y: Self.top))
        return Self.top + stages.height
    }

    /// Words, which have their rows from a table; gives the y below these, not above the one given.
    private func addWords(_ side: Side, endingAt bottom: Double, to block: inout Block) throws -> Double {
        let type = context.type
        let (entry, top) = (side.entry, Self.top)
        let words = try hardWords(entry)
        let heading = type.line(
            Localised(en: "hard prompt: rows of words", zhHans: "硬提示：向量来自词"), font: .label.bold, paint: .textToken)
        block.place(heading, at: Point(x: side.x, y: 0))
        let shown = Elision(count: words.count, capacity: Self.mostRows)
        let chips = Block.flow(
            shown.shown.map { type.token(type.shortened(words[$0], width: 80, font: .label.mono), box: .plain) },
            width: side.width)
        block.place(chips, at: Point(x: side.x, y: top + 8))
        let names = shown.shown.map { type.shortened(words[$0], width: 64, font: .label) }
        let rows = rowsBox(
            entry.prompt, run: entry.run, frame: entry.frame, names: names, shown: shown, box: .textToken, width: side.width)
        let rowsY = max(bottom - rows.height, top + 8 + chips.height + 60)
        block.place(rows, at: Point(x: side.x, y: rowsY))
        let x = side.x + 24
        let arrow = (from: top + 8 + chips.height + 4, to: rowsY - 3)
        addArrow(x: x, from: arrow.from, to: arrow.to, &block)
        let lock = Block.row(
            [
                Badge.lock.block(size: 14),
                type.paragraph(
                    Localised(
                        en: "looked up in the frozen table of embeddings: nothing is trained", zhHans: "从冻结的嵌入表中查出：不训练任何参数"),
                    width: side.width - 24 - 12 - 22, font: .label, paint: .muted),
            ], spacing: 8)
        block.place(lock, at: Point(x: x + 12, y: ((arrow.from + arrow.to - lock.height) / 2).rounded()))
        return max(bottom, rowsY + rows.height)
    }

    private var text: Localised { Localised(en: "words, then the text", zhHans: "先是这些词，然后是文本") }

    private var template: Localised {
        guard case .text(let pattern)? = run.description.method.settings["template"] else {
            return Localised(en: "virtual tokens, then the text", zhHans: "先是虚拟 token，然后是文本")
        }
        let shown = TextSafety.shown(pattern)
        return Localised(en: "template: \(shown)", zhHans: "模板：\(shown)")
    }

    // MARK: The encoder

    private func stages(width: Double) -> Block {
        let type = context.type
        let shown = Elision(count: count, capacity: Self.mostRows)
        let names = shown.shown.map { "p\($0 + 1)" }
        let nameWidth = (names.map { type.width(of: $0, in: .label) }.max() ?? 0).rounded(.up)
        let room = width - nameWidth - 8 - 2 * Self.padding - Self.range
        let widest = encoder.stages.map(\.value.columns).max() ?? 1
        let cell = (room / Double(max(widest, 1))).rounded(.down)
        var block = Block(size: Size(width: width, height: 0))
        var y = 0.0
        for (index, stage) in encoder.stages.enumerated() {
            if let operation = stage.operation {
                let x = Self.padding + nameWidth + 8 + 16
                addArrow(x: x, from: y + 4, to: y + Self.arrow - 3, &block)
                var line = type.paragraph(operation, width: width - x - 12, font: .label.bold, paint: .trained)
                if line.height > Self.arrow {
                    let text = type.shortened(type(operation), width: width - x - 12, font: .label.bold)
                    line = type.line(text, font: .label.bold, paint: .trained)
                }
                block.place(line, at: Point(x: x + 12, y: y + ((Self.arrow - line.height) / 2).rounded()))
                y += Self.arrow
            }
            let isLast = index == encoder.stages.count - 1
            let isEnd = isLast || index == 0
            let scale = ColourScale.diverging(covering: stage.value.numbers)
            let strips = HeatStrips(
                rows: shown.shown.map { Array(stage.value.row($0)) }, scale: scale,
                address: Address(run: run.id, step: frame.step, stage.value.name).text, rowIndices: shown.shown,
                rowHeight: Self.rowHeight, rowBreak: shown.gap
            ).block(width: cell >= 3 ? cell * Double(stage.value.columns) : room).block
            var rows = Block(size: Size(width: nameWidth + 8 + strips.width, height: strips.height))
            rows.place(strips, at: Point(x: nameWidth + 8, y: 0))
            for (rank, name) in names.enumerated() {
                guard let place = strips.places["row \(rank)"] else { continue }
                let line = type.line(name, font: .label, paint: isEnd ? .ink : .muted)
                rows.place(line, at: Point(x: nameWidth - line.width, y: (place.centre.y - line.height / 2).rounded()))
            }
            let computed = Box(role: .trained, stroke: Stroke(.trained, width: 1.5, dash: [4, 3]))
            let framed =
                isEnd
                ? (isLast ? computed : .trained).block(rows, padding: .all(Self.padding), alignment: .start)
                : rows.padded(.symmetric(horizontal: Self.padding, vertical: 0))
            block.place(framed, at: Point(x: 0, y: y))
            let range = type.line("± " + NumberFormat.significant(scale.upper), font: .digits, paint: .muted)
            block.place(range, at: Point(x: framed.width + 6, y: y + ((framed.height - range.height) / 2).rounded()))
            y += framed.height
        }
        block.size.height = y
        return block
    }

    /// Rows in a frame, with their names.
    private func rowsBox(
        _ value: RecordedValue, run: RecordedRun, frame: RecordedFrame, names: [String], shown: Elision, box: Box, width: Double
    ) -> Block {
        let type = context.type
        let nameWidth = (names.map { type.width(of: $0, in: .label) }.max() ?? 0).rounded(.up)
        let scale = ColourScale.diverging(covering: value.numbers)
        let strips = HeatStrips(
            rows: shown.shown.map { Array(value.row($0)) }, scale: scale,
            address: Address(run: run.id, step: frame.step, value.name).text, rowIndices: shown.shown,
            rowHeight: Self.rowHeight, rowBreak: shown.gap
        ).block(width: width - nameWidth - 8 - 2 * Self.padding - Self.range).block
        var rows = Block(size: Size(width: nameWidth + 8 + strips.width, height: strips.height))
        rows.place(strips, at: Point(x: nameWidth + 8, y: 0))
        for (rank, name) in names.enumerated() {
            guard let place = strips.places["row \(rank)"] else { continue }
            let line = type.line(name, font: .label)
            rows.place(line, at: Point(x: nameWidth - line.width, y: (place.centre.y - line.height / 2).rounded()))
        }
        let framed = box.block(rows, padding: .all(Self.padding), alignment: .start)
        let range = type.line("± " + NumberFormat.significant(scale.upper), font: .digits, paint: .muted)
        return .row([framed, range], spacing: 6, alignment: .centre)
    }

    // MARK: The text and the answer

    /// The chips of a sequence, its virtual tokens marked.
    private func sequence(_ entry: Entry, width: Double) -> Block {
        let type = context.type
        let isHard = entry.run.id != run.id
        // Rows that stand in front have no token of their own in the batch.
        let hasFront = entry.rows.allSatisfy { entry.virtualToken(at: $0) == nil }
        let names = isHard ? ((try? hardWords(entry)) ?? []) : []
        let fixed = isHard ? [] : templateRows(entry)
        func front(_ index: Int) -> Block {
            isHard
                ? type.token(
                    type.shortened(names.indices.contains(index) ? names[index] : "", width: 80, font: .label.mono), box: .plain,
                    air: Self.air)
                : type.token("p\(index + 1)", box: .trained, air: Self.air)
        }
        func word(_ row: Int) -> Block {
            if let token = entry.virtualToken(at: row) { return type.token("p\(token + 1)", box: .trained, air: Self.air) }
            let text = TextSafety.shown(vocabulary[Int(entry.frame.batch.tokens[row])])
            return type.token(
                type.shortened(text, width: 80, font: .label.mono), box: fixed.contains(row) ? .plain : .textToken,
                air: Self.air)
        }
        let chips = (hasFront ? (0..<entry.prompt.rowCount).map(front) : []) + entry.rows.map(word)
        // As many as fit; the middle is left out first.
        for capacity in stride(from: chips.count, through: 2, by: -1) {
            let elision = Elision(count: chips.count, capacity: capacity)
            var shown = elision.shown.map { chips[$0] }
            if let gap = elision.gap {
                shown.insert(
                    type.line("…\(elision.omitted)…", font: .label, paint: .muted).within(
                        height: chips[0].height, vertically: .centre), at: gap)
            }
            let row = Block.row(shown, spacing: 4)
            if row.width <= width || capacity == 2 { return row }
        }
        return .row(chips, spacing: 4)
    }

    /// The rows of words that the template adds to every text, as far as its words are words of the vocabulary.
    private func templateRows(_ entry: Entry) -> Set<Int> {
        guard case .text(let pattern)? = run.description.method.settings["template"] else { return [] }
        let halves = pattern.split(separator: "{prompt}", maxSplits: 1, omittingEmptySubsequences: false)
        var fixed: Set<Int> = []
        func match(_ words: some Sequence<String>, _ rows: some Sequence<Int>) {
            for (word, row) in zip(words, rows) {
                if entry.virtualToken(at: row) != nil { continue }
                let text = vocabulary[Int(entry.frame.batch.tokens[row])].split(separator: " ").joined()
                guard text == word else { return }
                fixed.insert(row)
            }
        }
        func words(_ half: Substring) -> [String] { half.split(separator: " ").map(String.init) }
        if let first = halves.first { match(words(first), entry.rows) }
        if halves.count > 1 { match(words(halves[1]).reversed(), entry.rows.reversed()) }
        return fixed
    }

    /// The likeliest word, and how often the held-out examples are answered right.
    private func answer(_ entry: Entry) throws -> Block {
        let type = context.type
        let row = try entry.frame.value(.probabilities).row(entry.counted)
        let best = row.indices.max { (row[$0], $1) < (row[$1], $0) } ?? row.startIndex
        let id = best - row.startIndex
        let isRight = id == Int(entry.frame.batch.targets[entry.counted])
        let chip = type.token(vocabulary[id], box: isRight ? Box(role: .good, stroke: Stroke(.good, width: 1.5)) : .plain)
        let mark = isRight ? Badge.check.block() : Badge.cross.block()
        let chance = type.line(
            NumberFormat.fixed(Double(row[best]), decimals: 2), font: .label, paint: isRight ? .good : .ink
        ).addressed(Address(run: entry.run.id, step: entry.frame.step, .probabilities, entry.counted, id).text)
        let line = Block.row([chip, mark, chance], spacing: 6, alignment: .centre)
        guard let split = entry.frame.split, let score = entry.run.journal.evaluations(ofSplit: split).last,
            let description = entry.run.task.splits.first(where: { $0.id == split })
        else { return line }
        let share = NumberFormat.fixed(100 * Double(score.accuracy), decimals: 0)
        let name = Localised(description.name)
        let accuracy = type.line(
            Localised(
                en: "\(share)\u{202F}% of \(description.size) right (\(name.en))",
                zhHans: "\(description.size) 个中答对 \(share)\u{202F}%（\(name.zhHans)）"), font: .label, paint: .muted
        ).addressed(Address(run: entry.run.id, step: score.step, .evaluationAccuracy(split)).text)
        return .column([line, accuracy], spacing: 4)
    }

    // MARK: In numbers

    private func notes() -> Block {
        let description = run.description
        let trained = NumberFormat.whole(description.trainedCount)
        let hash = String(description.weightsSha256.after.prefix(8))
        let embeddings = NumberFormat.whole(encoder.embeddings.rowCount * encoder.embeddings.columns)
        let bytes = description.adapterBytes.map { NumberFormat.whole($0) }
        let file = bytes.map { (en: " as a file of \($0) bytes", zhHans: "，文件为 \($0) 字节") } ?? (en: "", zhHans: "")
        return SideNotes([
            SideNotes.Note(
                paint: .trained, head: Localised(en: "\(trained) trained", zhHans: "训练 \(trained) 个数"),
                text: Localised(
                    en:
                        "\(embeddings) of embeddings; the rest is the \(encoder.isRecurrent ? "LSTM and its layers" : "network’s layers").",
                    zhHans: "其中嵌入 \(embeddings) 个，其余属于\(encoder.isRecurrent ? " LSTM 及其后的层" : "网络的各层")。"),
                address: MeasuredValue.trainedNumbers.address(in: run.id).text),
            SideNotes.Note(
                paint: .trained, dash: [4, 3], head: Localised(en: "\(product) kept", zhHans: "保留 \(product) 个数"),
                text: Localised(
                    en: "The rows for the model\(file.en). The encoder is dropped.", zhHans: "即送入模型的向量\(file.zhHans)。编码器被丢弃。"),
                address: Address(run: run.id, step: frame.step, .softPrompt).text),
            SideNotes.Note(
                paint: .frozen,
                head: Localised(
                    en: "\(NumberFormat.whole(description.frozenCount)) frozen",
                    zhHans: "冻结 \(NumberFormat.whole(description.frozenCount)) 个数"),
                text: Localised(
                    en: "The weights have the same SHA-256 before and after: \(hash)…", zhHans: "权重的 SHA-256 在训练前后相同：\(hash)…")),
        ]).block(context.type, width: context.room)
    }

    private func addArrow(x: Double, from: Double, to: Double, _ block: inout Block) {
        block.elements.append(
            .arrow([Point(x: x, y: from), Point(x: x, y: to)], ArrowStyle(Stroke(.role(.ink, strength: 0.6)), head: 5)))
    }
}
