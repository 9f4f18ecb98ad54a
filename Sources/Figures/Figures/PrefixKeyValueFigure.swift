internal import Drawing
internal import Recordings

extension Figure {
    /// A prefix inside one attention head: its rows of K and V in front of the text's, and what one query takes from both.
    static let prefixKeyValue = Figure(
        id: "prefix-key-value",
        question: Localised(en: "How does a prefix enter attention?", zhHans: "前缀怎样进入注意力？"),
        needs: FigureNeeds(moments: [.end], values: { PrefixKeyValueDrawing.names($0) }, trained: .prefix)
    ) { try PrefixKeyValueDrawing($0).sheet() }
}

private struct PrefixKeyValueDrawing {
    let context: FigureContext
    let run: RecordedRun
    let frame: RecordedFrame
    let row: AttentionRow

    static func names(_ model: ModelConfiguration) -> [ValueName] { [.prefix] + AttentionRow.needs(model, front: .prefix) }

    init(_ context: FigureContext) throws {
        self.context = context
        run = try context.run(training: .prefix) { Self.names($0.model.configuration) }
        frame = try context.frame(of: run, holding: Self.names(run.model.configuration))
        row = try AttentionRow.chosen(context, of: run, frame: frame, front: .prefix)
    }

    // MARK: What must hold

    private func check() throws {
        try row.check(context)
        let place = "row \(row.row) of head \(row.head) in layer \(row.layer)"
        let sum = row.weights.reduce(0.0) { $0 + Double($1) }
        try context.require(abs(sum - 1) <= 1e-4, "the weights of \(place) add up to \(sum)")
        let prefix = try frame.value(.prefix)
        try context.require(
            prefix.rowCount == row.promptLength,
            "\(row.promptLength) keys stand in front of the text, and the prefix has \(prefix.rowCount) rows")
        // Where a head's part of a layer's keys, and behind them of its values, stands in the prefix.
        let keys = try frame.value(row.front.name("key", layer: row.layer))
        for (index, vectors) in [row.keys, row.values].enumerated() {
            let start = (2 * row.layer + index) * keys.columns + row.keyHead * row.query.count
            for (virtual, vector) in vectors.prefix(row.promptLength).enumerated() {
                try context.require(
                    vector.elementsEqual(prefix.row(virtual).dropFirst(start).prefix(vector.count)),
                    "the \(index == 0 ? "key" : "value") of virtual token \(virtual) in \(place) is not what the prefix holds")
            }
        }
    }

    // MARK: The drawing

    func sheet() throws -> Sheet {
        try check()
        let word = row.words[row.position]
        let (p, t) = (row.promptLength, row.seen - row.promptLength)
        let share = NumberFormat.percentage(row.share)
        let place = Localised(
            en: "layer \(row.layer + 1), head \(row.head + 1)", zhHans: "第 \(row.layer + 1) 层第 \(row.head + 1) 个头")
        let isTurned = run.model.family == "llama"
        let isProjected = !run.description.isTrained(.prefix)
        let signs = HeatStrips.signs(of: row.query.count, in: parts.first?.strip ?? 0)
        return Sheet(
            title: Localised(
                en:
                    "“\(word)” gives \(share) of its attention to the prefix: \(p) \(p == 1 ? "row" : "rows") in front of the text’s \(t)",
                zhHans: "“\(word)”把 \(share) 的注意力给了前缀：它在文本的 \(t) 行之前加了 \(p) 行"),
            description: Localised(
                en:
                    "Keys and values of \(place.en): \(p) \(p == 1 ? "row" : "rows") of the trained prefix, then \(t) rows of the text. The query of “\(word)” gives each key a score, softmax makes weights of the scores, of which the prefix gets \(share), and the output is the sum of all values by their weights.",
                zhHans:
                    "\(place.zhHans)的键和值：先是训练得到的 \(p) 行前缀，然后是文本的 \(t) 行。“\(word)”的查询给每个键一个分数，softmax 把分数变成权重，其中前缀得到 \(share)，输出是所有值按权重的和。"
            ),
            body: body(),
            caption: Localised(
                en:
                    "\(place.en.prefix(1).uppercased() + place.en.dropFirst()). The prefix has no queries and no words: its keys and values are \(isProjected ? "what a trained network makes" : "trained as they stand"), while those of the text are computed from the words by frozen weights.\(isTurned ? " Positions turn the query and the text’s keys; the prefix’s keys are taken as turned already." : "") \(signs.en)",
                zhHans:
                    "\(place.zhHans)。前缀没有查询，也没有对应的词：它的键和值\(isProjected ? "由训练的网络产生" : "直接训练")；文本的键和值由冻结的权重从词算出。\(isTurned ? "位置会旋转查询和文本的键；前缀的键视为已经旋转。" : "")\(signs.zhHans)"
            ),
            provenance: context.provenance(run, step: frame.step))
    }

    private static let lineHeight = 22.0
    private static let stripHeight = 14.0
    private static let padding = 8.0
    private static let groupGap = 34.0
    private static let breakHeight = 12.0
    private static let mostRows = 10

    private var vectorsScale: ColourScale { .diverging(covering: row.query + row.keys.joined()) }
    private var contentsScale: ColourScale { .diverging(covering: row.values.joined()) }

    /// Where the columns begin, and how wide they are.
    private struct Columns {
        let label: Double
        let strip: Double
        var score = 60.0
        var bar: Double
        var gap = 22.0
        let number = 46.0
        /// Whether keys and their scores are among them, and values.
        var hasKeys = true
        var hasValues = true

        var keyX: Double { label + 10 }
        var keyWidth: Double { strip + 2 * PrefixKeyValueDrawing.padding }
        var scoreX: Double { keyX + keyWidth + gap }
        var weightX: Double { hasKeys ? scoreX + score + gap : keyX }
        var weightWidth: Double { number + 6 + bar }
        var valueX: Double { weightX + weightWidth + gap }

        private static let leastStrip = 96.0

        /// All of them side by side; `nil` where that makes the strips too short.
        init?(room: Double, label: Double, count: Int) {
            let least = room < 900 ? 72.0 : 140
            let fixed = label + 10 + 4 * PrefixKeyValueDrawing.padding + score + number + 6 + least + 3 * gap
            guard (room - fixed) / 2 >= Self.leastStrip else { return nil }
            self.label = label
            strip = Self.length((room - fixed) / 2, count: count)
            bar = max(least, room - fixed - 2 * strip + least)
        }

        /// Keys with scores and weights, and weights with values.
        static func split(room: Double, label: Double, count: Int) -> [Columns] {
            let (score, gap, least) = (48.0, 12.0, 40.0)
            let fixed = label + 10 + 2 * PrefixKeyValueDrawing.padding + score + 46 + 6 + least + 2 * gap
            let strip = length(max(0, room - fixed), count: count)
            var keys = Columns(label: label, strip: strip)
            (keys.score, keys.gap, keys.hasValues) = (score, gap, false)
            keys.bar = room - keys.weightX - keys.number - 6
            // Without the scores, there is more room for bars and strips.
            let (longest, padding) = (72.0, 2 * PrefixKeyValueDrawing.padding)
            let rest = room - keys.keyX - keys.number - 6 - longest - 22 - padding
            var values = Columns(label: label, strip: length(max(strip, rest), count: count))
            values.hasKeys = false
            values.bar = room - values.keyX - values.number - 6 - values.gap - values.keyWidth
            return [keys, values]
        }

        private init(label: Double, strip: Double) { (self.label, self.strip, bar) = (label, strip, 0) }

        /// Whole cells, so that nothing is left over at the right.
        private static func length(_ room: Double, count: Int) -> Double {
            let cell = max(1, (room / Double(max(count, 1))).rounded(.down))
            return cell >= 3 ? cell * Double(max(count, 1)) : room.rounded(.down)
        }
    }

    private var prefixRows: Elision { Elision(count: row.promptLength, capacity: Self.mostRows) }
    private var textRows: Elision { Elision(count: row.seen - row.promptLength, capacity: Self.mostRows) }
    private var query: String { context.type(Localised(en: "query q", zhHans: "查询 q")) }

    /// All columns, or where there is no room for them the two halves of them.
    private var parts: [Columns] {
        let names = prefixRows.shown.map { "p\($0 + 1)" } + textRows.shown.map { row.words[$0] }
        let widest = names.map { context.type.width(of: $0, in: .label) }.max() ?? 0
        func label(most: Double) -> Double {
            max(min(most, widest), context.type.width(of: query, in: .label.bold)).rounded(.up)
        }
        let (room, count) = (context.room, row.query.count)
        return Columns(room: room, label: label(most: 96), count: count).map { [$0] }
            ?? Columns.split(room: room, label: label(most: 64), count: count)
    }

    private func body() -> Block {
        let type = context.type
        let keys = Block.rowOrColumn(
            [
                ColourKey(vectorsScale, title: type(Localised(en: "q, k", zhHans: "q、k")), length: 100).block(type),
                ColourKey(contentsScale, title: type(Localised(en: "v, output", zhHans: "v、输出")), length: 100).block(type),
            ], width: context.room, spacing: 40)
        let notes = [
            HeatStrips.note(rows: prefixRows, numbers: 0, noun: Localised(en: "virtual tokens", zhHans: "个虚拟 token")),
            textRows.note(Localised(en: "words", zhHans: "个词")),
        ].compactMap { $0 }.map { type.line($0, font: .digits, paint: .muted) }
        return .column(parts.map(table) + notes + [worked(), keys], spacing: 16)
    }

    /// The query over the keys that it meets; gives the y below it.
    private func addQuery(_ columns: Columns, to block: inout Block) -> Double {
        let type = context.type
        let queryStrip = strip(row.query, vectorsScale, "query", ofPrefix: false, index: row.row, width: columns.strip)
        let queryLine = type.line(query, font: .label.bold, paint: .textToken)
        block.place(queryLine, at: Point(x: columns.label - queryLine.width, y: 0))
        block.place(
            queryStrip, at: Point(x: columns.keyX + Self.padding, y: ((queryLine.height - Self.stripHeight) / 2).rounded()))
        let ofWord = type.line(
            type.shortened(
                type(Localised(en: "of “\(row.words[row.position])”", zhHans: "来自“\(row.words[row.position])”")),
                width: context.room - columns.scoreX, font: .label), font: .label, paint: .textToken)
        block.place(ofWord, at: Point(x: columns.scoreX - 8, y: 0))
        return queryLine.height
    }

    private func table(_ columns: Columns) -> Block {
        let type = context.type
        var block = Block(size: Size(width: context.room, height: 0))
        let queryBottom = columns.hasKeys ? addQuery(columns, to: &block) : 0

        // Heads, and the arrow from the query to the keys.
        let headY = columns.hasKeys ? queryBottom + 26 : 0
        let width = row.query.count
        let keysHead = Localised(en: "keys K", zhHans: "键 K")
        let weightHeads =
            columns.hasKeys
            ? [Localised(en: "softmax: weight", zhHans: "softmax：权重"), Localised(same: "softmax")]
            : [Localised(en: "weight w", zhHans: "权重 w")]
        let weightHead = weightHeads.first { type.width(of: type($0), in: .label.bold) <= columns.weightWidth } ?? weightHeads[0]
        var heads: [(Double, Double, Localised, Paint, Bool)] = []
        if columns.hasKeys {
            heads.append((columns.keyX, columns.keyWidth, keysHead, .key, false))
            heads.append((columns.scoreX, columns.score, Localised(same: "q·k / √\(width)"), .ink, true))
        }
        heads.append((columns.weightX, columns.weightWidth, weightHead, .ink, false))
        if columns.hasValues {
            heads.append((columns.valueX, columns.keyWidth, Localised(en: "values V", zhHans: "值 V"), .value, false))
        }
        for (x, width, text, paint, atEnd) in heads {
            let line = type.line(text, font: .label.bold, paint: paint)
            block.place(line, at: Point(x: atEnd ? x + width - line.width : x, y: headY))
        }
        if columns.hasKeys {
            // In the middle of the keys, or past their head where that reaches further.
            let past = type.width(of: type(keysHead), in: .label.bold) + 10
            let x = (columns.keyX + max(columns.keyWidth / 2, past)).rounded()
            addArrow([Point(x: x, y: queryBottom + 3), Point(x: x, y: headY + Font.label.lineHeight)], &block)
        }

        var y = headY + Font.label.lineHeight + 6
        let groupsTop = y
        y = group(prefixRows, ofPrefix: true, columns: columns, y: y, to: &block)
        let weights = Address(run: run.id, step: frame.step, .attentionWeights(layer: row.layer), row.row, row.head)
        subtotal(
            Localised(en: "prefix", zhHans: "前缀"), row.share, address: Derivation("prompt-share", weights).description,
            paint: .trained, columns, y: y, to: &block)
        y += Self.groupGap
        y = group(textRows, ofPrefix: false, columns: columns, y: y, to: &block)
        let textShare = row.weights[row.promptLength...].reduce(0.0) { $0 + Double($1) }
        subtotal(
            Localised(en: "text", zhHans: "文本"), textShare, address: Derivation("text-share", weights).description,
            paint: .textToken, columns, y: y, to: &block)

        guard columns.hasValues else {
            block.size.height = y + 6 + Font.label.lineHeight
            return block
        }
        // The output, below the values it is mixed of.
        let outputY = y + 44
        let valueMiddle = (columns.valueX + columns.keyWidth / 2).rounded()
        // One bracket over the values of both groups: all of them are mixed.
        let bracket = (columns.valueX - 9).rounded() + 0.5
        block.elements.append(
            .shape(
                Shape(
                    Path(through: [
                        Point(x: bracket + 5, y: groupsTop + 0.5), Point(x: bracket, y: groupsTop + 0.5),
                        Point(x: bracket, y: y - 0.5), Point(x: bracket + 5, y: y - 0.5),
                    ]), stroke: Stroke(.role(.ink, strength: 0.6)))))
        addArrow(
            [
                Point(x: bracket, y: y - 0.5), Point(x: bracket, y: y + 12), Point(x: valueMiddle, y: y + 12),
                Point(x: valueMiddle, y: outputY - 4),
            ], &block)
        let sum = type.line(Localised(same: "Σ w · v"), font: .label.bold)
        let isRight = valueMiddle + 10 + sum.width <= context.room
        block.place(
            sum,
            at: Point(
                x: isRight ? valueMiddle + 10 : valueMiddle - 10 - sum.width, y: y + 12 + ((32 - sum.height) / 2).rounded()))
        let output = Box.plain.block(
            strip(row.mix, contentsScale, "mix", ofPrefix: false, index: row.row, width: columns.strip),
            padding: .all(Self.padding))
        block.place(output, at: Point(x: columns.valueX, y: outputY))
        let name = type.line(Localised(en: "output of the head", zhHans: "该头的输出"), font: .label.bold)
        block.place(
            name, at: Point(x: columns.valueX - 12 - name.width, y: outputY + ((output.height - name.height) / 2).rounded()))
        block.size.height = outputY + output.height
        return block
    }

    /// A group of keys with their scores, weights and values; gives the y below it.
    private func group(_ rows: Elision, ofPrefix isPrefix: Bool, columns: Columns, y top: Double, to block: inout Block) -> Double
    {
        let type = context.type
        let paint = isPrefix ? Paint.trained : .textToken
        let height =
            2 * (Self.padding - 4) + Double(rows.shown.count) * Self.lineHeight + (rows.gap == nil ? 0 : Self.breakHeight)
        let box = isPrefix ? Box.trained : .textToken
        let boxes = (columns.hasKeys ? [columns.keyX] : []) + (columns.hasValues ? [columns.valueX] : [])
        for x in boxes {
            let frame = Rectangle(x: x, y: top, width: columns.keyWidth, height: height)
            block.elements.append(
                .rectangle(
                    frame.grown(by: -box.stroke.width / 2), cornerRadius: 4, fill: .tint(box.role), stroke: box.stroke))
        }
        var y = top + Self.padding - 4
        for (rank, index) in rows.shown.enumerated() {
            if rank == rows.gap {
                var dots = Path()
                for x in boxes {
                    dots.appendEllipsis(at: Point(x: x + columns.keyWidth / 2, y: y + Self.breakHeight / 2))
                }
                block.elements.append(.shape(Shape(dots, fill: .muted)))
                y += Self.breakHeight
            }
            let key = isPrefix ? index : row.promptLength + index
            let place = isPrefix ? index : row.row - row.position + index
            func put(_ text: String, end: Double, paint: Paint = .ink, font: Font = .label, address: String? = nil) {
                let line = type.line(text, font: font, paint: paint).addressed(address)
                block.place(line, at: Point(x: end - line.width, y: y + ((Self.lineHeight - line.height) / 2).rounded()))
            }
            let stripY = y + (Self.lineHeight - Self.stripHeight) / 2
            let name = isPrefix ? "p\(index + 1)" : type.shortened(row.words[index], width: columns.label, font: .label)
            put(name, end: columns.label, paint: paint)
            if columns.hasKeys {
                let keyStrip = strip(
                    row.keys[key], vectorsScale, "key", ofPrefix: isPrefix, index: place, width: columns.strip)
                block.place(keyStrip, at: Point(x: columns.keyX + Self.padding, y: stripY))
                put(
                    NumberFormat.fixed(Double(row.scores[key]), decimals: 2), end: columns.scoreX + columns.score,
                    address: Address(
                        run: run.id, step: frame.step, .block(row.layer, "attention.scores"), row.row, row.head, key
                    ).text)
            }
            let weight = Address(run: run.id, step: frame.step, .attentionWeights(layer: row.layer), row.row, row.head, key)
            put(
                NumberFormat.fixed(Double(row.weights[key]), decimals: 3), end: columns.weightX + columns.number,
                address: weight.text)
            let bar = Rectangle(
                x: columns.weightX + columns.number + 6, y: y + (Self.lineHeight - 12) / 2,
                width: max(1, (columns.bar * Double(row.weights[key])).rounded()), height: 12)
            block.elements.append(.group(Group(address: weight.text, [.rectangle(bar, fill: paint)])))
            if columns.hasValues {
                let valueStrip = strip(
                    row.values[key], contentsScale, "value", ofPrefix: isPrefix, index: place, width: columns.strip)
                block.place(valueStrip, at: Point(x: columns.valueX + Self.padding, y: stripY))
            }
            y += Self.lineHeight
        }
        return top + height
    }

    /// What a group is, and the sum of its weights, below it.
    private func subtotal(
        _ name: Localised, _ sum: Double, address: String, paint: Paint, _ columns: Columns, y: Double, to block: inout Block
    ) {
        let type = context.type
        let number = type.line(NumberFormat.fixed(sum, decimals: 3), font: .label.bold, paint: paint).addressed(address)
        let end = columns.weightX + columns.number
        block.elements.append(
            .line(Point(x: end - number.width - 2, y: y + 2), Point(x: end + 2, y: y + 2), Stroke(paint, width: 1)))
        block.place(number, at: Point(x: end - number.width, y: y + 6))
        let line = type.line(name, font: .label.bold, paint: paint)
        let nameEnd = columns.hasKeys ? columns.scoreX + columns.score : columns.label
        block.place(line, at: Point(x: nameEnd - line.width, y: y + 6))
    }

    /// One number of the output as the sum it is: that which is farthest from 0.
    private func worked() -> Block {
        let type = context.type
        let place = row.mix.indices.max { (abs(row.mix[$0]), $1) < (abs(row.mix[$1]), $0) } ?? 0
        func number(_ x: Float, decimals: Int) -> String {
            let text = NumberFormat.fixed(Double(x), decimals: decimals)
            return x < 0 ? "(\(text))" : text
        }
        let largest = row.weights.indices.sorted { (-row.weights[$0], $0) < (-row.weights[$1], $1) }.prefix(6).sorted()
        let terms = largest.map {
            "\(number(row.weights[$0], decimals: 3))\u{00A0}·\u{00A0}\(number(row.values[$0][place], decimals: 2))"
        }
        let rest = row.seen > largest.count ? " + …" : ""
        let sum = terms.joined(separator: " + ") + rest + " = " + NumberFormat.fixed(Double(row.mix[place]), decimals: 2)
        let address = Address(
            run: run.id, step: frame.step, .block(row.layer, "attention.mix"), row.row, row.head, place)
        return type.paragraph(
            Localised(en: "Number \(place + 1) of the output: \(sum)", zhHans: "输出的第 \(place + 1) 个数：\(sum)"),
            width: context.room, font: .label
        ).addressed(address.text)
    }

    private func strip(
        _ numbers: [Float], _ scale: ColourScale, _ part: String, ofPrefix: Bool, index: Int, width: Double
    ) -> Block {
        let isShared = part == "key" || part == "value"
        let head = isShared ? row.keyHead : row.head
        let name = ofPrefix ? "attention.prefix.\(part)" : "attention.\(part)"
        return HeatStrips(
            rows: [numbers], scale: scale, address: "\(run.id)/s\(frame.step)/L\(row.layer)/H\(head)/\(name)",
            rowIndices: [index], rowHeight: Self.stripHeight
        ).block(width: width).block
    }

    private func addArrow(_ points: [Point], _ block: inout Block) {
        block.elements.append(.arrow(points, ArrowStyle(Stroke(.role(.ink, strength: 0.6)), head: 5)))
    }
}
