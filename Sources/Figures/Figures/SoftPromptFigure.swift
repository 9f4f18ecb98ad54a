internal import Drawing
internal import Recordings

extension Figure {
    /// The idea of prompt tuning in one picture: trained vectors in front of a text, a model that may not move, the words it holds
    /// likely, and how far the gradient goes.
    static let softPrompt = Figure(
        id: "soft-prompt",
        question: Localised(en: "What is a soft prompt?", zhHans: "什么是软提示？"),
        needs: FigureNeeds(moments: [.end], values: { _ in [.probabilities] }, softPrompt: true, embeddings: true)
    ) { try SoftPromptDrawing($0).sheet() }
}

private struct SoftPromptDrawing {
    let context: FigureContext
    let run: RecordedRun
    let frame: RecordedFrame
    let words: [String]
    /// The trained vectors, `[P, d]`.
    let prompt: RecordedValue
    let embeddings: RecordedValue
    /// The text's rows up to the one at which the answer is predicted.
    let textRows: Range<Int>
    /// That row among the counted rows.
    let countedRow: Int

    init(_ context: FigureContext) throws {
        self.context = context
        run = try context.promptRun(besideWords: true)
        frame = try context.frame(of: run, holding: [.probabilities])
        words = try context.recording.vocabulary()
        guard let prompt = try run.journal.parameter(.softPrompt, atStep: frame.step),
            let embeddings = try context.recording.vocabularyEmbeddings()
        else { throw context.lacking("it has no soft prompt or no embeddings") }
        self.prompt = prompt
        self.embeddings = embeddings
        let example = try context.example(of: frame)
        guard let counted = frame.batch.counted(ofSequence: example).first else {
            throw context.bad("example", "no token of example \(example) is counted")
        }
        countedRow = counted
        textRows = frame.batch.sequence(example).lowerBound..<Int(frame.batch.countedRows[counted]) + 1
    }

    // MARK: What must hold

    private func check(_ probabilities: ArraySlice<Float>, graph: GraphDescription) throws {
        let (p, d) = (prompt.rowCount, prompt.columns)
        try context.require(
            run.description.trainedCount == p * d,
            "\(p) × \(d) numbers are shown as trained, and the run trained \(run.description.trainedCount)")
        let sum = probabilities.reduce(0.0) { $0 + Double($1) }
        try context.require(abs(sum - 1) < 1e-4, "the probabilities of row \(countedRow) add up to \(sum)")
        let hashes = run.description.weightsSha256
        try context.require(hashes.before == hashes.after, "the base model's weights have another hash after run \(run.id)")
        for node in weights(of: graph) {
            try context.require(graph.node(node.name.gradient) == nil, "the frozen \(node.name) has a gradient")
        }
    }

    /// The parameters that belong to the base model.
    private func weights(of graph: GraphDescription) -> [NodeDescription] {
        graph.nodes.filter { $0.isParameter && $0.phase == .forward && !run.description.isTrained($0.name) }
    }

    // MARK: The drawing

    func sheet() throws -> Sheet {
        let probabilities = try frame.value(.probabilities)
        let graph = try run.graph()
        try check(probabilities.row(countedRow), graph: graph)

        let (p, d) = (prompt.rowCount, prompt.columns)
        let scale = ColourScale.diverging(covering: prompt.numbers)
        let isBeside = Widths.mostInput(room: context.room) >= Widths.leastInput
        var page = isBeside ? partsBeside(probabilities, scale: scale) : partsBelow(probabilities, scale: scale)
        let height = page.height
        let key = ColourKey(
            scale, title: context.type(Localised(en: "a number of a vector", zhHans: "向量中的一个数")), length: 120
        ).block(context.type)
        page.place(key, at: Point(x: 0, y: height + 12))
        let counts = counts(graph, width: context.room)
        page.place(counts, at: Point(x: 0, y: height + 12 + key.height + 20))
        page.size.height = height + 12 + key.height + 20 + counts.height

        let count = NumberFormat.whole(p * d)
        return Sheet(
            title: Localised(
                en: "A soft prompt: \(count) trained numbers in front of a model that stays as it is",
                zhHans: "软提示：模型保持不动，只在它前面训练 \(count) 个数"),
            description: description(probabilities),
            body: page, provenance: context.provenance(run, step: frame.step))
    }

    /// Input, model and output from left to right.
    private func partsBeside(_ probabilities: RecordedValue, scale: ColourScale) -> Block {
        var page = Block(size: Size(width: context.room, height: 0))
        let input = inputs(scale: scale, width: Widths.mostInput(room: context.room))
        let widths = Widths(room: context.room, input: input.width)
        let output = outputs(probabilities, width: widths.output)
        // The model is as high as the input.
        let height = max(input.height, output.height, 200)
        let model = model(width: Widths.model, height: height)
        page.place(input, at: .zero)
        page.place(model, at: Point(x: widths.modelX, y: 0))
        page.place(output, at: Point(x: widths.outputX, y: max(0, min(24, height - output.height))))
        addArrows(to: &page)
        page.size.height = height
        return page
    }

    /// Input, model and output from top to bottom, for want of room side by side. The ways run beside the input.
    private func partsBelow(_ probabilities: RecordedValue, scale: ColourScale) -> Block {
        var page = Block(size: Size(width: context.room, height: 0))
        let input = inputs(scale: scale, width: context.room - Self.channel, breaksNotes: true)
        let model = model(width: context.room)
        let output = outputs(probabilities, width: context.room)
        var y = 0.0
        for part in [input, model, output] {
            page.place(part, at: Point(x: 0, y: y))
            y += part.height + Widths.arrow
        }
        page.size.height = y - Widths.arrow
        addArrowsDown(to: &page)
        return page
    }

    /// The room of the ways beside the input, px.
    private static let channel = 44.0

    /// Where the three parts stand across the page.
    private struct Widths {
        let output: Double
        let modelX: Double
        let outputX: Double

        static let arrow = 36.0
        static let model = 126.0
        /// What the words and their probabilities need.
        static let leastOutput = 158.0
        /// What names and strips of many numbers need.
        static let leastInput = 250.0

        init(room: Double, input: Double) {
            modelX = input + Self.arrow
            outputX = modelX + Self.model + Self.arrow
            output = room - outputX
        }

        /// What is left for the input.
        static func mostInput(room: Double) -> Double { room - 2 * arrow - model - leastOutput }
    }

    // MARK: In

    private static let rowHeight = 14.0
    private static let mostPromptRows = 10
    private static let mostTextRows = 8

    /// The two groups of rows, one above the other, known as `prompt` and `text`.
    ///
    /// - Parameters:
    ///   - width: What both may take, px.
    ///   - breaksNotes: Whether notes keep to the width of the groups.
    private func inputs(scale: ColourScale, width: Double, breaksNotes: Bool = false) -> Block {
        let type = context.type
        let ids = textRows.map { Int(frame.batch.tokens[$0]) }
        let labels = (0..<prompt.rowCount).map { "p\($0 + 1)" }
        let shownPrompt = Elision(count: prompt.rowCount, capacity: Self.mostPromptRows)
        let shownText = Elision(count: ids.count, capacity: Self.mostTextRows)
        let names = shownText.shown.map { type.shortened(TextSafety.shown(words[ids[$0]]), width: 72, font: .label) }
        let labelWidth = (shownPrompt.shown.map { labels[$0] } + names).map { type.width(of: $0, in: .label) }.max() ?? 0
        let stripWidth = width - labelWidth.rounded(.up) - 8 - 16

        let trained = HeatStrips(
            rows: shownPrompt.shown.map { Array(prompt.row($0)) }, scale: scale,
            address: Address(run: run.id, step: frame.step, .softPrompt).text, rowIndices: shownPrompt.shown,
            rowHeight: Self.rowHeight, rowBreak: shownPrompt.gap
        ).block(width: stripWidth)
        let text = HeatStrips(
            rows: shownText.shown.map { Array(embeddings.row(ids[$0])) }, scale: scale,
            address: Address(.vocabularyEmbeddings).text, rowIndices: shownText.shown.map { ids[$0] },
            rowHeight: Self.rowHeight, rowBreak: shownText.gap
        ).block(width: stripWidth)

        func part(_ heading: Localised, _ paint: Paint, _ group: Block, note: Localised?) -> [Block] {
            [type.line(heading, font: .label.bold, paint: paint), group]
                + (note.map {
                    [type.paragraph($0, width: breaksNotes ? group.width : .infinity, font: .digits, paint: .muted)]
                } ?? [])
        }
        let parts =
            part(
                Localised(en: "soft prompt, trained", zhHans: "软提示（训练）"), .trained,
                group(
                    names: shownPrompt.shown.map { labels[$0] }, labelWidth: labelWidth, box: .trained, strips: trained.block
                ).named("prompt"),
                note: HeatStrips.note(
                    rows: shownPrompt, numbers: trained.omitted, noun: Localised(en: "virtual tokens", zhHans: "个虚拟 token")))
            + part(
                Localised(en: "text, its embeddings frozen", zhHans: "文本（嵌入冻结）"), .textToken,
                group(names: names, labelWidth: labelWidth, box: .textToken, strips: text.block).named("text"),
                note: HeatStrips.note(
                    rows: shownText, numbers: text.omitted, noun: Localised(en: "words of the text", zhHans: "个文本 token")))
        var column = Block(size: Size(width: parts.map(\.width).max() ?? 0, height: 0))
        for (index, part) in parts.enumerated() {
            // A heading stands closer to what it heads than to what is above it.
            if index > 0 { column.size.height += part.places.isEmpty ? 12 : 4 }
            column.place(part, at: Point(x: 0, y: column.height))
            column.size.height += part.height
        }
        return column
    }

    private func group(names: [String], labelWidth: Double, box: Box, strips: Block) -> Block {
        let type = context.type
        var rows = Block(size: Size(width: labelWidth.rounded(.up) + 8 + strips.width, height: strips.height))
        rows.place(strips, at: Point(x: labelWidth.rounded(.up) + 8, y: 0))
        for (index, name) in names.enumerated() {
            guard let row = strips.places["row \(index)"] else { continue }
            let line = type.line(name, font: .label)
            rows.place(line, at: Point(x: labelWidth.rounded(.up) - line.width, y: row.centre.y - line.height / 2))
        }
        return box.block(rows, padding: .all(8), alignment: .start)
    }

    // MARK: The model

    private static let mostBlocks = 6

    private var modelHeading: Block {
        .row(
            [
                Badge.lock.block(),
                context.type.line(Localised(en: "frozen model", zhHans: "冻结的模型"), font: .label.bold, paint: .ink),
            ], spacing: 4, alignment: .centre)
    }

    /// A layer of the model.
    private func layer(in rectangle: Rectangle) -> Element {
        .rectangle(
            rectangle, cornerRadius: 3, fill: .paper, hatch: Hatch(.role(.frozen, strength: 0.35), spacing: 6),
            stroke: Stroke(.frozen))
    }

    private func layerName(_ index: Int) -> String {
        context.type(Localised(en: "layer \(index + 1)", zhHans: "第 \(index + 1) 层"))
    }

    /// The model with its layers one below another, the first on top.
    private func model(width: Double) -> Block {
        let type = context.type
        let blocks = Elision(count: run.model.configuration.layers, capacity: Self.mostBlocks)
        let (slabHeight, gap) = (24.0, 6.0)
        var parts = [modelHeading]
        for (rank, index) in blocks.shown.enumerated() {
            if rank == blocks.gap, let note = blocks.note(Localised(en: "layers", zhHans: "层")) {
                parts.append(type.line(note, font: .digits, paint: .ink))
            }
            let name = type.line(layerName(index), font: .label)
            var layer = Block(size: Size(width: width - 20, height: slabHeight))
            layer.elements.append(self.layer(in: layer.bounds.grown(by: -0.5)))
            // On a plate, for text does not stand on hatching.
            layer.elements.append(
                .rectangle(
                    Rectangle(x: 1.5, y: 1.5, width: name.width + 16, height: slabHeight - 3), cornerRadius: 2, fill: .paper))
            layer.place(name, at: Point(x: 9, y: ((slabHeight - name.height) / 2).rounded()))
            parts.append(layer)
        }
        var block = Block.column(parts, spacing: gap, alignment: .centre)
            .padded(Insets(left: 10, right: 10, top: 8, bottom: 10))
        block.places["model"] = block.bounds
        return block.over([
            .rectangle(block.bounds.grown(by: -0.5), cornerRadius: 4, fill: .tint(.frozen), stroke: Stroke(.frozen))
        ])
    }

    private func model(width: Double, height: Double) -> Block {
        let type = context.type
        let configuration = run.model.configuration
        var block = Block(size: Size(width: width, height: height))
        block.places["model"] = Rectangle(x: 0, y: 0, width: width, height: height)
        let frame = Rectangle(x: 0.5, y: 0.5, width: width - 1, height: height - 1)
        block.elements.append(.rectangle(frame, cornerRadius: 4, fill: .tint(.frozen), stroke: Stroke(.frozen)))

        let heading = modelHeading
        block.place(heading, at: Point(x: ((width - heading.width) / 2).rounded(), y: 8))

        let blocks = Elision(count: configuration.layers, capacity: Self.mostBlocks)
        let top = 8 + heading.height + 6
        let note = blocks.note(Localised(en: "layers", zhHans: "层")).map { type.line($0, font: .digits, paint: .ink) }
        let bottom = height - 10 - (note.map { $0.height + 4 } ?? 0)
        let (count, gap) = (Double(blocks.shown.count), 6.0)
        let slab = min(26, ((width - 20 - gap * (count - 1)) / count).rounded(.down))
        var x = ((width - count * slab - gap * (count - 1)) / 2).rounded()
        for index in blocks.shown {
            let rectangle = Rectangle(x: x + 0.5, y: top, width: slab - 1, height: bottom - top)
            block.elements.append(layer(in: rectangle))
            let name = type.upwardsLine(layerName(index), font: .label)
            if slab >= 18 {
                // On a plate, for text does not stand on hatching.
                let place = Point(x: (x + (slab - name.width) / 2).rounded(), y: bottom - name.height - 8)
                block.elements.append(
                    .rectangle(
                        Rectangle(x: x + 1, y: place.y - 6, width: slab - 2, height: bottom - place.y + 5), cornerRadius: 2,
                        fill: .paper))
                block.place(name, at: place)
            }
            x += slab + gap
        }
        if let note { block.place(note, at: Point(x: ((width - note.width) / 2).rounded(), y: bottom + 4)) }
        return block
    }

    // MARK: Out

    private static let mostWords = 7

    private func outputs(_ probabilities: RecordedValue, width: Double) -> Block {
        let type = context.type
        let row = probabilities.row(countedRow)
        let target = Int(frame.batch.targets[countedRow])
        let ranked = row.indices.map { (id: $0 - row.startIndex, p: row[$0]) }.sorted { ($1.p, $0.id) < ($0.p, $1.id) }
        let bars = ranked.prefix(Self.mostWords).map { entry in
            let name = type.shortened(TextSafety.shown(words[entry.id]), width: 64, font: .label)
            return BarChart.Bar(
                entry.id == target ? "✓ \(name)" : name, value: Double(entry.p),
                text: Self.probability(Double(entry.p)), role: entry.id == target ? .good : .ink,
                address: Address(run: run.id, step: frame.step, .probabilities, countedRow, entry.id).text)
        }
        var chart = BarChart(axis: Axis("", range: 0...1), bars: Array(bars))
        chart.showsTicks = false
        chart.barHeight = 12
        chart.spacing = 5
        let inner = width - 20
        let heading = type.paragraph(
            Localised(en: "likely next words", zhHans: "下一个词的概率"), width: inner, font: .label.bold)
        let rest = 1 - ranked.prefix(Self.mostWords).reduce(0.0) { $0 + Double($1.p) }
        let others = row.count - bars.count
        let note = type.paragraph(
            Localised(
                en: "\(NumberFormat.whole(others)) others: \(Self.probability(max(0, rest))) together",
                zhHans: "其余 \(NumberFormat.whole(others)) 个词合计 \(Self.probability(max(0, rest)))"),
            width: inner, font: .digits, paint: .muted)
        let content = Block.column([heading, chart.block(type, width: inner), note], spacing: 8)
        return Box.plain.block(content, padding: .all(10), width: width, alignment: .start).named("output")
    }

    /// To two decimals; what would round to nothing is said to be less than the least that is written.
    private static func probability(_ p: Double) -> String { p > 0 && p < 0.005 ? "<0.01" : NumberFormat.fixed(p, decimals: 2) }

    // MARK: Forward and back

    private func addArrows(to page: inout Block) {
        guard let prompt = page.places["prompt"], let text = page.places["text"], let model = page.places["model"],
            let output = page.places["output"]
        else { return }
        // Text stays 4 px from a line, and a line as far from a frame.
        let air = 3.0
        func arrow(_ from: Double, _ to: Double, y: Double, _ style: ArrowStyle) {
            page.elements.append(.arrow([Point(x: from, y: y), Point(x: to, y: y)], style))
        }
        let forward = (prompt.y + prompt.height * 0.3).rounded()
        let back = (prompt.y + prompt.height * 0.7).rounded()
        arrow(prompt.right + air, model.x - air, y: forward, .forward)
        arrow(text.right + air, model.x - air, y: text.centre.y.rounded(), .forward)
        let out = min(max(forward, output.y + 12), output.bottom - 12)
        arrow(model.right + air, output.x - air, y: out, .forward)
        // The gradient comes from what was predicted, crosses every block, and ends at the prompt.
        arrow(output.x - air, prompt.right + air, y: min(max(back, output.y + 12), output.bottom - 12), .backward)
    }

    /// The same from top to bottom: both groups of rows go down on one way, and the gradient comes up on the other.
    private func addArrowsDown(to page: inout Block) {
        guard let prompt = page.places["prompt"], let text = page.places["text"], let model = page.places["model"],
            let output = page.places["output"]
        else { return }
        let air = 3.0
        let (down, up) = (max(prompt.right, text.right) + 16, max(prompt.right, text.right) + 34)
        let (back, forward) = ((prompt.y + prompt.height * 0.3).rounded(), (prompt.y + prompt.height * 0.7).rounded())
        page.elements.append(
            .line(
                Point(x: text.right + air, y: text.centre.y.rounded()), Point(x: down, y: text.centre.y.rounded()),
                ArrowStyle.forward.stroke))
        page.elements.append(
            .arrow(
                [
                    Point(x: prompt.right + air, y: forward), Point(x: down, y: forward), Point(x: down, y: model.y - air),
                ], .forward))
        page.elements.append(
            .arrow([Point(x: down, y: model.bottom + air), Point(x: down, y: output.y - air)], .forward))
        page.elements.append(
            .arrow(
                [Point(x: up, y: output.y - air), Point(x: up, y: back), Point(x: prompt.right + air, y: back)], .backward))
    }

    // MARK: In numbers

    /// What is trained, what is frozen, and what the gradient reaches.
    private func counts(_ graph: GraphDescription, width: Double) -> Block {
        let (p, d) = (prompt.rowCount, prompt.columns)
        let total = run.description.trainedCount + run.description.frozenCount
        let share = NumberFormat.significant(100 * Double(p * d) / Double(max(total, 1)))
        let weights = weights(of: graph).count
        let step = max(0, min(frame.step, run.journal.stepCount - 1))
        let norm = run.journal.gradientNorms.isEmpty ? nil : NumberFormat.significant(Double(run.journal.gradientNorms[step]))
        let hash = String(run.description.weightsSha256.after.prefix(8))
        return SideNotes([
            SideNotes.Note(
                paint: .trained,
                head: Localised(
                    en: "\(p) × \(d) = \(NumberFormat.whole(p * d)) trained",
                    zhHans: "训练 \(p) × \(d) = \(NumberFormat.whole(p * d)) 个数"),
                text: Localised(
                    en: "\(share)\u{202F}% of all numbers: \(p) virtual \(p == 1 ? "token" : "tokens") of width \(d).",
                    zhHans: "占全部数的 \(share)\u{202F}%：\(p) 个宽为 \(d) 的虚拟 token。"),
                address: Address(run: run.id, step: frame.step, .softPrompt).text),
            SideNotes.Note(
                paint: .frozen,
                head: Localised(
                    en: "\(NumberFormat.whole(run.description.frozenCount)) frozen",
                    zhHans: "冻结 \(NumberFormat.whole(run.description.frozenCount)) 个数"),
                text: Localised(
                    en: "The weights have the same SHA-256 before and after: \(hash)…", zhHans: "权重的 SHA-256 在训练前后相同：\(hash)…")),
            SideNotes.Note(
                paint: .gradient, dash: [4, 3],
                head: Localised(en: "gradient: prompt only", zhHans: "只有软提示得到梯度"),
                text: Localised(
                    en:
                        "It crosses the whole model and reaches the prompt\(norm.map { " (norm \($0) in step \(step))" } ?? ""), but 0 of \(weights) weight arrays.",
                    zhHans: "梯度穿过整个模型到达软提示\(norm.map { "（第 \(step) 步的范数为 \($0)）" } ?? "")；\(weights) 个权重数组中有 0 个得到梯度。"),
                address: Address(run: run.id, step: step, .gradientNorm).text),
        ]).block(context.type, width: width)
    }

    private func description(_ probabilities: RecordedValue) -> Localised {
        let text = textRows.map { TextSafety.shown(words[Int(frame.batch.tokens[$0])]) }.joined(separator: " ")
        let target = Int(frame.batch.targets[countedRow])
        let answer = TextSafety.shown(words[target])
        let p = NumberFormat.fixed(
            Double(probabilities.row(countedRow)[probabilities.row(countedRow).startIndex + target]), decimals: 2)
        return Localised(
            en:
                "\(prompt.rowCount) trained \(prompt.rowCount == 1 ? "vector stands" : "vectors stand") in front of the text “\(text)” and go through a frozen model, which gives the word “\(answer)” a probability of \(p). The gradient goes back through the model to the vectors only.",
            zhHans: "\(prompt.rowCount) 个可训练的向量放在文本“\(text)”之前，一起进入冻结的模型；模型给出“\(answer)”的概率为 \(p)。梯度穿过模型，只回到这些向量。")
    }
}
