internal import Drawing
internal import Recordings

extension Figure {
    /// λ, the part of the attention that goes to the prompt, for every layer and head, word by word.
    static let prefixShare = Figure(
        id: "prefix-share",
        question: Localised(en: "How much comes from the prefix?", zhHans: "有多少来自前缀？"),
        needs: FigureNeeds(
            moments: [.end], values: { model in (0..<model.layers).map { .attentionWeights(layer: $0) } }, softPrompt: true)
    ) { try PrefixShareDrawing($0).sheet() }
}

private struct PrefixShareDrawing {
    let context: FigureContext
    let run: RecordedRun
    let frame: RecordedFrame
    let rows: Range<Int>
    let words: [String]
    let promptLength: Int
    /// λ by word, layer and head.
    let shares: [[[Double]]]

    init(_ context: FigureContext) throws {
        self.context = context
        let run = try context.promptRun()
        self.run = run
        let names = (0..<run.model.configuration.layers).map { ValueName.attentionWeights(layer: $0) }
        frame = try context.frame(of: run, holding: names)
        rows = frame.batch.sequence(try context.example(of: frame))
        let vocabulary = try context.recording.vocabulary()
        words = rows.map { [frame] in TextSafety.shown(vocabulary[Int(frame.batch.tokens[$0])]) }
        let p = run.description.parameters.first { $0.name == .softPrompt }?.shape.first ?? 0
        promptLength = p
        let weights = try names.map(frame.value)
        shares = rows.map { row in
            weights.map { value in
                (0..<value.shape.inner[0]).map { head in
                    (0..<p).reduce(0.0) { $0 + Double(value[row, head, $1]) }
                }
            }
        }
    }

    func sheet() throws -> Sheet {
        for (word, layers) in shares.enumerated() {
            for (layer, heads) in layers.enumerated() {
                for (head, share) in heads.enumerated() {
                    try context.require(
                        share >= 0 && share <= 1 + 1e-5,
                        "the prompt’s share at word \(word), layer \(layer), head \(head) is \(share), not from 0 to 1")
                }
            }
        }
        let answering = try answeringWord()
        let shown = panelsShown(answering)
        let all = shares[answering].joined()
        let mean = all.reduce(0, +) / Double(max(all.count, 1))
        let uniform = Double(promptLength) / Double(promptLength + answering + 1)
        let word = words[answering]
        return Sheet(
            title: Localised(
                en: "At “\(word)” heads give \(NumberFormat.percentage(mean)) of their attention to the prompt on average",
                zhHans: "在“\(word)”处，各头平均把 \(NumberFormat.percentage(mean)) 的注意力给了提示"),
            description: Localised(
                en:
                    "For each word of “\(words.joined(separator: " "))” a matrix with a row for each layer and a column for each head: the part λ of the attention that goes to the \(promptLength) virtual tokens.",
                zhHans:
                    "对文本“\(words.joined(separator: " "))”的每个词给出一个矩阵，行为层，列为头：注意力中分给 \(promptLength) 个虚拟 token 的份额 λ。"),
            body: body(shown, answering: answering),
            caption: Localised(
                en:
                    "λ is the sum of a row’s weights on the prompt’s columns. A head that looks at everything alike would have λ\u{00A0}=\u{00A0}\(NumberFormat.fixed(uniform, decimals: 2)) at “\(word)”, where \(promptLength) of \(promptLength + answering + 1) keys are the prompt’s.",
                zhHans:
                    "λ 是一行注意力中落在提示各列上的权重之和。若一个头对所有位置一视同仁，在“\(word)”处 λ\u{00A0}应为\u{00A0}\(NumberFormat.fixed(uniform, decimals: 2))：\(promptLength + answering + 1) 个键中有 \(promptLength) 个属于提示。"
            ),
            provenance: context.provenance(run, step: frame.step))
    }

    /// The word at which the answer is predicted.
    private func answeringWord() throws -> Int {
        let sequence = context.options.example ?? 0
        guard let counted = frame.batch.counted(ofSequence: sequence).first else {
            throw context.bad("example", "no token of example \(sequence) is counted")
        }
        return Int(frame.batch.countedRows[counted]) - rows.lowerBound
    }

    private static let mostPanels = 6
    /// The same where each has a line of its own.
    private static let mostLines = 4
    private static let panelsPerLine = 3
    private static let gap = 28.0
    /// A cell with a number, and the widest panel that is asked for the sake of numbers, px.
    private static let leastCell = 34.0
    private static let leastPanel = 180.0

    /// The words with a panel: all, or those round the one that answers.
    private func panelsShown(_ answering: Int) -> Range<Int> {
        func shown(most: Int) -> Range<Int> {
            guard words.count > most else { return 0..<words.count }
            let start = min(max(0, answering - most + 2), words.count - most)
            return start..<start + most
        }
        let all = shown(most: Self.mostPanels)
        return panelsPerLine(all, answering: answering) > 1 ? all : shown(most: Self.mostLines)
    }

    /// The names of the layers.
    private var layerNames: [String] {
        shares[0].indices.map { context.type(Localised(en: "layer \($0 + 1)", zhHans: "第 \($0 + 1) 层")) }
    }

    /// Their room before the first panel of a line, px.
    private var side: Double {
        (layerNames.map { context.type.width(of: $0, in: .label) }.max() ?? 0).rounded(.up) + 6
    }

    /// As many as leave room for the numbers and for what stands over each panel.
    private func panelsPerLine(_ shown: Range<Int>, answering: Int) -> Int {
        let heads = Double(shares[0][0].count)
        let least = min(heads * (Self.leastCell + 1) - 1, Self.leastPanel)
        let heading = shown.map { self.heading(of: $0, isAnswering: $0 == answering).width }.max() ?? 0
        let room = context.room - side + Self.gap
        let most = min(Int(room / (least + Self.gap)), Int(room / (heading + SceneAudit.air)))
        return max(1, min(shown.count, Self.panelsPerLine, most))
    }

    /// What stands over the panel of a word.
    private func heading(of word: Int, isAnswering: Bool) -> Block {
        let type = context.type
        let head = type.line(
            type.shortened("“\(words[word])”", width: 120, font: .label.bold), font: .label.bold, paint: .textToken)
        let all = shares[word].joined()
        let mean = all.reduce(0, +) / Double(max(all.count, 1))
        let note = type.line(
            Localised(
                en: "mean \(NumberFormat.fixed(mean, decimals: 2))\(isAnswering ? ", answers here" : "")",
                zhHans: "平均 \(NumberFormat.fixed(mean, decimals: 2))\(isAnswering ? "，在此作答" : "")"), font: .label,
            paint: .muted)
        return .row([head, note], spacing: 8)
    }

    private func body(_ shown: Range<Int>, answering: Int) -> Block {
        let type = context.type
        let (layers, heads) = (shares[0].count, shares[0][0].count)
        // The first panel of a line carries the layers' names.
        let (labels, side) = (layerNames, side)
        let perLine = panelsPerLine(shown, answering: answering)
        let width = ((context.room - side - Self.gap * Double(perLine - 1)) / Double(perLine)).rounded(.down)
        // One below the other, panels may fill their lines.
        let mostCell = perLine == 1 && shown.count > 1 ? 72.0 : 48
        let scale = ColourScale.sequential(from: 0, to: 1)
        var lines: [Block] = []
        for start in stride(from: shown.lowerBound, to: shown.upperBound, by: perLine) {
            var line = Block(size: Size(width: context.room, height: 0))
            for (column, word) in (start..<min(start + perLine, shown.upperBound)).enumerated() {
                let isFirst = column == 0
                var view = MatrixView(
                    rows: MatrixAxis(
                        count: layers, labels: isFirst ? labels : [], noun: Localised(en: "layers", zhHans: "层")),
                    columns: MatrixAxis(
                        count: heads, labels: (1...heads).map { type(Localised(en: "h\($0)", zhHans: "头 \($0)")) },
                        noun: Localised(en: "heads", zhHans: "个头")),
                    values: shares[word].joined().map { Float($0) }, scale: scale)
                view.cell = Size(width: min(mostCell, ((width - Double(heads - 1)) / Double(heads)).rounded(.down)), height: 26)
                view.isSquare = false
                view.showsShares = true
                let matrix = view.block(type, room: Size(width: isFirst ? width + side : width, height: 600))
                let cells = matrix.places["cells"] ?? matrix.bounds
                let x = side + Double(column) * (width + Self.gap)
                line.place(heading(of: word, isAnswering: word == answering), at: Point(x: x, y: 0))
                let y = Font.label.lineHeight + 8
                line.place(addressed(matrix, word: word), at: Point(x: x - cells.x, y: y))
                // Weights near 0 have the colour of paper: a ground shows how far the cells reach.
                line.elements.insert(
                    .rectangle(
                        cells.moved(by: Point(x: x - cells.x, y: y)).grown(by: 1), fill: .role(.ink, strength: 0.09)),
                    at: 0)
                line.size.height = max(line.height, y + matrix.height)
            }
            lines.append(line)
        }
        let left = words.count - shown.count
        let note = left > 0 ? Elision.note(omitted: left, Localised(en: "words", zhHans: "个词")) : nil
        let key = ColourKey(
            scale, title: type(Localised(en: "λ, the prompt’s part of the attention", zhHans: "λ：提示所得注意力的份额")), length: 120
        ).block(type, within: context.room)
        return .column(lines + [note.map { type.line($0, font: .digits, paint: .muted) }].compactMap { $0 } + [key], spacing: 20)
    }

    /// A share is a sum and stands in no value: each carries where it comes from.
    private func addressed(_ matrix: Block, word: Int) -> Block {
        var block = matrix
        for (layer, heads) in shares[word].enumerated() {
            for head in heads.indices {
                guard let row = matrix.places["row \(layer)"], let column = matrix.places["column \(head)"] else { continue }
                let derivation = Derivation(
                    "prompt-share",
                    Address(
                        run: run.id, step: frame.step, .attentionWeights(layer: layer), rows.lowerBound + word, head))
                // An outline without paint: a place to point at.
                let cell = Rectangle(x: column.x, y: row.y, width: column.width, height: row.height)
                block.elements.append(
                    .group(Group(address: derivation.description, [.shape(Shape(Path(cell)))])))
            }
        }
        return block
    }
}
