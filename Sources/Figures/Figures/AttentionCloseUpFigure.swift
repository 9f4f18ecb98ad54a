internal import Drawing
internal import Recordings

extension Figure {
    /// How one row of attention comes about, number by number: a table with a line for each key.
    static let attentionCloseUp = Figure(
        id: "attention-close-up",
        question: Localised(en: "How is one attention row made?", zhHans: "一行注意力是怎样算出来的？"),
        needs: FigureNeeds(moments: [.end], values: AttentionRow.needs, softPrompt: true)
    ) { try AttentionCloseUpDrawing($0).sheet() }
}

private struct AttentionCloseUpDrawing {
    let context: FigureContext
    let run: RecordedRun
    let frame: RecordedFrame
    let row: AttentionRow

    init(_ context: FigureContext) throws {
        self.context = context
        run = try context.promptRun()
        frame = try context.frame(of: run, holding: AttentionRow.needs(run.model.configuration))
        row = try AttentionRow.chosen(context, of: run, frame: frame)
    }

    func sheet() throws -> Sheet {
        try row.check(context)
        let strongest = row.weights.indices.max { (row.weights[$0], $1) < (row.weights[$1], $0) } ?? 0
        let word = row.words[row.position]
        let place = Localised(
            en: "layer \(row.layer + 1), head \(row.head + 1)", zhHans: "第 \(row.layer + 1) 层第 \(row.head + 1) 个头")
        func weight(_ key: Int) -> String { NumberFormat.fixed(Double(row.weights[key]), decimals: 2) }
        // The first alone is not told from one that is nearly as heavy.
        let second = row.weights.indices.filter { $0 != strongest }
            .max { (row.weights[$0], $1) < (row.weights[$1], $0) }
            .flatMap { row.weights[$0] > 0.8 * row.weights[strongest] ? $0 : nil }
        let width = row.query.count
        let signs = HeatStrips.signs(of: width, in: layouts.compactMap { $0.widths[.key] }.min() ?? 0)
        return Sheet(
            title: second.map { second in
                Localised(
                    en:
                        "“\(word)” asks, \(name(strongest)) and \(name(second)) answer most: they get \(weight(strongest)) and \(weight(second)) of the weight",
                    zhHans:
                        "“\(word)”发问，\(name(strongest)) 和 \(name(second)) 回应最多：得到 \(weight(strongest)) 和 \(weight(second)) 的权重")
            }
                ?? Localised(
                    en: "“\(word)” asks, \(name(strongest)) answers most: it gets \(weight(strongest)) of the weight",
                    zhHans: "“\(word)”发问，\(name(strongest)) 回应最多：得到 \(weight(strongest)) 的权重"),
            description: Localised(
                en:
                    "A table of how the word “\(word)” attends in \(place.en): for each of \(row.seen) keys the product with the query, its score, its exponential, its weight, its value and its weighted value, and at the bottom their sum.",
                zhHans: "词“\(word)”在\(place.zhHans)中的注意力计算表：对 \(row.seen) 个键依次给出与查询的点积、分数、指数、权重、值和加权后的值，最下面是它们的和。"),
            body: body(),
            caption: Localised(
                en:
                    "\(place.en.prefix(1).uppercased() + place.en.dropFirst()). Score: q·k divided by √\(width). Exponentials are taken after the largest score, \(NumberFormat.significant(row.largestScore)), is subtracted, which changes no weight. Weight: exponential divided by their sum. \(signs.en)",
                zhHans:
                    "\(place.zhHans)。分数 = q·k ÷ √\(width)。先减去最大分数 \(NumberFormat.significant(row.largestScore)) 再取指数，权重不变。权重 = 指数 ÷ 指数之和。\(signs.zhHans)"
            ),
            provenance: context.provenance(run, step: frame.step))
    }

    private func name(_ key: Int) -> String {
        key < row.promptLength ? "p\(key + 1)" : "“\(row.words[key - row.promptLength])”"
    }

    // MARK: The table

    private static let mostPromptRows = 12
    private static let lineHeight = 18.0
    private static let stripHeight = 12.0
    /// The air between columns; less in a table that needs the room.
    private static let gap = 12.0
    private static let leastGap = 10.0

    private enum Column: CaseIterable { case label, key, product, score, exponential, weight, value, weighted }

    /// Which line of the table stands for which key; nil for the gap.
    private var lines: [Int?] {
        let prompt = Elision(count: row.promptLength, capacity: Self.mostPromptRows)
        let text = Elision(count: row.keyCount - row.promptLength, capacity: Self.mostPromptRows)
        func withGap(_ elision: Elision, from first: Int) -> [Int?] {
            elision.shown.enumerated().flatMap { rank, index -> [Int?] in
                (rank == elision.gap ? [nil] : []) + [first + index]
            }
        }
        return withGap(prompt, from: 0) + withGap(text, from: row.promptLength)
    }

    /// The query first: it meets every key below it.
    private var vectors: ColourScale { .diverging(covering: row.query + row.keys.joined()) }
    private var contents: ColourScale { .diverging(covering: row.values.joined()) }

    private func body() -> Block {
        let type = context.type
        let keys = Block.rowOrColumn(
            [
                ColourKey(vectors, title: type(Localised(en: "q, k", zhHans: "q、k")), length: 100).block(type),
                ColourKey(contents, title: type(Localised(en: "v, w · v", zhHans: "v、w · v")), length: 100).block(type),
            ], width: context.room, spacing: 40)
        let notes = [
            Elision(count: row.promptLength, capacity: Self.mostPromptRows).note(
                Localised(en: "virtual tokens", zhHans: "个虚拟 token")),
            Elision(count: row.keyCount - row.promptLength, capacity: Self.mostPromptRows).note(
                Localised(en: "words", zhHans: "个词")),
        ].compactMap { $0 }.map { type.line($0, font: .digits, paint: .muted) }
        return .column(layouts.map(table) + notes + [keys], spacing: 16)
    }

    /// Columns that stand side by side.
    private struct Layout {
        let columns: [Column]
        let widths: [Column: Double]
        let gap: Double
    }

    /// The table, or where its strips would be too short two: the scores, and what is made of them.
    private var layouts: [Layout] {
        let whole = layout(Column.allCases, gap: Self.gap)
        if (whole.widths[.key] ?? 0) >= Self.leastStrip { return [whole] }
        return [[Column.label, .key, .product, .score, .exponential], [.label, .weight, .value, .weighted]].map {
            layout($0, gap: Self.leastGap)
        }
    }

    private func table(_ layout: Layout) -> Block {
        let (columns, widths) = (layout.columns, layout.widths)
        let type = context.type
        let (vectors, contents) = (vectors, contents)
        var starts: [Column: Double] = [:]
        var x = 0.0
        for column in columns {
            starts[column] = x
            x += (widths[column] ?? 0) + layout.gap
        }
        func start(_ column: Column) -> Double { starts[column] ?? 0 }
        func end(_ column: Column) -> Double { start(column) + (widths[column] ?? 0) }
        var block = Block(size: Size(width: context.room, height: 0))

        func put(_ text: String, _ column: Column, y: Double, paint: Paint = .ink, address: String? = nil, font: Font = .label) {
            guard columns.contains(column) else { return }
            let line = type.line(text, font: font, paint: paint).addressed(address)
            block.place(line, at: Point(x: end(column) - line.width, y: y + (Self.lineHeight - line.height) / 2))
        }

        // Heads, each over its column.
        let heads: [(Column, Localised)] = [
            (.key, Localised(en: "key k", zhHans: "键 k")), (.product, Localised(same: "q·k")),
            (.score, Localised(en: "score", zhHans: "分数")), (.exponential, Localised(same: "exp")),
            (.weight, Localised(en: "weight w", zhHans: "权重 w")), (.value, Localised(en: "value v", zhHans: "值 v")),
            (.weighted, Localised(same: "w · v")),
        ]
        for (column, text) in heads where columns.contains(column) {
            let line = type.line(
                text, font: .label.bold,
                paint: column == .key ? .key : column == .value || column == .weighted ? .value : .ink)
            let isNumber = column == .product || column == .score || column == .exponential
            block.place(line, at: Point(x: isNumber ? end(column) - line.width : start(column), y: 0))
        }
        var y = 22.0
        func strip(_ numbers: [Float], _ scale: ColourScale, _ column: Column, y: Double, address: String, index: Int?) {
            guard columns.contains(column) else { return }
            let strip = HeatStrips(
                rows: [numbers], scale: scale, address: address, rowIndices: index.map { [$0] } ?? [], rowHeight: Self.stripHeight
            )
            let block0 = strip.block(width: widths[column] ?? 0).block
            block.place(block0, at: Point(x: start(column), y: y + (Self.lineHeight - Self.stripHeight) / 2))
        }
        if columns.contains(.key) {
            let query = type.line(Localised(en: "query q", zhHans: "查询 q"), font: .label, paint: .textToken)
            block.place(query, at: Point(x: end(.label) - query.width, y: y + (Self.lineHeight - query.height) / 2))
            strip(row.query, vectors, .key, y: y, address: address("query", ofPrompt: false), index: row.row)
            y += Self.lineHeight + 6
        }

        let (products, exponentials) = (row.products, row.exponentials)
        let top = y
        var previous: Int?
        for line in lines {
            guard let key = line else {
                var dots = Path()
                dots.appendEllipsis(at: Point(x: start(columns[1]) + 8, y: y + 4))
                block.elements.append(.shape(Shape(dots, fill: .muted)))
                y += 10
                continue
            }
            if let previous, previous < row.promptLength, key >= row.promptLength { y += 8 }
            previous = key
            let isPrompt = key < row.promptLength
            let label = isPrompt ? "p\(key + 1)" : row.words[key - row.promptLength]
            put(
                type.shortened(label, width: widths[.label] ?? 0, font: .label), .label, y: y,
                paint: isPrompt ? .trained : .textToken)
            guard key < row.seen else {
                let note = type.line(
                    Localised(en: "· comes later, masked: weight 0", zhHans: "· 在后面，被屏蔽：权重 0"), font: .label, paint: .muted)
                block.place(note, at: Point(x: start(columns[1]), y: y + (Self.lineHeight - note.height) / 2))
                y += Self.lineHeight
                continue
            }
            let index = isPrompt ? key : row.row - row.position + key - row.promptLength
            strip(row.keys[key], vectors, .key, y: y, address: address("key", ofPrompt: isPrompt), index: index)
            let parts = [
                Address(run: run.id, step: frame.step, .block(row.layer, "attention.query"), row.row, row.head),
                Address(
                    run: run.id, step: frame.step, .block(row.layer, "attention.key", ofPrompt: isPrompt), index, row.keyHead),
            ]
            put(
                NumberFormat.fixed(products[key], decimals: 2), .product, y: y,
                address: Derivation("dot", arguments: parts).description)
            let score = Address(run: run.id, step: frame.step, .block(row.layer, "attention.scores"), row.row, row.head, key)
            put(NumberFormat.fixed(Double(row.scores[key]), decimals: 2), .score, y: y, address: score.text)
            put(
                NumberFormat.significant(exponentials[key]), .exponential, y: y,
                address: Derivation("exp", score).description)
            let weight = Address(run: run.id, step: frame.step, .attentionWeights(layer: row.layer), row.row, row.head, key)
            guard columns.contains(.weight) else {
                y += Self.lineHeight
                continue
            }
            let bar = Rectangle(
                x: start(.weight), y: y + 4, width: max(1, (barWidth * Double(row.weights[key])).rounded()), height: 10)
            block.elements.append(
                .group(Group(address: weight.text, [.rectangle(bar, fill: isPrompt ? .trained : .textToken)])))
            put(NumberFormat.fixed(Double(row.weights[key]), decimals: 3), .weight, y: y, address: weight.text)
            strip(row.values[key], contents, .value, y: y, address: address("value", ofPrompt: isPrompt), index: index)
            // What is weighted is on the scale of the values, so that a small weight is seen to make it pale.
            let weighted = HeatStrips(
                rows: [row.values[key].map { $0 * row.weights[key] }], scale: contents, address: nil, rowIndices: [],
                rowHeight: Self.stripHeight
            ).block(width: widths[.weighted] ?? 0).block
            let product = Derivation(
                "product",
                weight,
                Address(
                    run: run.id, step: frame.step, .block(row.layer, "attention.value", ofPrompt: isPrompt), index, row.keyHead))
            block.place(
                weighted.addressed(product.description),
                at: Point(x: start(.weighted), y: y + (Self.lineHeight - Self.stripHeight) / 2))
            y += Self.lineHeight
        }

        // Sums at the foot.
        y += 6
        let summed = columns.contains(.exponential) ? Column.exponential : .weight
        block.elements.append(
            .line(Point(x: start(summed), y: y), Point(x: end(columns[columns.count - 1]), y: y), Stroke(.muted)))
        y += 6
        let sum = type.line(Localised(en: "sum", zhHans: "和"), font: .label.bold)
        block.place(
            sum, at: Point(x: start(summed) - layout.gap - sum.width, y: y + (Self.lineHeight - sum.height) / 2))
        put(NumberFormat.significant(exponentials.reduce(0, +)), .exponential, y: y, font: .label.bold)
        put(NumberFormat.fixed(row.weights.reduce(0.0) { $0 + Double($1) }, decimals: 3), .weight, y: y, font: .label.bold)
        if columns.contains(.value) {
            let mix = type.line(Localised(en: "output", zhHans: "输出"), font: .label.bold, paint: .value)
            block.place(mix, at: Point(x: end(.value) - mix.width, y: y + (Self.lineHeight - mix.height) / 2))
        }
        strip(row.mix, contents, .weighted, y: y, address: address("mix", ofPrompt: false), index: row.row)
        y += Self.lineHeight

        // The prompt's lines carry the bracket of all figures.
        let shown = lines.prefix { $0.map { $0 < row.promptLength } ?? true }
        let height = Double(shown.count { $0 != nil }) * Self.lineHeight + (shown.contains(nil) ? 10 : 0)
        block.elements.append(
            .line(Point(x: 1, y: top + 2), Point(x: 1, y: top + height - 2), Stroke(.trained, width: 2)))

        block.size.height = y
        return block
    }

    private func address(_ part: String, ofPrompt: Bool) -> String {
        let head = part == "key" || part == "value" ? row.keyHead : row.head
        return "\(run.id)/s\(frame.step)/\(ofPrompt ? "prompt." : "")L\(row.layer)/H\(head)/attention.\(part)"
    }

    private let barWidth = 48.0

    /// Shorter strips of many numbers leave most of them out, px.
    private static let leastStrip = 60.0

    /// Some of the columns, which fill the room together.
    private func layout(_ columns: [Column], gap: Double) -> Layout {
        let names = lines.compactMap { key in
            key.map { $0 < row.promptLength ? "p\($0 + 1)" : row.words[$0 - row.promptLength] }
        }
        let query = context.type(Localised(en: "query q", zhHans: "查询 q"))
        let label = min(96, (names + [query]).map { context.type.width(of: $0, in: .label) }.max() ?? 0).rounded(.up) + 8
        let numbers = 48.0
        let weight = barWidth + 8 + 38
        var widths: [Column: Double] = [
            .label: label, .product: numbers, .score: numbers, .exponential: numbers, .weight: weight,
        ]
        let strips = columns.filter { widths[$0] == nil }
        let fixed = columns.reduce(0) { $0 + (widths[$1] ?? 0) } + Double(columns.count - 1) * gap
        for column in strips { widths[column] = ((context.room - fixed) / Double(strips.count)).rounded(.down) }
        return Layout(columns: columns, widths: widths, gap: gap)
    }
}
