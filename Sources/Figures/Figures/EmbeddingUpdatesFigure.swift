internal import Drawing
internal import Recordings

extension Figure {
    /// The soft prompt before and after training, what changed, and which words its rows are nearest to.
    static let embeddingUpdates = Figure(
        id: "embedding-updates",
        question: Localised(en: "How did the soft prompt move?", zhHans: "软提示是怎样移动的？"),
        needs: FigureNeeds(softPrompt: true, embeddings: true)
    ) { try EmbeddingUpdatesDrawing($0).sheet() }
}

private struct EmbeddingUpdatesDrawing {
    let context: FigureContext
    let run: RecordedRun
    /// How many updates lie between before and after.
    let steps: Int
    let before: RecordedValue
    let after: RecordedValue
    let difference: [[Float]]
    /// The word nearest to each row, then and now.
    let nearest: (before: [NearestWords.Word?], after: [NearestWords.Word?])
    let words: [String]

    init(_ context: FigureContext) throws {
        self.context = context
        run = try context.promptRun(besideWords: true)
        steps = context.options.step ?? run.journal.stepCount
        guard (0...run.journal.stepCount).contains(steps) else {
            throw context.bad("step", "run \(run.id) has steps 0 to \(run.journal.stepCount)")
        }
        guard let before = try run.journal.parameter(.softPrompt, atStep: 0),
            let after = try run.journal.parameter(.softPrompt, atStep: steps),
            let embeddings = try context.recording.vocabularyEmbeddings()
        else { throw context.lacking("it has no soft prompt or no embeddings") }
        (self.before, self.after) = (before, after)
        difference = (0..<before.rowCount).map { row in zip(after.row(row), before.row(row)).map { $0 - $1 } }
        let vocabulary = NearestWords(embeddings)
        nearest = (
            (0..<before.rowCount).map { vocabulary.nearest(to: before.row($0)).first },
            (0..<after.rowCount).map { vocabulary.nearest(to: after.row($0)).first }
        )
        words = try context.recording.vocabulary()
    }

    /// The difference is what AdamW's updates add up to, each computed again from the moments of its step.
    private func check() throws {
        var sums = [Double](repeating: 0, count: before.numbers.count)
        for step in 0..<steps {
            let journal = run.journal
            guard let x = try journal.parameter(.softPrompt, atStep: step)?.numbers,
                let m = try journal.firstMoment(of: .softPrompt, atStep: step)?.numbers,
                let v = try journal.secondMoment(of: .softPrompt, atStep: step)?.numbers
            else { throw context.lacking("its journal has no moments of the soft prompt") }
            let update = AdamWUpdate(run.description.training.optimizer, step: step, learningRate: journal.learningRates[step])
            for index in sums.indices { sums[index] += update.change(of: x[index], m: m[index], v: v[index]) }
        }
        // float32 rounds each of the steps at the size of the parameter, which is where the tolerance comes from.
        let largest = max(before.numbers.map(abs).max() ?? 0, after.numbers.map(abs).max() ?? 0)
        let tolerance = Double(largest) * Double(Float.ulpOfOne) * Double(max(steps, 1)) * 4 + 1e-6
        for (index, sum) in sums.enumerated() {
            let found = Double(after.numbers[index]) - Double(before.numbers[index])
            try context.require(
                abs(found - sum) <= tolerance,
                "element \(index) of the soft prompt changed by \(found), and its \(steps) updates add up to \(sum)")
        }
    }

    func sheet() throws -> Sheet {
        try check()
        let moved = VectorArithmetic.norm(difference.joined()) / max(VectorArithmetic.norm(before.numbers), .leastNormalMagnitude)
        let changed = zip(nearest.before, nearest.after).count { $0?.id != $1?.id }
        let p = before.rowCount
        let best = nearest.after.compactMap { $0?.cosine }.max() ?? 0
        let bestText = NumberFormat.fixed(best, decimals: 2)
        let isNear = best >= 0.5
        let signs = HeatStrips.signs(of: before.columns, in: columns.strips)
        return Sheet(
            title: title(moved: moved, changed: changed),
            description: Localised(
                en:
                    "Heat strips of the \(p) rows of the soft prompt before training, after \(steps) updates, and their difference, with the norm of each row and the word of the vocabulary nearest to it.",
                zhHans: "软提示的 \(p) 行在训练前、\(steps) 次更新后以及二者之差的热度条，并给出每行的范数和词表中最近的词。"),
            body: body(),
            caption: Localised(
                en: isNear
                    ? "Nearest words are by cosine to the model’s token embeddings; the nearest of all reaches \(bestText) after training. \(signs.en)"
                    : "Nearest words are by cosine to the model’s token embeddings. None is near after training: the best reaches \(bestText), so the words do not explain the prompt. \(signs.en)",
                zhHans: isNear
                    ? "最近的词按与模型 token 嵌入的余弦相似度确定；训练后最高为 \(bestText)。\(signs.zhHans)"
                    : "最近的词按与模型 token 嵌入的余弦相似度确定。训练后没有真正接近的词：最高仅为 \(bestText)，因此这些词并不能解释软提示。\(signs.zhHans)"),
            provenance: context.provenance(run, step: steps))
    }

    /// - Parameters:
    ///   - moved: The length of the difference, as a multiple of the length before.
    ///   - changed: How many rows have another nearest word.
    private func title(moved: Double, changed: Int) -> Localised {
        let p = before.rowCount
        let way =
            moved < 1
            ? Localised(
                en: "moved by \(NumberFormat.percentage(moved)) of its norm",
                zhHans: "移动的距离为自身范数的 \(NumberFormat.percentage(moved))")
            : Localised(
                en: "moved by \(NumberFormat.significant(moved)) times its norm",
                zhHans: "移动的距离为自身范数的 \(NumberFormat.significant(moved)) 倍")
        let words =
            changed == 0
            ? Localised(en: "every row still has the nearest word it began with", zhHans: "每一行最近的词都没有变")
            : Localised(
                en: "\(changed) of \(p) rows \(changed == 1 ? "has" : "have") another nearest word",
                zhHans: "\(p) 行中有 \(changed) 行换了最近的词")
        return Localised(en: "The soft prompt \(way.en); \(words.en)", zhHans: "软提示\(way.zhHans)，\(words.zhHans)")
    }

    // MARK: The three parts

    private static let mostRows = 12
    /// The room of a length as digits, px.
    private static let numberWidth = 36.0

    private var rows: Elision { Elision(count: before.rowCount, capacity: Self.mostRows) }

    private var columns: Columns {
        Columns(context, dimensions: before.columns, rows: rows, nearest: nearest, words: words)
    }

    private func body() -> Block {
        let type = context.type
        let (rows, columns) = (rows, columns)
        let scale = ColourScale.diverging(covering: before.numbers + after.numbers)
        let changes = ColourScale.diverging(covering: Array(difference.joined()))
        let update = NumberFormat.whole(steps)
        let lengths = rows.shown.flatMap { [before.row($0), after.row($0), difference[$0][...]] }.map(VectorArithmetic.norm)
        let longest = max(lengths.max() ?? 0, .leastNormalMagnitude)

        func address(_ step: Int) -> String { Address(run: run.id, step: step, .softPrompt).text }
        func nearestCells(_ list: [NearestWords.Word?], step: Int) -> [[Cell]] {
            rows.shown.map { row in
                guard let word = list[row] else { return [] }
                let derivation = Derivation(
                    "cosine", Address(run: run.id, step: step, .softPrompt, row), Address(.vocabularyEmbeddings, word.id)
                ).description
                return [
                    Cell(type.shortened(TextSafety.shown(words[word.id]), width: columns.word - 8, font: .label), derivation),
                    Cell(NumberFormat.fixed(word.cosine, decimals: 2), derivation),
                ]
            }
        }
        func norms(_ value: RecordedValue, step: Int) -> [Cell] {
            rows.shown.map { row in
                Cell(
                    NumberFormat.significant(VectorArithmetic.norm(value.row(row))),
                    Derivation("norm", Address(run: run.id, step: step, .softPrompt, row)).description,
                    share: VectorArithmetic.norm(value.row(row)) / longest)
            }
        }
        let headings = [
            Localised(en: "norm", zhHans: "范数"), Localised(en: "nearest word", zhHans: "最近的词"),
            Localised(en: "cosine", zhHans: "余弦"),
        ].map { type($0) }

        let titles = [
            Localised(en: "before", zhHans: "训练前"), Localised(en: "after \(update) updates", zhHans: "\(update) 次更新后"),
        ]
        let (then, now) = (nearestCells(nearest.before, step: 0), nearestCells(nearest.after, step: steps))
        let first = section(
            titles[0], rows: rows, values: rows.shown.map { Array(before.row($0)) }, scale: scale, address: address(0),
            columns: columns, headings: headings, cells: zip(norms(before, step: 0), then).map { [$0] + $1 })
        let second = section(
            titles[1], rows: rows, values: rows.shown.map { Array(after.row($0)) }, scale: scale, address: address(steps),
            columns: columns, headings: headings, cells: zip(norms(after, step: steps), now).map { [$0] + $1 })
        let turned = rows.shown.map { row -> [Cell] in
            let pair = [Address(run: run.id, step: steps, .softPrompt, row), Address(run: run.id, step: 0, .softPrompt, row)]
            return [
                Cell(
                    NumberFormat.significant(VectorArithmetic.norm(difference[row])),
                    Derivation("norm-of-difference", arguments: pair).description,
                    share: VectorArithmetic.norm(difference[row]) / longest), Cell("", ""),
                Cell(
                    NumberFormat.fixed(VectorArithmetic.cosine(before.row(row), after.row(row)), decimals: 2),
                    Derivation("cosine", arguments: pair).description
                ),
            ]
        }
        let third = section(
            Localised(en: "difference, the sum of the updates", zhHans: "差（各次更新之和）"), short: Self.difference, rows: rows,
            values: rows.shown.map { difference[$0] }, scale: changes,
            address: Derivation(
                "difference", Address(run: run.id, step: steps, .softPrompt), Address(run: run.id, step: 0, .softPrompt)
            ).description, columns: columns,
            headings: [
                type(Localised(en: "moved", zhHans: "移动")), "",
                type(Self.turn),
            ], cells: turned)

        let keys = Block.rowOrColumn(
            [
                ColourKey(
                    scale, title: type(Localised(en: "before, after", zhHans: "前、后")), length: 120
                ).block(type),
                ColourKey(changes, title: type(Self.difference), length: 120).block(type),
            ], width: context.room, spacing: 32)
        var parts = [first, second, third]
        if columns.isStacked {
            let cells = rows.shown.indices.map { then[$0] + now[$0] + turned[$0].suffix(1) }
            parts.append(wordTable(rows: rows, columns: columns, headings: titles + [Self.turn], cells: cells))
        }
        let omitted = HeatStrips(
            rows: [Array(before.row(0))], scale: scale, address: address(0), rowIndices: [0]
        ).block(width: columns.strips).omitted
        if let note = HeatStrips.note(
            rows: rows, numbers: omitted, noun: Localised(en: "virtual tokens", zhHans: "个虚拟 token"))
        {
            parts.append(type.line(note, font: .digits, paint: .muted))
        }
        return .column(parts + [keys], spacing: 16)
    }

    private static let difference = Localised(en: "difference", zhHans: "差")
    private static let turn = Localised(en: "cosine to before", zhHans: "与训练前的余弦")

    /// A number or a word beside a strip.
    private struct Cell {
        let text: String
        let address: String
        /// The length of the bar before it, as a share of the longest.
        let share: Double?

        init(_ text: String, _ address: String, share: Double? = nil) {
            self.text = text
            self.address = address
            self.share = share
        }
    }

    /// The widths of what stands beside the strips, px.
    private struct Columns {
        let label: Double
        let strips: Double
        let norm: Double
        let word: Double
        let cosine = 48.0
        static let air = 12.0
        /// Whether the words stand in a table of their own, for want of room beside the strips.
        let isStacked: Bool
        private static let leastNorm = 72.0
        private static let leastStrips = 192.0

        init(
            _ context: FigureContext, dimensions: Int, rows: Elision,
            nearest: (before: [NearestWords.Word?], after: [NearestWords.Word?]),
            words: [String]
        ) {
            let type = context.type
            label = (rows.shown.map { type.width(of: "p\($0 + 1)", in: .label) }.max() ?? 0).rounded(.up) + 8
            let heading = type.width(of: type(Localised(en: "nearest word", zhHans: "最近的词")), in: .label)
            let longest =
                (nearest.before + nearest.after).compactMap { $0 }.map { word in
                    type.width(of: TextSafety.shown(words[word.id]), in: .label)
                }.max() ?? 0
            word = max(heading, min(longest, 110)).rounded(.up) + 12
            let whole = context.room - label - Self.leastNorm - Self.air
            isStacked = whole - word - cosine < Self.leastStrips
            // Cells are whole px wide; what that leaves over goes to the bars.
            let room = isStacked ? whole : whole - word - cosine
            let count = Double(max(dimensions, 1))
            strips = room >= count ? (room / count).rounded(.down) * count : room
            norm = Self.leastNorm + room - strips
        }
    }

    /// - Parameter short: The title where the whole one has no room beside the first heading.
    private func section(
        _ title: Localised, short: Localised? = nil, rows: Elision, values: [[Float]], scale: ColourScale, address: String,
        columns: Columns,
        headings: [String], cells: [[Cell]]
    ) -> Block {
        let type = context.type
        let strips = HeatStrips(
            rows: values, scale: scale, address: address, rowIndices: rows.shown, rowHeight: 14, rowGap: 2, rowBreak: rows.gap
        ).block(width: columns.strips).block
        var section = Block(size: Size(width: context.room, height: 0))
        // Numbers end at the right of their columns, words begin at the left of theirs.
        let starts = [
            columns.label + columns.strips + Columns.air,
            columns.label + columns.strips + Columns.air + columns.norm + 12,
            context.room - columns.cosine,
        ]
        let ends = [columns.isStacked ? context.room : starts[0] + columns.norm - 8, starts[1], context.room]
        let shown = columns.isStacked ? 1 : headings.count
        let room = ends[0] - type.width(of: headings[0], in: .label) - 8 - columns.label
        let hasRoom = type.width(of: type(title), in: .label.bold) <= room
        let head = type.line(hasRoom ? title : short ?? title, font: .label.bold, paint: .trained)
        let top = head.height + 4
        section.place(head, at: Point(x: columns.label, y: 0))
        section.place(strips, at: Point(x: columns.label, y: top))
        for (index, heading) in headings.prefix(shown).enumerated() where !heading.isEmpty {
            let line = type.line(heading, font: .label, paint: .muted)
            section.place(line, at: Point(x: index == 1 ? starts[1] : ends[index] - line.width, y: 0))
        }
        for (rank, row) in rows.shown.enumerated() {
            guard let place = strips.places["row \(rank)"] else { continue }
            let middle = top + place.centre.y
            let label = type.line("p\(row + 1)", font: .label)
            section.place(label, at: Point(x: columns.label - 8 - label.width, y: middle - label.height / 2))
            for (index, cell) in cells[rank].prefix(shown).enumerated() where !cell.text.isEmpty {
                let line = type.line(cell.text, font: .label).addressed(cell.address)
                if let share = cell.share {
                    let bar = Rectangle(
                        x: starts[0], y: middle - 3, width: max(1, (columns.norm - Self.numberWidth - 8) * share), height: 6)
                    section.elements.append(.group(Group(address: cell.address, [.rectangle(bar, fill: .trained)])))
                }
                section.place(
                    line, at: Point(x: index == 1 ? starts[1] : ends[index] - line.width, y: middle - line.height / 2))
            }
        }
        section.size.height = top + strips.height
        return section
    }

    /// The nearest words then and now with their cosines, and how far each row turned, below each other.
    ///
    /// - Parameter cells: Of each row: word and cosine before, word and cosine after, and the cosine between both.
    private func wordTable(rows: Elision, columns: Columns, headings: [Localised], cells: [[Cell]]) -> Block {
        let type = context.type
        let (air, pitch) = (16.0, 16.0)
        let last = 60.0
        let pair = ((context.room - columns.label - last - 2 * air) / 2).rounded(.down)
        let starts = [columns.label, columns.label + pair + air, context.room - last]
        var table = Block(size: Size(width: context.room, height: 0))
        let title = type.line(
            Localised(en: "nearest words and their cosines", zhHans: "最近的词及其余弦"), font: .label.bold, paint: .trained)
        table.place(title, at: Point(x: columns.label, y: 0))
        let heads = zip(headings, [pair, pair, last]).enumerated().map { index, head in
            type.paragraph(head.0, width: head.1, font: .label, paint: .muted, alignment: index == 2 ? .end : .start)
        }
        let top = title.height + 4 + (heads.map(\.height).max() ?? 0) + 4
        for (head, x) in zip(heads, starts) { table.place(head, at: Point(x: x, y: top - 4 - head.height)) }
        var y = top
        for (rank, row) in rows.shown.enumerated() {
            if rank == rows.gap {
                var dots = Path()
                dots.appendEllipsis(at: Point(x: columns.label + 8, y: y + 4))
                table.elements.append(.shape(Shape(dots, fill: .muted)))
                y += 8
            }
            let label = type.line("p\(row + 1)", font: .label)
            table.place(label, at: Point(x: columns.label - 8 - label.width, y: y))
            let ends = [nil, starts[0] + pair, nil, starts[1] + pair, context.room]
            for (index, cell) in cells[rank].enumerated() {
                let room = pair - Self.numberWidth
                let text = index == 0 || index == 2 ? type.shortened(cell.text, width: room, font: .label) : cell.text
                let line = type.line(text, font: .label).addressed(cell.address)
                table.place(line, at: Point(x: ends[index].map { $0 - line.width } ?? starts[index / 2], y: y))
            }
            y += pitch
        }
        table.size.height = y
        return table
    }
}
