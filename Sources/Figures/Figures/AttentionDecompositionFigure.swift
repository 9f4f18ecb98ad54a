internal import Drawing
internal import Recordings

extension Figure {
    /// What a head puts out, as a mean of what the text alone and what the prompt alone would give it.
    static let attentionDecomposition = Figure(
        id: "attention-decomposition",
        question: Localised(en: "Does a prompt replace attention, or blend into it?", zhHans: "提示是取代注意力，还是与之混合？"),
        needs: FigureNeeds(moments: [.end], values: AttentionRow.needs, softPrompt: true)
    ) { try AttentionDecompositionDrawing($0).sheet() }
}

private struct AttentionDecompositionDrawing {
    let context: FigureContext
    let run: RecordedRun
    let frame: RecordedFrame
    let row: AttentionRow
    /// What attention to the text alone, and to the prompt alone, would put out.
    let text: [Double]
    let prompt: [Double]

    init(_ context: FigureContext) throws {
        self.context = context
        run = try context.promptRun()
        frame = try context.frame(of: run, holding: AttentionRow.needs(run.model.configuration))
        row = try AttentionRow.chosen(context, of: run, frame: frame)
        text = row.mean(of: row.promptLength..<row.seen)
        prompt = row.mean(of: 0..<row.promptLength)
    }

    /// λ, with the weights' float32 sum put to 1.
    private var share: Double { row.share / row.weights.reduce(0.0) { $0 + Double($1) } }

    private var blended: [Double] { zip(text, prompt).map { (1 - share) * $0 + share * $1 } }

    func sheet() throws -> Sheet {
        let largest = row.mix.map { abs(Double($0)) }.max() ?? 0
        let error = zip(blended, row.mix).map { abs($0 - Double($1)) }.max() ?? 0
        try context.require(
            error <= 1e-5 * max(1, largest),
            "(1 − λ) · text + λ · prompt differs from the recorded mix of row \(row.row), layer \(row.layer), head \(row.head) by \(error)"
        )
        let lambda = NumberFormat.fixed(share, decimals: 2)
        let word = row.words[row.position]
        return Sheet(
            title: Localised(
                en:
                    "A head’s output lies \(NumberFormat.percentage(share)) of the way from “text alone” to “prompt alone”",
                zhHans: "头的输出位于“只看文本”与“只看提示”的连线上 \(NumberFormat.percentage(share)) 处"),
            description: Localised(
                en:
                    "A plane with three points on a line: what the head would put out from the text alone, from the prompt alone, and what it does put out, at λ = \(lambda) between them. Beside it the three vectors as strips.",
                zhHans: "平面上同一直线上的三个点：只看文本时的输出、只看提示时的输出，以及实际输出，位于二者之间 λ = \(lambda) 处。旁边是三个向量的热度条。"),
            body: body(error: error),
            caption: Localised(
                en:
                    "Word “\(word)”, layer \(row.layer + 1), head \(row.head + 1). The plane is the one through the origin and both means, so nothing is projected away. Source: He et al. 2022, section 3.1; Petrov et al. 2024.",
                zhHans:
                    "词“\(word)”，第 \(row.layer + 1) 层第 \(row.head + 1) 个头。平面过原点和两个均值，没有任何投影损失。出处：He 等 2022 第 3.1 节；Petrov 等 2024。"),
            provenance: context.provenance(run, step: frame.step))
    }

    private func body(error: Double) -> Block {
        let type = context.type
        // Plane and vectors side by side, or one below the other where the vectors would be too short.
        let beside = context.room - Self.side - Self.gap
        let isStacked = beside < Self.leastStrip
        let side = isStacked ? context.room : Self.side
        let lambda = NumberFormat.fixed(share, decimals: 2)
        let formula = type.paragraph(
            Localised(
                en: "output = (1 − λ) · text alone + λ · prompt alone", zhHans: "输出 = (1 − λ) · 只看文本 + λ · 只看提示"), width: side,
            font: .label.bold)
        let words = type.paragraph(
            Localised(
                en:
                    "λ = \(lambda) is the part of the attention that the prompt gets. “Alone” means: with the weights of the others taken away and the rest made to add up to 1.",
                zhHans: "λ = \(lambda) 是提示所得的注意力份额。“只看”是指去掉其他权重，并使剩下的权重之和为 1。"), width: side, font: .label, paint: .muted)
        let left = Block.column([plane(side: side), .column([formula, words], spacing: 6)], spacing: 16)
        let right = strips(width: isStacked ? context.room : beside, error: error)
        return isStacked ? .column([left, right], spacing: 24) : .row([left, right], spacing: Self.gap, alignment: .start)
    }

    /// The plane's width beside the vectors, the air between both, and the least length of a vector, px.
    private static let side = 340.0
    private static let gap = 32.0
    private static let leastStrip = 160.0

    private func derivation(_ function: String) -> String {
        Derivation(
            function, Address(run: run.id, step: frame.step, .attentionWeights(layer: row.layer), row.row, row.head),
            Address(run: run.id, step: frame.step, .block(row.layer, "attention.value")),
            Address(run: run.id, step: frame.step, .block(row.layer, "attention.value", ofPrompt: true))
        ).description
    }

    private var mixAddress: String {
        Address(run: run.id, step: frame.step, .block(row.layer, "attention.mix"), row.row, row.head).text
    }

    // MARK: The plane

    private func plane(side: Double) -> Block {
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        // The first axis along the text's mean, the second across it, so that the plane holds both.
        let length = dot(text, text).squareRoot()
        let e1 = length > 0 ? text.map { $0 / length } : text
        let along = dot(prompt, e1)
        let rest = zip(prompt, e1).map { $0 - along * $1 }
        let across = dot(rest, rest).squareRoot()
        let points = [
            "text": Point(x: length, y: 0), "prompt": Point(x: along, y: across),
            "output": Point(x: (1 - share) * length + share * along, y: share * across), "origin": .zero,
        ]
        let type = context.type
        let bounds = Rectangle(around: points.values.sorted { ($0.x, $0.y) < ($1.x, $1.y) }) ?? Rectangle(size: .zero)
        // Labels stand to the right of the points, and above and below them.
        let (left, right, vertical) = (32.0, 112.0, 36.0)
        let room = Size(width: side - left - right, height: 220 - 2 * vertical)
        let scale = min(room.width / max(bounds.width, 1e-9), room.height / max(bounds.height, 1e-9))
        let height = max(150, (bounds.height * scale + 2 * vertical).rounded(.up))
        // Equal scales on both axes, or angles and the share of the way would be wrong.
        func place(_ p: Point) -> Point {
            Point(
                x: left + (room.width - bounds.width * scale) / 2 + (p.x - bounds.x) * scale,
                y: height - (height - bounds.height * scale) / 2 - (p.y - bounds.y) * scale)
        }
        var block = Block(size: Size(width: side, height: height))
        block.elements.append(
            .rectangle(
                Rectangle(x: 0.5, y: 0.5, width: side - 1, height: height - 1), cornerRadius: 4, stroke: Stroke(.rule)))
        let at = points.mapValues(place)
        guard let origin = at["origin"], let t = at["text"], let p = at["prompt"], let o = at["output"] else { return block }
        var lines: [(from: Point, to: Point)] = []
        func arrow(to end: Point, _ paint: Paint, width: Double, address: String) {
            guard origin.distance(to: end) > 14 else { return }
            let tip = end + (origin - end) * (6 / origin.distance(to: end))
            block.elements.append(
                .group(Group(address: address, [.arrow([origin, tip], ArrowStyle(Stroke(paint, width: width), head: 8))])))
            lines.append((origin, tip))
        }
        block.elements.append(.line(t, p, Stroke(.muted, width: 1, dash: [3, 3])))
        lines.append((t, p))
        arrow(to: t, .textToken, width: 1.5, address: derivation("mean-over-text"))
        arrow(to: p, .trained, width: 1.5, address: derivation("mean-over-prompt"))
        arrow(to: o, .ink, width: 2.5, address: mixAddress)
        for (point, paint) in [(t, Paint.textToken), (p, .trained), (o, .ink), (origin, .muted)] {
            block.elements.append(.circle(at: point, radius: point == o ? 5 : point == origin ? 2.5 : 4, fill: paint))
        }
        let lambda = NumberFormat.fixed(share, decimals: 2)
        let labels = PointLabels(
            [
                .init(type(Localised(en: "output, λ = \(lambda)", zhHans: "输出，λ = \(lambda)")), at: o, font: .label.bold),
                .init(type(Localised(en: "text alone", zhHans: "只看文本")), at: t, font: .label.bold, paint: .textToken),
                .init(type(Localised(en: "prompt alone", zhHans: "只看提示")), at: p, font: .label.bold, paint: .trained),
                .init("0", at: origin, font: .label, paint: .muted),
            ], within: Rectangle(x: 6, y: 6, width: side - 12, height: height - 12), lines: lines, markRadius: 5, type: type)
        block.elements += labels.elements
        return block
    }

    // MARK: The vectors

    private func strips(width: Double, error: Double) -> Block {
        let type = context.type
        let lambda = NumberFormat.fixed(share, decimals: 2)
        let rest = NumberFormat.fixed(1 - share, decimals: 2)
        let scale = ColourScale.diverging(
            covering: (text + prompt).map { Float($0) } + row.mix)
        func part(_ label: Localised, _ numbers: [Double], paint: Paint, address: String, isValue: Bool = false) -> Block {
            let strip = HeatStrips(
                rows: [numbers.map { Float($0) }], scale: scale, address: nil, rowIndices: [], rowHeight: 16
            ).block(width: width).block
            return .column(
                [type.line(label, font: .label.bold, paint: paint), strip.addressed(address)], spacing: 3)
        }
        let parts: [Block] = [
            part(
                Localised(en: "text alone", zhHans: "只看文本"), text, paint: .textToken, address: derivation("mean-over-text")),
            part(
                Localised(en: "× (1 − λ) = \(rest)", zhHans: "× (1 − λ) = \(rest)"), text.map { $0 * (1 - share) },
                paint: .textToken, address: derivation("text-part")),
            part(
                Localised(en: "prompt alone", zhHans: "只看提示"), prompt, paint: .trained,
                address: derivation("mean-over-prompt")),
            part(
                Localised(en: "× λ = \(lambda)", zhHans: "× λ = \(lambda)"), prompt.map { $0 * share }, paint: .trained,
                address: derivation("prompt-part")),
            part(
                Localised(en: "sum = the recorded output", zhHans: "相加 = 记录的输出"), row.mix.map { Double($0) }, paint: .ink,
                address: mixAddress),
        ]
        let foot = type.paragraph(
            Localised(
                en: "largest difference: \(NumberFormat.power(error, digits: 1))",
                zhHans: "最大差异：\(NumberFormat.power(error, digits: 1))"), width: width, font: .label, paint: .muted)
        let key = ColourKey(scale, title: "", length: 140).block(type)
        return .column(parts + [foot, key], spacing: 10)
    }
}
