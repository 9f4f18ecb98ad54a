internal import Drawing
internal import Recordings

extension Figure {
    /// Prefix tuning as it sits in the layers: trained keys and values beside every one of them, and nothing in the input.
    static let prefixTuning = Figure(
        id: "prefix-tuning",
        question: Localised(en: "What does prefix tuning add?", zhHans: "前缀微调（prefix tuning）添加了什么？"),
        needs: FigureNeeds(moments: [.end], values: { PrefixTuningDrawing.names($0) }, trained: .prefix)
    ) { try PrefixTuningDrawing($0).sheet() }
}

private struct PrefixTuningDrawing {
    let context: FigureContext
    let run: RecordedRun
    let frame: RecordedFrame
    let layers: Int
    let words: [String]
    /// The text's rows up to the one at which the answer is predicted.
    let rows: Range<Int>
    /// The row of the probabilities that tells the answer.
    private let answer: Int
    /// `[P, 2·L·Hkv·dh]`.
    let prefix: RecordedValue
    /// Of every layer, `[P, Hkv, dh]` each.
    let parts: [(key: RecordedValue, value: RecordedValue)]

    static func names(_ model: ModelConfiguration) -> [ValueName] {
        [.prefix, .probabilities]
            + (0..<model.layers).flatMap { layer in
                ["attention.prefix.key", "attention.prefix.value", "output"].map { ValueName.block(layer, $0) }
            }
    }

    init(_ context: FigureContext) throws {
        self.context = context
        run = try context.run(training: .prefix) { Self.names($0.model.configuration) }
        layers = run.model.configuration.layers
        frame = try context.frame(of: run, holding: Self.names(run.model.configuration))
        let example = try context.example(of: frame)
        guard let counted = frame.batch.counted(ofSequence: example).first else {
            throw context.bad("example", "no token of example \(example) is counted")
        }
        answer = counted
        rows = frame.batch.sequence(example).lowerBound..<Int(frame.batch.countedRows[counted]) + 1
        words = try context.recording.vocabulary()
        prefix = try frame.value(.prefix)
        parts = try (0..<layers).map { [frame] layer in
            (
                try frame.value(.block(layer, "attention.prefix.key")),
                try frame.value(.block(layer, "attention.prefix.value"))
            )
        }
    }

    // MARK: What must hold

    /// How many virtual tokens the prefix has.
    private var length: Int { prefix.rowCount }
    /// The width of all keys of a virtual token in a layer: key heads times their width.
    private var width: Int { parts.first?.key.columns ?? 0 }
    /// 2·L·P·d, or 2·L·P·Hkv·dh.
    private var prefixCount: Int { 2 * layers * length * width }
    /// Whether a network makes the prefix.
    private var isProjected: Bool { !run.description.isTrained(.prefix) }

    private func check() throws {
        for (layer, part) in parts.enumerated() {
            for (index, value) in [part.key, part.value].enumerated() {
                try context.require(
                    value.rowCount == length && value.columns == width && prefix.columns == 2 * layers * width,
                    "the prefix is \(prefix.shape), and \(value.name) \(value.shape)")
                let start = (2 * layer + index) * width
                for row in 0..<length {
                    try context.require(
                        value.row(row).elementsEqual(prefix.row(row).dropFirst(start).prefix(width)),
                        "row \(row) of \(value.name) is another than columns \(start) to \(start + width - 1) of the prefix")
                }
            }
        }
        try context.require(
            isProjected || run.description.trainedCount == prefixCount,
            "2 × \(layers) × \(length) × \(width) numbers are shown as trained, and the run trained \(run.description.trainedCount)"
        )
        let hashes = run.description.weightsSha256
        try context.require(hashes.before == hashes.after, "the base model's weights have another hash after run \(run.id)")
    }

    // MARK: The drawing

    /// `2 × 4 × 4 × 64 = 2048`, not to be broken.
    private var product: String {
        "2 × \(layers) × \(length) × \(width) = \(NumberFormat.whole(prefixCount))".replacing(" ", with: "\u{00A0}")
    }

    func sheet() throws -> Sheet {
        try check()
        let trained = NumberFormat.whole(run.description.trainedCount)
        let title =
            isProjected
            ? Localised(
                en: "Keys and values for every layer, \(product) numbers, made by a network of \(trained)",
                zhHans: "每一层都有键和值，共 \(product) 个数，由含 \(trained) 个数的网络产生")
            : Localised(
                en: "Prefix tuning trains keys and values in every layer: \(product) numbers",
                zhHans: "前缀微调在每一层训练键和值：\(product) 个数")
        let most = Self.side * Self.side
        let shown =
            outputWidth <= most
            ? Localised(en: "its \(outputWidth) numbers row by row", zhHans: "逐行显示其 \(outputWidth) 个数")
            : Localised(en: "its first \(most) numbers row by row", zhHans: "逐行显示前 \(most) 个数")
        let key = ColourKey(
            scale, title: context.type(Localised(en: "a number of a key or value", zhHans: "键或值中的一个数")), length: 120
        ).block(context.type)
        return Sheet(
            title: title,
            description: Localised(
                en:
                    "A stack of \(layers) frozen layers. Beside each stand \(length) keys and \(length) values of its own, as strips of coloured cells, with an arrow into the layer. The text alone enters at the bottom and rises through the layers to the answer.",
                zhHans:
                    "\(layers) 个冻结的层叠在一起。每一层旁边都有它自己的 \(length) 个键和 \(length) 个值，以彩色格子条表示，箭头指向该层。只有文本从底部输入，逐层向上直到答案。"),
            body: .column([try stack(), key, notes()], spacing: 16),
            caption: Localised(
                en:
                    "K: keys, V: values, one row for each virtual token\(isProjected ? ", computed by the network" : ""). The text’s queries find them in front of its own keys and values. A tile is the vector that leaves a layer at a word, \(shown.en), on the layer’s own scale (± at its end)\(missing.en). \(HeatStrips.signs.en)",
                zhHans:
                    "K 为键，V 为值，每个虚拟 token 一行\(isProjected ? "，由网络算出" : "")。文本的查询会在自己的键和值之前看到它们。每块是某个词离开该层时的向量，\(shown.zhHans)，每层用自己的色标（行末 ±）\(missing.zhHans)。\(HeatStrips.signs.zhHans)"
            ),
            provenance: context.provenance(run, step: frame.step))
    }

    /// What a caption says where the last layer has vectors of counted rows alone.
    private var missing: Localised {
        guard let graph = try? run.graph(), graph.node(.block(layers - 1, "output"))?.shape.rows == .counted else {
            return Localised(same: "")
        }
        return Localised(
            en: "; the last layer makes it where an answer is counted, elsewhere its keys and values are enough",
            zhHans: "；最后一层只在答案计入损失处算出它，其余位置有键和值就够了")
    }

    private var outputWidth: Int { run.model.configuration.width }
    /// One scale for all of the prefix, so that layers can be compared.
    private var scale: ColourScale { .diverging(covering: prefix.numbers) }

    // MARK: The stack

    private static let side = 8
    private static let tile = 48.0
    private static let leastPitch = 60.0
    private static let arrow = 36.0
    private static let padding = 8.0
    private static let gap = 24.0
    /// For what the deepest colour of a layer's tiles stands for.
    private static let range = 52.0
    /// Shorter strips of many numbers leave most of them out, px.
    private static let leastStrip = 192.0

    /// How a layer's band is laid out.
    private struct BandLayout {
        /// Whether name and range of a layer stand above its tiles, for want of room beside them.
        let hasHead: Bool
        let arrow: Double
        /// The side of a tile.
        let tile: Double
        let leastPitch: Double
        /// Before the first tile, and behind the band.
        let head: Double
        let range: Double
        /// Above the tiles.
        let headHeight: Double
        /// What a word in its chip leaves of the pitch.
        let chipAir: Double

        static func beside(name: Double) -> BandLayout {
            BandLayout(
                hasHead: false, arrow: PrefixTuningDrawing.arrow, tile: PrefixTuningDrawing.tile,
                leastPitch: PrefixTuningDrawing.leastPitch, head: 10 + 14 + 6 + name + 10, range: PrefixTuningDrawing.range,
                headHeight: 0, chipAir: 26)
        }
        static let above = BandLayout(
            hasHead: true, arrow: 22, tile: 32, leastPitch: 56, head: 8, range: 0, headHeight: Font.label.lineHeight + 6,
            chipAir: 20)
    }

    private func stack() throws -> Block {
        let type = context.type
        let shownLayers = Elision(count: layers, capacity: 5)
        let shownRows = Elision(count: length, capacity: 6)
        let names = shownLayers.shown.map { Localised(en: "layer \($0 + 1)", zhHans: "第 \($0 + 1) 层") }
        let nameWidth = (names.map { type.width(of: type($0), in: .label) }.max() ?? 0).rounded(.up)
        let letter = 20.0
        func room(_ layout: BandLayout, words: Int) -> (text: Elision, textGap: Double, leastBand: Double, strips: Double) {
            let text = Elision(count: rows.count, capacity: words)
            let textGap = text.gap == nil ? 0 : 16.0
            let band = layout.head + Double(text.shown.count) * layout.leastPitch + textGap + (layout.hasHead ? 8 : 0)
            return (text, textGap, band, context.room - band - layout.arrow - layout.range - 2 * Self.padding - letter)
        }
        let beside = room(.beside(name: nameWidth), words: context.room < 900 ? 3 : 6)
        let layout = beside.strips >= Self.leastStrip ? BandLayout.beside(name: nameWidth) : .above
        let (shownText, textGap, leastBand, stripRoom) = layout.hasHead ? room(layout, words: 2) : beside
        let head = layout.head

        // From the top layer down.
        let rowHeight = length > 4 ? 8.0 : 10.0
        let prefixes = shownLayers.shown.reversed().map { layer in
            prefixBox(layer, rows: shownRows, width: stripRoom, letter: letter, rowHeight: rowHeight)
        }
        let boxWidth = prefixes.map(\.block.width).max() ?? 0
        let bandX = boxWidth + layout.arrow
        // Strips have whole cells; what they leave over goes to the layers.
        let bandWidth = max(leastBand, context.room - bandX - layout.range)
        let pitch = min(
            96,
            ((bandWidth - head - textGap - (layout.hasHead ? 8 : 0)) / Double(max(shownText.shown.count, 1))).rounded(.down))
        let columns = shownText.shown.enumerated().map { rank, index in
            (
                x: bandX + head + Double(rank) * pitch + (shownText.gap.map { rank >= $0 } ?? false ? textGap : 0)
                    + ((pitch - layout.tile) / 2).rounded(),
                row: rows.lowerBound + index
            )
        }
        var block = Block(size: Size(width: context.room, height: 0))
        func middle(_ column: Int) -> Double { (columns[column].x + layout.tile / 2).rounded() }

        // What stands over the two sides, and the answer above the word at which it is predicted.
        let probabilities = try frame.value(.probabilities).row(answer)
        let best = probabilities.indices.max { (probabilities[$0], $1) < (probabilities[$1], $0) } ?? probabilities.startIndex
        let id = best - probabilities.startIndex
        let isRight = id == Int(frame.batch.targets[answer])
        let chip = type.token(words[id], box: isRight ? Box(role: .good, stroke: Stroke(.good, width: 1.5)) : .plain)
        let chance = type.line(
            NumberFormat.fixed(Double(probabilities[best]), decimals: 2), font: .label, paint: isRight ? .good : .ink
        ).addressed(Address(run: run.id, step: frame.step, .probabilities, answer, id).text)
        let lastX = middle(max(0, columns.count - 1))
        let chipX = min((lastX - chip.width / 2).rounded(), context.room - chip.width)
        block.place(chip, at: Point(x: chipX, y: 0))
        block.place(chance, at: Point(x: chipX - chance.width - 8, y: ((chip.height - chance.height) / 2).rounded()))
        let heading = type.line(
            isProjected
                ? Localised(en: "prefix, from a trained network", zhHans: "前缀（来自训练的网络）")
                : Localised(en: "prefix, trained", zhHans: "前缀（训练）"), font: .label.bold, paint: .trained)
        var y = max(chip.height + 22, heading.height + 6)
        block.place(heading, at: Point(x: 0, y: y - heading.height - 4))
        addArrow(from: Point(x: lastX, y: y - 3), to: Point(x: lastX, y: chip.height + 4), to: &block)

        for (rank, layer) in shownLayers.shown.reversed().enumerated() {
            let prefix = prefixes[rank].block
            block.place(prefix, at: Point(x: 0, y: y))
            let band = Rectangle(x: bandX, y: y, width: bandWidth, height: prefix.height)
            block.elements.append(
                .rectangle(band.grown(by: -0.5), cornerRadius: 4, fill: .tint(.frozen), stroke: Stroke(.frozen)))
            let centre = band.centre.y.rounded()
            let nameY = layout.hasHead ? band.y + 6 + Font.label.lineHeight / 2 : centre
            block.place(Badge.lock.block(size: 14), at: Point(x: bandX + 10, y: nameY - 7))
            let name = type.line(names[shownLayers.shown.count - 1 - rank], font: .label)
            block.place(name, at: Point(x: bandX + 30, y: (nameY - name.height / 2).rounded()))
            addArrow(from: Point(x: boxWidth + 4, y: centre), to: Point(x: bandX - 3, y: centre), paint: .trained, to: &block)
            let output = try frame.value(.block(layer, "output"))
            let side = Self.side * Self.side
            let rows = columns.map { frame.batch.row(ofTextRow: $0.row, in: output.shape.rows) }
            let scale = ColourScale.diverging(covering: rows.compactMap(\.self).flatMap { output.row($0).prefix(side) })
            let tileY = ((band.y + layout.headHeight + band.bottom) / 2).rounded() - layout.tile / 2
            for (column, row) in zip(columns, rows) {
                guard let row else {
                    let place = Rectangle(x: column.x, y: tileY, width: layout.tile, height: layout.tile)
                    block.elements.append(VectorTile.missing(in: place))
                    continue
                }
                let tile = VectorTile(side: Self.side, cell: layout.tile / Double(Self.side), scale: scale)
                    .block(output, row: row, at: Address(run: run.id, step: frame.step, output.name))
                block.place(tile, at: Point(x: column.x, y: tileY))
            }
            let range = type.line("± " + NumberFormat.significant(scale.upper), font: .digits, paint: .muted)
            let rangeX = layout.hasHead ? band.right - 8 - range.width : band.right + 8
            block.place(range, at: Point(x: rangeX, y: (nameY - range.height / 2).rounded()))
            // Layers are left out before this one, seen from below.
            let isGap = shownLayers.gap.map { shownLayers.shown.count - $0 - 1 == rank } ?? false
            let next = band.bottom + (isGap ? 40 : Self.gap)
            for column in columns.indices {
                addArrow(
                    from: Point(x: middle(column), y: next - 3), to: Point(x: middle(column), y: band.bottom + 4), to: &block)
            }
            if isGap, let note = shownLayers.note(Localised(en: "layers, each with its prefix", zhHans: "层，各有前缀")) {
                let line = type.line(note, font: .digits, paint: .muted)
                block.place(line, at: Point(x: 0, y: band.bottom + ((40 - line.height) / 2).rounded()))
            }
            y = next
        }

        // The input holds the text alone.
        var bottom = y
        for (column, entry) in columns.enumerated() {
            let word = type.shortened(
                TextSafety.shown(words[Int(frame.batch.tokens[entry.row])]), width: pitch - layout.chipAir, font: .label.mono)
            let chip = type.token(word)
            block.place(chip, at: Point(x: (middle(column) - chip.width / 2).rounded(), y: y))
            bottom = max(bottom, y + chip.height)
        }
        let label = type.line(Localised(en: "input", zhHans: "输入"), font: .label.bold)
        if layout.hasHead {
            block.place(label, at: Point(x: (bandX + (bandWidth - label.width) / 2).rounded(), y: bottom + 4))
            bottom += 4 + label.height
        } else {
            block.place(label, at: Point(x: bandX + 10, y: y + ((bottom - y - label.height) / 2).rounded()))
        }
        // Where a soft prompt would stand.
        let empty = Box(role: .frozen, stroke: Stroke(.role(.frozen, strength: 0.6), dash: [3, 3]), isTinted: false).block(
            type.paragraph(
                Localised(en: "nothing is put in front of the words", zhHans: "词的前面不放任何东西"), width: boxWidth - 24,
                font: .label, paint: .muted),
            padding: .symmetric(horizontal: 8, vertical: 4), width: boxWidth)
        block.place(empty, at: Point(x: 0, y: y))
        block.size.height = max(bottom, y + empty.height)
        let omitted = HeatStrips.note(
            rows: shownRows, numbers: prefixes.first?.omitted ?? 0, noun: Localised(en: "virtual tokens", zhHans: "个虚拟 token"))
        let notes = [omitted, shownText.note(Localised(en: "words", zhHans: "个词"))].compactMap { $0 }
        return .column([block] + notes.map { type.line($0, font: .digits, paint: .muted) }, spacing: 6)
    }

    /// A layer's keys above its values.
    private func prefixBox(
        _ layer: Int, rows: Elision, width: Double, letter: Double, rowHeight: Double
    ) -> (block: Block, omitted: Int) {
        let type = context.type
        var omitted = 0
        let groups = [("K", parts[layer].key), ("V", parts[layer].value)].map { name, value -> Block in
            let address = Address(run: run.id, step: frame.step, .prefix).text
            let first = (2 * layer + (name == "K" ? 0 : 1)) * self.width
            let strips = HeatStrips(
                rows: rows.shown.map { Array(value.row($0)) }, scale: scale, address: address, rowIndices: rows.shown,
                rowHeight: rowHeight, rowGap: 1, rowBreak: rows.gap, firstColumn: first
            ).block(width: width)
            omitted = strips.omitted
            let line = type.line(name, font: .label.bold)
            var group = Block(size: Size(width: letter + strips.block.width, height: strips.block.height))
            group.place(strips.block, at: Point(x: letter, y: 0))
            group.place(line, at: Point(x: 0, y: ((strips.block.height - line.height) / 2).rounded()))
            return group.within(height: line.height, vertically: .centre)
        }
        let box = isProjected ? Box(role: .trained, stroke: Stroke(.trained, width: 1.5, dash: [4, 3])) : Box.trained
        return (box.block(.column(groups, spacing: 6), padding: .all(Self.padding), alignment: .start), omitted)
    }

    private func addArrow(from: Point, to: Point, paint: Paint = .role(.ink, strength: 0.6), to block: inout Block) {
        block.elements.append(.arrow([from, to], ArrowStyle(Stroke(paint), head: 5)))
    }

    // MARK: In numbers

    private func notes() -> Block {
        let description = run.description
        let total = description.trainedCount + description.frozenCount
        let trained = NumberFormat.whole(description.trainedCount)
        let share = NumberFormat.significant(100 * Double(description.trainedCount) / Double(max(total, 1)))
        let hash = String(description.weightsSha256.after.prefix(8))
        let count = MeasuredValue.trainedNumbers.address(in: run.id).text
        let whole = Address(run: run.id, step: frame.step, .prefix).text
        let (d, p) = (outputWidth, length)
        // Keys that several query heads share are narrower than the hidden state.
        let heads = parts.first.map { $0.key.shape.inner } ?? []
        let wide =
            width == d
            ? Localised(en: "of width \(width)", zhHans: "宽 \(width)")
            : Localised(
                en: "of width \(heads.map(String.init).joined(separator: " × "))",
                zhHans: "宽 \(heads.map(String.init).joined(separator: " × "))")
        let frozen = SideNotes.Note(
            paint: .frozen,
            head: Localised(
                en: "\(NumberFormat.whole(description.frozenCount)) frozen",
                zhHans: "冻结 \(NumberFormat.whole(description.frozenCount)) 个数"),
            text: Localised(
                en: "The weights have the same SHA-256 before and after: \(hash)…", zhHans: "权重的 SHA-256 在训练前后相同：\(hash)…"))
        let factors = "2 × \(layers) × \(length) × \(width)".replacing(" ", with: "\u{00A0}")
        let prefix = Localised(
            en:
                "\(factors): key and value, \(layers) \(layers == 1 ? "layer" : "layers"), \(p) virtual \(p == 1 ? "token" : "tokens"), each \(wide.en)",
            zhHans: "\(factors)：键和值、\(layers) 层、\(p) 个虚拟 token、\(wide.zhHans)")
        let kept = NumberFormat.whole(prefixCount)
        let input = "\(p) × \(d) = \(NumberFormat.whole(p * d))".replacing(" ", with: "\u{00A0}")
        if isProjected {
            return SideNotes([
                SideNotes.Note(
                    paint: .trained, head: Localised(en: "\(trained) trained", zhHans: "训练 \(trained) 个数"),
                    text: Localised(
                        en:
                            "The network and its \(p) embeddings: \(share)\u{202F}% of all numbers. It is dropped after training.",
                        zhHans: "网络和它的 \(p) 个嵌入，占全部数的 \(share)\u{202F}%。训练后丢弃。"), address: count),
                SideNotes.Note(
                    paint: .trained, dash: [4, 3],
                    head: Localised(en: "\(kept) kept", zhHans: "保留 \(kept) 个数"),
                    text: Localised(en: prefix.en + ".", zhHans: prefix.zhHans + "。"), address: whole), frozen,
            ]).block(context.type, width: context.room)
        }
        return SideNotes([
            SideNotes.Note(
                paint: .trained, head: Localised(en: "\(kept) trained", zhHans: "训练 \(kept) 个数"),
                text: Localised(
                    en: prefix.en + "; \(share)\u{202F}% of all numbers.",
                    zhHans: prefix.zhHans + "；占全部数的 \(share)\u{202F}%。"), address: count), frozen,
            SideNotes.Note(
                paint: .muted, dash: [4, 3],
                head: Localised(en: "prompt tuning: \(input)", zhHans: "提示微调：\(input)"),
                text: Localised(
                    en: "As many virtual tokens, but in the input alone: the layers make their keys and values.",
                    zhHans: "虚拟 token 一样多，但只在输入层：它们的键和值由各层算出。")),
        ]).block(context.type, width: context.room)
    }
}
