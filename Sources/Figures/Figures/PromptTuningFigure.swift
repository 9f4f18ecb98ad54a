internal import Drawing
internal import Recordings

extension Figure {
    /// Prompt tuning as it sits in the layers: trained numbers in the input alone, everything above computed from them.
    static let promptTuning = Figure(
        id: "prompt-tuning",
        question: Localised(en: "What does prompt tuning add?", zhHans: "提示微调（prompt tuning）添加了什么？"),
        needs: FigureNeeds(
            moments: [.end], values: { PromptTuningDrawing.names($0) }, softPrompt: true,
            also: Localised(en: "the rows of the text that enter the model in that frame", zhHans: "该帧含进入模型的文本各行"),
            check: { recording throws(RecordingError) in
                var lack: String?
                for run in recording.runs where run.hasSoftPrompt {
                    guard let frame = try run.frame(step: run.journal.stepCount) else { continue }
                    if frame.has(run.textInputName) { return nil }
                    lack = "the frame of step \(frame.step) of run \(run.description.id) has no \(run.textInputName)"
                }
                return lack
            })
    ) { try PromptTuningDrawing($0).sheet() }
}

private struct PromptTuningDrawing {
    let context: FigureContext
    let run: RecordedRun
    let frame: RecordedFrame
    let layers: Int
    let words: [String]
    /// The text's rows up to the one at which the answer is predicted.
    let rows: Range<Int>
    let prompt: RecordedValue

    static func names(_ model: ModelConfiguration) -> [ValueName] {
        [.softPrompt, .probabilities] + (0..<model.layers).map { .block($0, "output") }
    }

    init(_ context: FigureContext) throws {
        self.context = context
        run = try context.promptRun()
        layers = run.model.configuration.layers
        frame = try context.frame(of: run, holding: Self.names(run.model.configuration) + [run.textInputName])
        let example = try context.example(of: frame)
        guard let counted = frame.batch.counted(ofSequence: example).first else {
            throw context.bad("example", "no token of example \(example) is counted")
        }
        rows = frame.batch.sequence(example).lowerBound..<Int(frame.batch.countedRows[counted]) + 1
        words = try context.recording.vocabulary()
        prompt = try frame.value(.softPrompt)
        answer = counted
    }

    /// The row of the probabilities that tells the answer.
    private let answer: Int

    func sheet() throws -> Sheet {
        let (p, d) = (prompt.rowCount, prompt.columns)
        try context.require(
            run.description.trainedCount == p * d,
            "\(p) × \(d) numbers are shown as trained, and the run trained \(run.description.trainedCount)")
        let kept = try run.journal.parameter(.softPrompt, atStep: frame.step)
        try context.require(
            kept?.numbers == prompt.numbers, "the soft prompt of step \(frame.step) is another in the frame than in the journal")
        let product = "\(p) × \(d) = \(NumberFormat.whole(p * d))".replacing(" ", with: "\u{00A0}")
        let shown =
            d <= Self.side * Self.side
            ? Localised(en: "its \(d) numbers row by row", zhHans: "逐行显示其 \(d) 个数")
            : Localised(en: "its first \(Self.side * Self.side) numbers row by row", zhHans: "逐行显示前 \(Self.side * Self.side) 个数")
        return Sheet(
            title: Localised(
                en: "Prompt tuning trains only the virtual tokens at the input: \(product) numbers",
                zhHans: "提示微调只训练输入端的虚拟 token：\(product) 个数"),
            description: Localised(
                en:
                    "A stack of \(layers) frozen layers over one row of inputs: \(p) trained virtual tokens, then the text. Each vector is a tile of coloured cells. Only the virtual tokens of the input are trained; what the layers hold above them is computed.",
                zhHans: "\(layers) 个冻结的层叠在一行输入之上：先是 \(p) 个训练的虚拟 token，然后是文本。每个向量是一块彩色格子。只有输入层的虚拟 token 被训练，其上各层的值都是算出来的。"),
            body: try body(),
            caption: Localised(
                en:
                    "A tile is a vector, \(shown.en), each line of tiles on its own scale (± at its end). Blue is negative, orange positive. Above the input nothing is trained: prefix tuning would put trained keys and values into every layer.",
                zhHans: "每块是一个向量，\(shown.zhHans)；每一行有自己的色标（行末 ±）。蓝色为负，橙色为正。输入层以上不训练任何东西：若是前缀微调，每一层都会放入训练的键和值。"),
            provenance: context.provenance(run, step: frame.step))
    }

    /// Marks the columns without a vector, whose places are given: nothing above reads it, so the last layer makes the keys and values
    /// of their rows and no more.
    private func addMissing(_ columns: [Double?], tile: Double, y: Double, to block: inout Block) {
        for (index, run) in columns.split(separator: nil).enumerated() {
            guard let first = run.first.flatMap(\.self), let last = run.last.flatMap(\.self) else { continue }
            let width = last + tile - first
            block.elements.append(VectorTile.missing(in: Rectangle(x: first, y: y, width: width, height: tile)))
            guard index == 0 else { continue }
            let whole = context.type.paragraph(
                Localised(en: "only keys and values are used here: nothing above reads more", zhHans: "这里只用到键和值：上面没有谁会读更多"),
                width: width - 24, font: .label, paint: .muted)
            let short = [Localised(en: "keys and values only", zhHans: "只有键和值"), Localised(same: "k, v")].map {
                context.type.line($0, font: .digits, paint: .muted)
            }
            // Words that are broken off in the middle are higher than the tiles.
            let note = whole.height + 8 <= tile ? whole : short.first { $0.width <= width - 12 } ?? .empty
            block.place(
                note,
                at: Point(
                    x: first + ((width - note.width) / 2).rounded(), y: y + ((tile - note.height) / 2).rounded()))
        }
    }

    // MARK: The stack

    private static let side = 8
    private static let pitchY = 66.0

    private func body() throws -> Block {
        let type = context.type
        let shownLayers = Elision(count: layers, capacity: 6)
        let layout = Layout(room: context.room, prompt: prompt.rowCount, text: rows.count)
        let (shownPrompt, shownText) = (layout.prompt, layout.text)
        let (left, gap, pitch) = (layout.left, Layout.gap, layout.pitch)
        let cell = max(3, min(5, ((pitch - 8) / Double(Self.side)).rounded(.down)))
        let tile = cell * Double(Self.side)
        let lineHeight = layout.headHeight + tile + 16
        var columns: [(x: Double, prompt: Int?, row: Int?)] = []
        var x = left + 12
        for index in shownPrompt.shown {
            columns.append((x, index, nil))
            x += pitch
        }
        x += gap - 8
        for index in shownText.shown {
            columns.append((x, nil, rows.lowerBound + index))
            x += pitch
        }
        let bandWidth = x - left
        var block = Block(size: Size(width: context.room, height: 0))

        // The answer, above the word at which it is predicted.
        let probabilities = try frame.value(.probabilities).row(answer)
        let best = probabilities.indices.max { (probabilities[$0], $1) < (probabilities[$1], $0) } ?? probabilities.startIndex
        let id = best - probabilities.startIndex
        let isRight = id == Int(frame.batch.targets[answer])
        let chip = type.token(words[id], box: isRight ? Box(role: .good, stroke: Stroke(.good, width: 1.5)) : .plain)
        let lastX = (columns.last?.x ?? 0) + tile / 2
        let chance = type.line(
            NumberFormat.fixed(Double(probabilities[best]), decimals: 2), font: .label, paint: isRight ? .good : .ink
        ).addressed(Address(run: run.id, step: frame.step, .probabilities, answer, id).text)
        let chipX = min(lastX - chip.width / 2, context.room - chip.width)
        block.place(chip, at: Point(x: chipX.rounded(), y: 0))
        let number = Point(x: (chipX - chance.width - 8).rounded(), y: (chip.height - chance.height) / 2)
        block.place(chance, at: number)

        var y = chip.height + 22
        block.elements.append(
            .arrow([Point(x: lastX.rounded(), y: y + 7), Point(x: lastX.rounded(), y: chip.height + 4)], .forward))
        for (rank, layer) in shownLayers.shown.reversed().enumerated() {
            let text = try frame.value(.block(layer, "output"))
            let name = ValueName.block(layer, "output", ofPrompt: true)
            let ofPrompt = frame.has(name) ? try frame.value(name) : nil
            let vectors = columns.map { column -> (value: RecordedValue, row: Int)? in
                if let row = column.row {
                    return frame.batch.row(ofTextRow: row, in: text.shape.rows).map { (text, $0) }
                }
                return column.prompt.flatMap { row in ofPrompt.map { ($0, row) } }
            }
            let scale = ColourScale.diverging(
                covering: vectors.compactMap(\.self).flatMap { $0.value.row($0.row).prefix(Self.side * Self.side) })
            let band = Rectangle(x: left, y: y, width: bandWidth, height: lineHeight)
            addBand(
                band, label: Localised(en: "layer \(layer + 1)", zhHans: "第 \(layer + 1) 层"), layout, to: &block,
                scale: scale)
            let tileY = y + layout.headHeight + 8
            for (column, vector) in zip(columns, vectors) {
                guard let vector else { continue }
                block.place(
                    self.vector(vector.value, row: vector.row, scale: scale, cell: cell), at: Point(x: column.x, y: tileY))
            }
            addMissing(zip(columns, vectors).map { $1 == nil ? $0.x : nil }, tile: tile, y: tileY, to: &block)
            let isGap = shownLayers.gap.map { shownLayers.shown.count - $0 - 1 == rank } ?? false
            // Where arrows stand across the whole width, the note of layers left out stands above them.
            let noteHeight = isGap && layout.hasHeads ? Font.digits.lineHeight + 4 : 0
            let next = y + band.height + noteHeight + (isGap && !layout.hasHeads ? 40 : 24)
            addArrows(
                columns.map { ($0.x + tile / 2).rounded() }, from: next - 3, to: y + band.height + noteHeight + 4, to: &block)
            if isGap, let note = shownLayers.note(Localised(en: "layers", zhHans: "层")) {
                let line = type.line(note, font: .digits, paint: .muted)
                block.place(line, at: Point(x: 0, y: layout.hasHeads ? y + band.height + 4 : next - 28))
            }
            y = next
        }

        // The input: what is trained, and what the words are.
        let embeddings = try frame.value(run.textInputName)
        let scale = ColourScale.diverging(
            covering: prompt.numbers + rows.flatMap { embeddings.row($0) })
        let label = type.line(Localised(en: "input", zhHans: "输入"), font: .label.bold)
        if layout.hasHeads {
            block.place(label, at: Point(x: 0, y: y))
            addRange(scale, end: left + bandWidth, y: y + label.height / 2, to: &block)
            y += label.height + 4
        } else {
            block.place(label, at: Point(x: 0, y: y + (tile + 16 - label.height) / 2))
            addRange(scale, x: left + bandWidth + 8, y: y + (tile + 16) / 2, to: &block)
        }
        for (isPrompt, box) in [(true, Box.trained), (false, .textToken)] {
            let own = columns.filter { ($0.prompt != nil) == isPrompt }
            guard let first = own.first, let last = own.last else { continue }
            let frame = Rectangle(x: first.x - 8, y: y, width: last.x + tile - first.x + 16, height: tile + 16)
            block.elements.append(
                .rectangle(
                    frame.grown(by: -box.stroke.width / 2), cornerRadius: 4, fill: .tint(box.role), stroke: box.stroke))
        }
        for column in columns {
            let middle = (column.x + tile / 2).rounded()
            let name: String
            let paint: Paint
            if let index = column.prompt {
                block.place(vector(prompt, row: index, scale: scale, cell: cell), at: Point(x: column.x, y: y + 8))
                (name, paint) = ("p\(index + 1)", .trained)
            } else if let row = column.row {
                block.place(vector(embeddings, row: row, scale: scale, cell: cell), at: Point(x: column.x, y: y + 8))
                name = type.shortened(TextSafety.shown(words[Int(self.frame.batch.tokens[row])]), width: pitch - 6, font: .label)
                paint = .textToken
            } else {
                continue
            }
            let line = type.line(name, font: .label.bold, paint: paint)
            block.place(line, at: Point(x: (middle - line.width / 2).rounded(), y: y + tile + 20))
        }
        y += tile + 20 + Font.label.lineHeight + 4
        let (p, d) = (prompt.rowCount, prompt.columns)
        let under = [
            (
                true, Paint.trained,
                Localised(
                    en: "trained: \(p) × \(d) = \(NumberFormat.whole(p * d))",
                    zhHans: "训练：\(p) × \(d) = \(NumberFormat.whole(p * d))")
            ), (false, .textToken, Localised(en: "text, frozen", zhHans: "文本（冻结）")),
        ]
        // One below the other where a short prompt leaves the first no room.
        var underEnd = -Double.infinity
        for (isPrompt, paint, text) in under {
            guard let first = columns.first(where: { ($0.prompt != nil) == isPrompt }) else { continue }
            let line = type.line(text, font: .label.bold, paint: paint)
            let x = min(first.x - 8, context.room - line.width)
            if x < underEnd + 8 { y += Font.label.lineHeight }
            block.place(line, at: Point(x: x, y: y))
            underEnd = x + line.width
        }
        block.size.height = y + Font.label.lineHeight
        let notes = [
            shownPrompt.note(Localised(en: "virtual tokens", zhHans: "个虚拟 token")),
            shownText.note(Localised(en: "words", zhHans: "个词")),
            d > 64 ? Elision.note(omitted: d - 64, Localised(en: "numbers in each vector", zhHans: "个数（每个向量）")) : nil,
        ].compactMap { $0 }
        return .column([block] + notes.map { type.line($0, font: .digits, paint: .muted) }, spacing: 6)
    }

    /// What is shown of prompt and text, and where the lines of tiles begin.
    private struct Layout {
        let prompt: Elision
        let text: Elision
        let pitch: Double
        let left: Double
        /// Whether a line's name stands above its tiles, for want of room before them.
        let hasHeads: Bool

        var headHeight: Double { hasHeads ? Font.label.lineHeight + 2 : 0 }

        /// Between prompt and text, px.
        static let gap = 24.0
        /// Tiles of the smallest cells with air between them.
        private static let leastPitch = 32.0

        init(room: Double, prompt: Int, text: Int) {
            let all = (prompt: Elision(count: prompt, capacity: 8), text: Elision(count: text, capacity: 4))
            let (left, right) = (92.0, 58.0)
            func pitch(_ room: Double, _ shown: (prompt: Elision, text: Elision)) -> Double {
                min(56, ((room - Self.gap) / Double(max(shown.prompt.shown.count + shown.text.shown.count, 1))).rounded(.down))
            }
            let beside = pitch(room - left - right, all)
            hasHeads = beside < Self.leastPitch
            guard hasHeads else {
                (self.left, self.pitch, self.prompt, self.text) = (left, beside, all.prompt, all.text)
                return
            }
            // The text's words are the fewer, and the prompt has what they leave; of a short one they have the rest.
            let columns = Int((room - Self.gap - 8) / Self.leastPitch)
            self.text = Elision(count: text, capacity: max(min(3, columns / 2), min(4, columns - prompt)))
            self.prompt = Elision(count: prompt, capacity: min(8, columns - self.text.shown.count))
            self.left = 0
            self.pitch = pitch(room - 8, (self.prompt, self.text))
        }
    }

    private func addBand(
        _ band: Rectangle, label: Localised, _ layout: Layout, to block: inout Block, scale: ColourScale
    ) {
        let type = context.type
        block.elements.append(
            .rectangle(band.grown(by: -0.5), cornerRadius: 4, fill: .tint(.frozen), stroke: Stroke(.frozen)))
        let name = type.line(label, font: .label)
        let lock = Badge.lock.block(size: 14)
        if layout.hasHeads {
            let middle = band.y + 6 + name.height / 2
            block.place(lock, at: Point(x: band.x + 10, y: (middle - 7).rounded()))
            block.place(name, at: Point(x: band.x + 30, y: (middle - name.height / 2).rounded()))
            addRange(scale, end: band.right - 12, y: middle, to: &block)
            return
        }
        block.place(lock, at: Point(x: 0, y: (band.centre.y - 7).rounded()))
        block.place(name, at: Point(x: 20, y: (band.centre.y - name.height / 2).rounded()))
        addRange(scale, x: band.right + 8, y: band.centre.y, to: &block)
    }

    /// What the deepest colour of a line stands for.
    private func addRange(_ scale: ColourScale, x: Double, y: Double, to block: inout Block) {
        let line = range(scale)
        block.place(line, at: Point(x: x, y: (y - line.height / 2).rounded()))
    }

    private func addRange(_ scale: ColourScale, end: Double, y: Double, to block: inout Block) {
        addRange(scale, x: end - range(scale).width, y: y, to: &block)
    }

    private func range(_ scale: ColourScale) -> Block {
        context.type.line("± " + NumberFormat.significant(scale.upper), font: .digits, paint: .muted)
    }

    private func addArrows(_ xs: [Double], from: Double, to: Double, to block: inout Block) {
        for x in xs {
            block.elements.append(
                .arrow([Point(x: x, y: from), Point(x: x, y: to)], ArrowStyle(Stroke(.role(.ink, strength: 0.6)), head: 5)))
        }
    }

    private func vector(_ value: RecordedValue, row: Int, scale: ColourScale, cell: Double) -> Block {
        VectorTile(side: Self.side, cell: cell, scale: scale)
            .block(value, row: row, at: Address(run: run.id, step: frame.step, value.name))
    }
}
