internal import Drawing
internal import Recordings

extension Figure {
    /// Where each head of each layer looks, the prompt's columns set apart.
    static let attentionMap = Figure(
        id: "attention-map",
        question: Localised(en: "Where does each head look?", zhHans: "每个注意力头在看哪里？"),
        needs: FigureNeeds(
            moments: [.end], values: { model in (0..<model.layers).map { .attentionWeights(layer: $0) } }, softPrompt: true)
    ) { try AttentionMapDrawing($0).sheet() }
}

private struct AttentionMapDrawing {
    let context: FigureContext
    let run: RecordedRun
    let frame: RecordedFrame
    /// The weights of each layer.
    let weights: [RecordedValue]
    let heads: Int
    /// P, the columns in front of the text's.
    let promptLength: Int
    /// The rows of the sequence that is shown.
    let rows: Range<Int>
    /// The words of the rows.
    let words: [String]
    /// How much of a head's attention goes to the prompt, by layer and head: the mean over the rows.
    let shares: [[Double]]

    init(_ context: FigureContext) throws {
        self.context = context
        let run = try context.promptRun()
        self.run = run
        let names = (0..<run.model.configuration.layers).map { ValueName.attentionWeights(layer: $0) }
        frame = try context.frame(of: run, holding: names)
        weights = try names.map(frame.value)
        rows = frame.batch.sequence(try context.example(of: frame))
        let vocabulary = try context.recording.vocabulary()
        words = rows.map { [frame] in TextSafety.shown(vocabulary[Int(frame.batch.tokens[$0])]) }
        heads = run.model.configuration.heads
        promptLength = run.description.parameters.first { $0.name == .softPrompt }?.shape.first ?? 0
        let (p, rows) = (promptLength, rows)
        shares = weights.map { value in
            (0..<value.shape.inner[0]).map { head in
                rows.reduce(0.0) { sum, row in
                    sum + (0..<p).reduce(0.0) { $0 + Double(value[row, head, $1]) }
                } / Double(max(rows.count, 1))
            }
        }
    }

    private func check() throws {
        for (layer, value) in weights.enumerated() {
            try context.require(
                value.shape.inner.count == 2 && value.shape.inner[0] == heads
                    && value.shape.inner[1] >= promptLength + rows.count,
                "the weights of layer \(layer) have shape \(value.shape)")
            for (position, row) in rows.enumerated() {
                for head in 0..<heads {
                    let sum = (0..<promptLength + position + 1).reduce(0.0) { $0 + Double(value[row, head, $1]) }
                    try context.require(
                        abs(sum - 1) < 1e-4, "row \(row) of head \(head) in layer \(layer) adds up to \(sum), not to 1")
                }
            }
        }
    }

    func sheet() throws -> Sheet {
        try check()
        let layers = weights.count
        let chosen = (
            layers: context.options.layer.map { [$0] } ?? Array(0..<layers),
            heads: context.options.head.map { [$0] } ?? Array(0..<heads)
        )
        guard chosen.layers.allSatisfy((0..<layers).contains) else {
            throw context.bad("layer", "the model has layers 0 to \(layers - 1)")
        }
        guard chosen.heads.allSatisfy((0..<heads).contains) else {
            throw context.bad("head", "the model has heads 0 to \(heads - 1)")
        }

        let grid = PanelGrid(
            layers: chosen.layers, heads: chosen.heads, columns: promptLength + rows.count, room: context.room - sideWidth)
        let key = ColourKey(
            scale, title: context.type(Localised(en: "attention weight", zhHans: "注意力权重")), length: 120
        ).block(context.type)
        let places = grid.layers.flatMap { layer in grid.heads.map { (layer: layer, head: $0) } }
        let strongest = places.max { shares[$0.layer][$0.head] < shares[$1.layer][$1.head] } ?? (0, 0)
        let share = NumberFormat.percentage(shares[strongest.layer][strongest.head])
        let body = panels(grid, marked: strongest)
        return Sheet(
            title: Localised(
                en: "Head \(strongest.head + 1) of layer \(strongest.layer + 1) gives \(share) of its attention to the prompt",
                zhHans: "第 \(strongest.layer + 1) 层第 \(strongest.head + 1) 个头把 \(share) 的注意力给了软提示"),
            description: Localised(
                en:
                    "Attention weights of \(chosen.layers.count) layers and \(chosen.heads.count) heads for the text “\(words.joined(separator: " "))”. Rows are the words that look, columns what they look at: \(promptLength) virtual tokens, then the words up to their own.",
                zhHans:
                    "文本“\(words.joined(separator: " "))”在 \(chosen.layers.count) 层、每层 \(chosen.heads.count) 个头中的注意力权重。行是发出注意力的词，列是被看的位置：先是 \(promptLength) 个虚拟 token，然后是到自己为止的词。"
            ),
            body: .column(
                [body, grid.note.map { context.type.line($0, font: .digits, paint: .muted) }, key].compactMap { $0 }, spacing: 20),
            caption: Localised(
                en:
                    "Rows are queries, columns keys; each row adds up to 1, and a dot marks a word that the row may not see. Under the bracket: the prompt’s part of the attention, as a mean over the rows; the largest is bold.",
                zhHans: "行为查询，列为键；每行之和为 1，圆点表示该行看不到的词。括号下方是软提示所得注意力的占比，取各行的平均；最大者为粗体。"),
            provenance: context.provenance(run, step: frame.step))
    }

    /// One scale for all panels, so that they can be compared.
    private var scale: ColourScale {
        .sequential(covering: weights.flatMap { value in rows.flatMap { value.row($0) } })
    }

    // MARK: Panels

    private var rowLabels: [String] { words.map { context.type.shortened($0, width: 72, font: .digits) } }

    /// The room left of the first panel: the layer's name, and the words of the rows.
    private var sideWidth: Double {
        let labels = rowLabels.map { context.type.width(of: $0, in: .digits) }.max() ?? 0
        return Font.label.lineHeight + 4 + labels.rounded(.up) + 8
    }

    private func panels(_ grid: PanelGrid, marked: (layer: Int, head: Int)) -> Block {
        var lines: [Block] = []
        for layer in grid.layers {
            for start in stride(from: 0, to: grid.heads.count, by: grid.perLine) {
                let heads = Array(grid.heads[start..<min(start + grid.perLine, grid.heads.count)])
                lines.append(
                    line(
                        of: layer, heads: heads, grid: grid, isFirst: lines.isEmpty, isFirstOfLayer: start == 0,
                        marked: layer == marked.layer ? marked.head : nil))
            }
        }
        return .column(lines, spacing: 14)
    }

    /// Heads of one layer side by side, their cells at one height.
    private func line(
        of layer: Int, heads: [Int], grid: PanelGrid, isFirst: Bool, isFirstOfLayer: Bool, marked: Int?
    ) -> Block {
        let type = context.type
        let panels = heads.map { panel(layer, $0, grid: grid, showsColumns: isFirst) }
        let above = panels.compactMap { $0.places["cells"]?.y }.max() ?? 0
        // Panels below others of their head need no heading of their own.
        let heading = isFirst || grid.perLine < grid.heads.count ? Font.label.lineHeight + 4 : 0
        let top = heading + above
        var line = Block(size: Size(width: context.room, height: 0))
        for (column, (head, panel)) in zip(heads, panels).enumerated() {
            let cells = panel.places["cells"] ?? panel.bounds
            let x = sideWidth + Double(column) * (grid.width + PanelGrid.gap)
            let origin = Point(x: x - cells.x, y: top - cells.y)
            if heading > 0 {
                let name = Localised(en: "head \(head + 1)", zhHans: "头 \(head + 1)")
                line.place(type.line(name, font: .label, paint: .muted), at: Point(x: x, y: 0))
            }
            // Weights near 0 have the colour of paper: a ground shows how far the cells reach, and what is masked.
            for place in ["column group 0", "column group 1"].compactMap({ panel.places[$0] }) {
                line.elements.append(.rectangle(place.moved(by: origin).grown(by: 1), fill: .role(.ink, strength: 0.09)))
            }
            line.place(panel, at: origin)
            if let prompt = panel.places["column group 0"] {
                line.place(
                    share(layer, head, width: prompt.width, isMarked: head == marked),
                    at: Point(x: prompt.x + origin.x, y: top + cells.height + 4))
            }
            line.size.height = top + cells.height + 4 + shareHeight
            guard column == 0 else { continue }
            for (index, label) in rowLabels.enumerated() {
                guard let row = panel.places["row \(index)"] else { continue }
                let baseline = row.centre.y + origin.y + Font.digits.capitalHeight / 2
                line.elements.append(.text(TextRun(label, at: Point(x: x - 6, y: baseline), font: .digits, anchor: .end)))
            }
            if isFirstOfLayer {
                let text = type(Localised(en: "layer \(layer + 1)", zhHans: "第 \(layer + 1) 层"))
                let name = type.upwardsLine(text, font: .label, paint: .muted)
                line.place(name, at: Point(x: 0, y: max(0, (top + cells.height / 2 - name.height / 2).rounded())))
            }
        }
        return line
    }

    /// Which panels are shown, how many heads stand side by side, and how large their cells are.
    private struct PanelGrid {
        let layers: [Int]
        let heads: [Int]
        let perLine: Int
        let width: Double
        let cell: Double
        let cellGap: Double
        /// What is left out.
        let note: Localised?

        static let gap = 16.0
        /// What sets the prompt's columns apart from the text's.
        static let groupGap = 10.0
        /// More lines of panels than this no reader takes in at once.
        static let mostLines = 8

        init(layers: [Int], heads: [Int], columns: Int, room: Double) {
            func widthOfPanel(_ perLine: Int) -> Double { ((room + Self.gap) / Double(perLine) - Self.gap).rounded(.down) }
            func cell(in width: Double, gap: Double) -> Double {
                ((width - Self.groupGap - gap * Double(max(0, columns - 2))) / Double(max(columns, 1))).rounded(.down)
            }
            let most = (1...max(heads.count, 1)).last { cell(in: widthOfPanel($0), gap: 0) >= MatrixView.smallestCell } ?? 1
            // Of several layers each has a line or two, of a single one all heads are shown.
            let capacity = layers.count == 1 ? heads.count : 2 * most
            let shownHeads = Elision(count: heads.count, capacity: capacity)
            let lines = (shownHeads.shown.count + most - 1) / most
            let shownLayers = Elision(count: layers.count, capacity: max(2, Self.mostLines / max(lines, 1)))
            self.heads = shownHeads.shown.map { heads[$0] }
            self.layers = shownLayers.shown.map { layers[$0] }
            let notes = [
                shownLayers.note(Localised(en: "layers", zhHans: "层")),
                shownHeads.note(Localised(en: "heads in each layer", zhHans: "个头（每层）")),
            ].compactMap { $0 }
            note =
                notes.isEmpty
                ? nil
                : Localised(en: notes.map(\.en).joined(separator: "; "), zhHans: notes.map(\.zhHans).joined(separator: "；"))
            // Lines of equal length, where one line is too short.
            perLine = max(1, (self.heads.count + lines - 1) / max(lines, 1))
            width = widthOfPanel(perLine)
            cellGap = cell(in: width, gap: 1) >= MatrixView.smallestCell ? 1 : 0
            self.cell = min(32, max(MatrixView.smallestCell, cell(in: width, gap: cellGap)))
        }
    }

    private func panel(_ layer: Int, _ head: Int, grid: PanelGrid, showsColumns: Bool) -> Block {
        let type = context.type
        let value = weights[layer]
        let (p, count) = (promptLength, rows.count)
        let values = rows.enumerated().flatMap { position, row in
            (0..<p + count).map { column -> Float? in column <= p + position ? value[row, head, column] : nil }
        }
        // Names of narrow columns would run into each other: then the first and the last tell what is between.
        let named = grid.cell + grid.cellGap >= 14 ? Set(0..<p) : [0, p - 1]
        let labels =
            (0..<p).map { named.contains($0) ? "p\($0 + 1)" : "" } + words.map { type.shortened($0, width: 72, font: .digits) }
        var view = MatrixView(
            rows: MatrixAxis(count: count, noun: Localised(en: "rows", zhHans: "行"), firstIndex: rows.lowerBound),
            columns: MatrixAxis(
                groups: [.init(count: p, role: .trained), .init(count: count, role: .textToken)],
                labels: showsColumns ? labels : [],
                noun: Localised(en: "columns", zhHans: "列")),
            values: values, scale: scale,
            address: "\(run.id)/s\(frame.step)/L\(layer)/H\(head)/attn")
        view.cell = Size(width: grid.cell, height: grid.cell)
        view.cellGap = grid.cellGap
        return view.block(type, room: Size(width: grid.width, height: 4000))
    }

    private var shareHeight: Double { 8 + Font.digits.lineHeight }

    /// The bracket under the prompt's columns, with their part of the attention.
    private func share(_ layer: Int, _ head: Int, width: Double, isMarked: Bool) -> Block {
        let text = context.type(
            Localised(
                en: "prompt \(NumberFormat.percentage(shares[layer][head]))",
                zhHans: "软提示 \(NumberFormat.percentage(shares[layer][head]))"))
        let line = context.type.line(text, font: isMarked ? .digits.bold : .digits, paint: .trained)
        var block = Block(size: Size(width: max(width, line.width), height: shareHeight))
        block.elements.append(
            .shape(
                Shape(
                    Path(through: [
                        Point(x: 0.75, y: 0), Point(x: 0.75, y: 4), Point(x: width - 0.75, y: 4), Point(x: width - 0.75, y: 0),
                    ]), stroke: Stroke(.trained, width: isMarked ? 2.5 : 1.5))))
        let address = Derivation(
            "prompt-share",
            arguments: rows.map { Address(run: run.id, step: frame.step, .attentionWeights(layer: layer), $0, head) }
        ).description
        block.place(line.addressed(address), at: Point(x: max(0, ((width - line.width) / 2).rounded()), y: 8))
        return block
    }
}
