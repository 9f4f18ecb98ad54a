internal import Drawing
internal import Recordings

extension Figure {
    /// What one block computes in one step: every value forwards, its gradient backwards, and where there is none.
    static let computationGraph = Figure(
        id: "computation-graph",
        question: Localised(en: "What happens in one step?", zhHans: "一步之内发生了什么？"),
        needs: FigureNeeds(
            also: Localised(en: "a graph with a block of attention and a feed-forward network", zhHans: "含注意力与前馈网络的块的计算图"),
            check: { recording throws(RecordingError) in
                for run in recording.runs {
                    let graph = try run.graph()
                    if ComputationGraphDrawing.suits(graph) { return nil }
                }
                return "no graph of its runs has a block with queries, keys and a feed-forward network"
            })
    ) { try ComputationGraphDrawing($0).sheet() }
}

private struct ComputationGraphDrawing {
    let context: FigureContext
    let run: RecordedRun
    let frame: RecordedFrame?
    let graph: GraphDescription
    let block: BlockGraph
    let layer: Int

    static func suits(_ graph: GraphDescription) -> Bool {
        let names = Set(graph.nodes.map(\.name))
        return ["attention.query", "attention.mix", "mlp.output", "output"].allSatisfy { names.contains(.block(0, $0)) }
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let run = try context.run()
        let graph = try run.graph()
        guard Self.suits(graph) else { throw context.lacking("the graph of run \(run.id) has no block") }
        let layers = run.model.configuration.layers
        layer = context.options.layer ?? 0
        guard (0..<layers).contains(layer) else {
            throw context.bad("layer", "the model has layers 0 to \(layers - 1), and no \(layer)")
        }
        if let step = context.options.step, !(0...run.journal.stepCount).contains(step) {
            throw context.bad("step", "run \(run.id) has steps 0 to \(run.journal.stepCount)")
        }
        let kept = run.description.frames.filter { $0.phases.contains(.backward) }.map(\.step)
        frame = try (context.options.step ?? kept.last).flatMap { try run.frame(step: $0) }
        (self.run, self.graph) = (run, graph)
        block = BlockGraph(graph, layer: layer, isTrained: run.description.isTrained)
    }

    private func check() throws {
        let missing = block.members.subtracting(block.drawn)
        try context.require(
            missing.isEmpty,
            "the graph has \(block.members.count) values of layer \(layer), and \(missing.sorted()[0]) among them has no place in it"
        )
        for weight in block.weights where !weight.isTrained {
            try context.require(weight.gradients.isEmpty, "the frozen \(weight.name) has a gradient")
        }
        for place in block.places {
            try context.require(
                place.operands.allSatisfy { block.places[$0].rank < place.rank }, "\(place.name) stands before what it is made of"
            )
        }
    }

    func sheet() throws -> Sheet {
        try check()
        let trained = block.weights.count(where: \.isTrained)
        let frozen = block.weights.count - trained
        let (forward, backward) = (block.forwardCount, block.backwardCount)
        let title: Localised =
            if trained == 0 {
                Localised(
                    en:
                        "One transformer block in one step: \(forward) values forward, \(backward) gradients back, none for its \(frozen) frozen weights",
                    zhHans: "一步中的一个 Transformer 块：前向 \(forward) 个值，反向 \(backward) 个梯度，\(frozen) 个冻结的权重都没有梯度")
            } else if frozen == 0 {
                Localised(
                    en:
                        "One transformer block in one step: \(forward) values forward, \(backward) gradients back, for all of its \(trained) weights too",
                    zhHans: "一步中的一个 Transformer 块：前向 \(forward) 个值，反向 \(backward) 个梯度，\(trained) 个权重也全都得到梯度")
            } else {
                Localised(
                    en:
                        "One transformer block in one step: \(forward) values forward, \(backward) gradients back, for \(trained) trained weights and not for \(frozen) frozen ones",
                    zhHans: "一步中的一个 Transformer 块：前向 \(forward) 个值，反向 \(backward) 个梯度；\(trained) 个训练的权重得到梯度，\(frozen) 个冻结的没有")
            }
        let (first, second) =
            half().isAbove
            ? (
                Localised(en: "Above", zhHans: "上半"),
                Localised(
                    en: "Below, as in a mirror, their gradients, again each computed from those above it",
                    zhHans: "下半像镜像一样是它们的梯度，同样由上方的值算出")
            )
            : (
                Localised(en: "On the left", zhHans: "左边自上而下"),
                Localised(
                    en: "On the right, their gradients at the same heights, computed from bottom to top",
                    zhHans: "右边在相同高度上是它们的梯度，自下而上计算")
            )
        return Sheet(
            title: title,
            description: Localised(
                en:
                    "A graph in two halves. \(first.en), the values of layer \(layer + 1) from top to bottom, each computed from those above it. \(second.en). Weights stand inside of the values that use them: \(frozen) frozen, \(trained) trained. A gradient that nothing needs is pale and is not computed.",
                zhHans:
                    "分为\(half().isAbove ? "上下" : "左右")两半的计算图。\(first.zhHans)是第 \(layer + 1) 层的值，每个由其上方的值算出；\(second.zhHans)。权重写在用到它的值之内：\(frozen) 个冻结，\(trained) 个训练。无处需要的梯度为浅色，不计算。"
            ),
            body: diagram(), caption: caption(trained: trained, frozen: frozen),
            provenance: context.provenance(run, step: frame?.step))
    }

    private func caption(trained: Int, frozen: Int) -> Localised {
        var en = [
            "All \(block.members.count) values that the graph has of layer \(layer + 1) are here: \(block.forwardCount) computed forward, \(block.backwardCount) backward, \(block.weights.count) weights."
        ]
        var zh = [
            "图中是计算图里第 \(layer + 1) 层的全部 \(block.members.count) 个值：前向算出 \(block.forwardCount) 个，反向 \(block.backwardCount) 个，权重 \(block.weights.count) 个。"
        ]
        let used = block.places.flatMap { $0.weights.map(\.name) }
        if Set(used).count < used.count {
            en.append("The prompt’s rows use the same weights as the text’s.")
            zh.append("提示各行与文本各行使用同样的权重。")
        }
        // As many as the notes in the picture add up to.
        let folded = block.places.reduce(0) { $0 + ($1.gradient == nil ? 0 : $1.gradientParts.count) }
        if folded > 0 {
            en.append("“+n” stands for n parts of a sum that are drawn with it, \(folded) in all.")
            zh.append("“+n”表示与和画在一处的 n 个加项，共 \(folded) 个。")
        }
        if block.places.contains(where: { $0.gradient == nil }) {
            en.append("Pale: nothing needs this gradient, so it is not computed.")
            zh.append("浅色：无处需要这个梯度，因此不计算。")
        }
        if block.places.contains(where: { $0.shape.rows == .counted }) {
            en.append("n: the batch’s tokens, c: those that predict a counted one.")
            en.append("Behind the attention nothing needs the others.")
            zh.append("n：批中的 token 数；c：其中预测计入损失的个数。这一层的注意力之后不再需要其余的行。")
        } else {
            en.append("n: the batch’s tokens.")
            zh.append("n：批中的 token 数。")
        }
        en.append("Not drawn: what the backward pass reads of the forward pass.")
        zh.append("未画出：反向传播读取的前向值。")
        return Localised(en: en.joined(separator: " "), zhHans: zh.joined())
    }

    // MARK: Layout

    private static let gutter = 24.0
    private static let channel = 16.0
    private static let border = 20.0
    private static let gap = 18.0
    private static let cardHeight = 30.0
    private static let stripHeight = 21.0
    private static let inset = 5.0

    /// A lane that is narrower has no room for the names and sizes of what the block starts from, px.
    private static let leastLane = 118.0

    /// The forward half, from its left edge. The backward half is its mirror image, beside it or below it.
    private struct Half {
        var width = 0.0
        /// Whether the backward half stands below, for want of room beside.
        var isAbove = false
        /// Where each lane's cards begin and end.
        var lanes: [BlockGraph.Lane: ClosedRange<Double>] = [:]
        var border = 0.0
        var tops: [Double] = []
        var heights: [Double] = []
        var cards: [Rectangle] = []
    }

    private func half() -> Half {
        var half = Half()
        func lane(in width: Double) -> Double {
            block.hasSide ? ((width - 2 * Self.channel - Self.border) / 2).rounded(.down) : width - Self.channel
        }
        half.width = ((context.room - Self.gutter) / 2).rounded(.down)
        half.isAbove = lane(in: half.width) < Self.leastLane
        if half.isAbove { half.width = context.room }
        let lane = lane(in: half.width)
        if block.hasSide {
            half.lanes[.side] = Self.channel...Self.channel + lane
            half.border = Self.channel + lane + Self.border / 2
            half.lanes[.text] = Self.channel + lane + Self.border...half.width - Self.channel
        } else {
            half.lanes[.text] = 0...lane
        }
        var y = Font.label.lineHeight * 2 + 14
        for rank in 0..<block.rankCount {
            let here = block.places.filter { $0.rank == rank }
            let height = here.map { Self.cardHeight + Double(strips($0).count) * Self.stripHeight }.max() ?? 0
            half.tops.append(y)
            half.heights.append(height)
            y += height + Self.gap
        }
        half.cards = block.places.map { place in
            let lane = half.lanes[place.lane] ?? 0...half.width
            let width = lane.upperBound - lane.lowerBound
            let gap = 4.0
            let left = lane.lowerBound + (place.span.lowerBound * width).rounded()
            let right = lane.lowerBound + (place.span.upperBound * width).rounded()
            let height = Self.cardHeight + Double(strips(place).count) * Self.stripHeight
            // What the block starts from stands near what uses it.
            let y = half.tops[place.rank] + (place.isInput ? half.heights[place.rank] - height : 0)
            return Rectangle(
                x: place.span.lowerBound > 0 ? left + gap : left, y: y,
                width: right - left - (place.span.lowerBound > 0 ? gap : 0), height: height)
        }
        return half
    }

    /// The weights of a value, those of one projection together: the weight and its bias.
    private func strips(_ place: BlockGraph.Place) -> [(stem: String, weights: [BlockGraph.Weight])] {
        var result: [(stem: String, weights: [BlockGraph.Weight])] = []
        for weight in place.weights {
            var parts = weight.name.rawValue.split(separator: ".").map(String.init)
            if parts.last == "weight" || parts.last == "bias" { parts.removeLast() }
            let stem = parts.last ?? weight.name.rawValue
            if let last = result.indices.last, result[last].stem == stem {
                result[last].weights.append(weight)
            } else {
                result.append((stem, [weight]))
            }
        }
        return result
    }

    // MARK: Ways

    /// The way from an operand to its result, in the forward half.
    private func way(_ from: Int, _ to: Int, _ half: Half) -> [Point] {
        let (a, b) = (half.cards[from], half.cards[to])
        let (source, target) = (block.places[from], block.places[to])
        if source.lane == target.lane {
            // Straight down, at the middle of the narrower of the two.
            let x = a.width <= b.width ? a.centre.x : b.centre.x
            let isAbove = x > a.x + 4 && x < a.right - 4 && x > b.x + 4 && x < b.right - 4
            let isFree = !block.places.indices.contains { other in
                block.places[other].lane == source.lane && block.places[other].rank > source.rank
                    && block.places[other].rank < target.rank && half.cards[other].x < x + 4 && half.cards[other].right > x - 4
            }
            if isAbove, isFree { return [Point(x: x, y: a.bottom), Point(x: x, y: b.y)] }
            if target.rank == source.rank + 1 {
                let middle = (a.bottom + b.y) / 2
                return [
                    Point(x: a.centre.x, y: a.bottom), Point(x: a.centre.x, y: middle), Point(x: b.centre.x, y: middle),
                    Point(x: b.centre.x, y: b.y),
                ]
            }
            // Past the cards between, on the lane's free side.
            let isLeft = source.lane == .side
            let x2 = isLeft ? 4.0 : half.width - 5
            let (start, end) = (isLeft ? a.x : a.right, isLeft ? b.x : b.right)
            return [
                Point(x: start, y: a.centre.y + 5), Point(x: x2, y: a.centre.y + 5), Point(x: x2, y: b.centre.y - 5),
                Point(x: end, y: b.centre.y - 5),
            ]
        }
        if source.lane == .side {
            // Down beside what goes on in the lane, then across and in from the left.
            let goesOn = block.places.contains { $0.lane == .side && $0.operands.contains(from) }
            let x = a.centre.x + (goesOn ? 8 : 0)
            let isBlocked = block.places.indices.contains { other in
                block.places[other].lane == target.lane && block.places[other].rank == target.rank && half.cards[other].x < b.x
            }
            if isBlocked {
                // Over its neighbours, and in from above.
                let across = b.y - 12
                return [
                    Point(x: x, y: a.bottom), Point(x: x, y: across), Point(x: b.x + 8, y: across), Point(x: b.x + 8, y: b.y),
                ]
            }
            let across = b.y - 6
            return [
                Point(x: x, y: a.bottom), Point(x: x, y: across), Point(x: half.border, y: across),
                Point(x: half.border, y: b.centre.y), Point(x: b.x, y: b.centre.y),
            ]
        }
        return [Point(x: a.x, y: a.centre.y), Point(x: b.centre.x, y: a.centre.y), Point(x: b.centre.x, y: b.y)]
    }

    private func diagram() -> Block {
        let half = half()
        let bottom = (half.tops.last ?? 0) + (half.heights.last ?? 0) + Self.gap
        let width = half.isAbove ? half.width : 2 * half.width + Self.gutter
        let following = followingBox(width: width)
        // The box is the mirror's edge where the halves stand one below the other, with room for the head of the lower one.
        let height = half.isAbove ? 2 * bottom + following.height + Font.label.lineHeight + 8 : bottom + following.height
        var body = Block(size: Size(width: context.room, height: height))
        // The mirror image of the upper head's first line is empty.
        if half.isAbove { body.size.height -= Font.label.lineHeight + 4 }
        func mirrored(_ point: Point) -> Point {
            half.isAbove ? Point(x: point.x, y: height - point.y) : Point(x: width - point.x, y: point.y)
        }
        func mirrored(_ r: Rectangle) -> Rectangle {
            half.isAbove
                ? Rectangle(x: r.x, y: height - r.bottom, width: r.width, height: r.height)
                : Rectangle(x: width - r.right, y: r.y, width: r.width, height: r.height)
        }

        if half.isAbove {
            heads(half, below: bottom + following.height, height: height, into: &body)
        } else {
            heads(half, width: width, into: &body)
        }
        for (to, target) in block.places.enumerated() {
            for from in target.operands {
                let points = way(from, to, half)
                body.elements.append(.arrow(points, .forward))
                guard target.gradient != nil, block.places[from].gradient != nil else { continue }
                body.elements.append(.arrow(points.reversed().map(mirrored), .backward))
            }
        }
        for index in block.outputs {
            let card = half.cards[index]
            let x = card.centre.x
            guard
                !block.places.indices.contains(where: { other in
                    block.places[other].lane == block.places[index].lane && block.places[other].rank > block.places[index].rank
                        && half.cards[other].x < x && half.cards[other].right > x
                })
            else { continue }
            let points = [Point(x: x, y: card.bottom), Point(x: x, y: bottom)]
            body.elements.append(.arrow(points, .forward))
            guard block.places[index].gradient != nil else { continue }
            var back = points.reversed().map(mirrored)
            if half.isAbove { back[0].y = bottom + following.height }
            body.elements.append(.arrow(back, .backward))
        }
        for (place, card) in zip(block.places, half.cards) {
            forwardCard(place, card, into: &body)
            backwardCard(place, mirrored(card), into: &body)
        }
        body.place(following, at: Point(x: 0, y: bottom))
        return body
    }

    private func put(
        _ text: Localised, _ font: Font, _ paint: Paint, in range: ClosedRange<Double>, y: Double, into body: inout Block
    ) {
        let made = context.type.line(text, font: font, paint: paint)
        body.place(made, at: Point(x: ((range.lowerBound + range.upperBound - made.width) / 2).rounded(), y: y))
    }

    private static let forward = Localised(en: "forward pass ↓", zhHans: "前向传播 ↓")

    /// The heads of halves one below the other; the names of the lanes stand at both ends.
    ///
    /// - Parameter middle: Where the lower half begins.
    private func heads(_ half: Half, below middle: Double, height: Double, into body: inout Block) {
        let line = Font.label.lineHeight
        let whole = 0...half.width
        put(Self.forward, .label.bold, .ink, in: whole, y: 0, into: &body)
        // Between the arrows that leave the box in the middles of the lanes.
        put(
            Localised(en: "backward pass ↓", zhHans: "反向传播 ↓"), .label.bold, .gradient, in: whole, y: middle + 8, into: &body)
        for (lane, range) in half.lanes.sorted(by: { $0.value.lowerBound < $1.value.lowerBound }) {
            let (text, paint) = name(of: lane)
            for y in [line + 4, height - line - 4 - Font.digits.lineHeight] {
                put(text, .digits, paint, in: range, y: y, into: &body)
            }
        }
    }

    private func heads(_ half: Half, width: Double, into body: inout Block) {
        let line = Font.label.lineHeight
        put(Self.forward, .label.bold, .ink, in: 0...half.width, y: 0, into: &body)
        put(
            Localised(en: "backward pass ↑", zhHans: "反向传播 ↑"), .label.bold, .gradient, in: half.width + Self.gutter...width,
            y: 0, into: &body)
        for (lane, range) in half.lanes.sorted(by: { $0.value.lowerBound < $1.value.lowerBound }) {
            let (text, paint) = name(of: lane)
            for range in [range, width - range.upperBound...width - range.lowerBound] {
                put(text, .digits, paint, in: range, y: line + 4, into: &body)
            }
        }
        let x = half.width + Self.gutter / 2
        body.elements.append(
            .line(Point(x: x, y: 0), Point(x: x, y: (half.tops.last ?? 0) + (half.heights.last ?? 0)), Stroke(.rule)))
    }

    private func name(of lane: BlockGraph.Lane) -> (Localised, Paint) {
        guard lane == .side else { return (Localised(en: "rows of the text", zhHans: "文本的各行"), .textToken) }
        if block.places.contains(where: { $0.name.isOfPrompt }) {
            return (Localised(en: "rows of the prompt", zhHans: "提示的各行"), .trained)
        }
        return block.places.contains(where: { BlockGraph.isPrefix($0.name) })
            ? (Localised(en: "prefix", zhHans: "前缀"), .trained) : (Localised(en: "low-rank change", zhHans: "低秩改动"), .trained)
    }

    // MARK: Cards

    private func address(_ name: ValueName) -> String? {
        guard let frame, frame.has(name) else { return nil }
        return Address(run: run.id, step: frame.step, name).text
    }

    private func label(_ place: BlockGraph.Place) -> Localised {
        if place.isInput { return Self.inputLabel(place.name) }
        return OperationLabels.part(BlockGraph.part(place.name))
    }

    private static func inputLabel(_ name: ValueName) -> Localised {
        switch name {
        case .softPrompt: return Localised(en: "soft prompt", zhHans: "软提示")
        case .promptInput: return Localised(en: "prompt + pos.", zhHans: "软提示 + 位置")
        case .embeddings: return Localised(en: "embeddings", zhHans: "嵌入")
        case "prefix.embeddings": return Localised(en: "prefix", zhHans: "前缀")
        default:
            guard let layer = name.layer else { return Localised(same: name.rawValue) }
            return Localised(en: "output of layer \(layer + 1)", zhHans: "第 \(layer + 1) 层的输出")
        }
    }

    /// `n × 64`: rows, then the numbers of a row.
    private func sizes(_ shape: RecordedShape) -> String {
        let rows =
            switch shape.rows {
            case .tokens: "n"
            case .counted: "c"
            case .fixed(let count): String(count)
            }
        return ([rows] + shape.inner.map(String.init)).joined(separator: "×")
    }

    private func startsTraining(_ place: BlockGraph.Place) -> Bool {
        place.isInput && (place.name == .softPrompt || place.name == .promptInput || run.description.isTrained(place.name))
    }

    private func forwardCard(_ place: BlockGraph.Place, _ r: Rectangle, into body: inout Block) {
        let isTrained = startsTraining(place) || place.weights.contains(where: \.isTrained)
        let role: ColourRole = startsTraining(place) ? .trained : place.lane == .side ? .trained : .textToken
        let stroke = Stroke(.role(role, strength: 1), width: isTrained ? 2.5 : 1)
        card(
            place, r, ground: .tint(role), stroke: stroke, label: context.type(label(place)), paint: .ink,
            note: sizes(place.shape),
            address: address(place.name), into: &body)
        for (index, strip) in strips(place).enumerated() {
            let isFrozen = !(strip.weights.first?.isTrained ?? false)
            self.strip(
                index, of: strips(place).count, in: r,
                ground: .role(isFrozen ? .frozen : .trained, strength: isFrozen ? 0.22 : 0.35),
                badge: isFrozen ? .lock : nil,
                text: strip.stem + (strip.weights.count == 2 ? " W, b" : ""), paint: .ink,
                address: strip.weights.first.flatMap { address($0.name) }, into: &body)
        }
    }

    private func backwardCard(_ place: BlockGraph.Place, _ r: Rectangle, into body: inout Block) {
        let text = "∂ " + context.type(label(place))
        guard let gradient = place.gradient else {
            card(place, r, ground: nil, stroke: Stroke(.rule), label: text, paint: .muted, note: "", address: nil, into: &body)
            return
        }
        let note = place.gradientParts.isEmpty ? "" : "+\(place.gradientParts.count)"
        card(
            place, r, ground: .tint(.gradient), stroke: Stroke(.gradient, width: startsTraining(place) ? 2.5 : 1, dash: [4, 3]),
            label: text, paint: .ink, note: note, address: address(gradient), into: &body)
        let strips = strips(place)
        for (index, strip) in strips.enumerated() {
            let gradients = strip.weights.flatMap(\.gradients)
            if gradients.isEmpty {
                self.strip(
                    index, of: strips.count, in: r, ground: .paper, badge: .cross, text: strip.stem, paint: .muted,
                    address: nil, into: &body)
            } else {
                self.strip(
                    index, of: strips.count, in: r, ground: .role(.gradient, strength: 0.3), badge: nil,
                    text: "∂ " + strip.stem + (strip.weights.count == 2 ? " W, b" : ""), paint: .ink,
                    address: gradients.first.flatMap(address), into: &body)
            }
        }
    }

    private func card(
        _ place: BlockGraph.Place, _ r: Rectangle, ground: Paint?, stroke: Stroke, label: String, paint: Paint, note: String,
        address: String?, into body: inout Block
    ) {
        let type = context.type
        var made = Block(size: r.size)
        made.elements.append(
            .rectangle(
                Rectangle(size: r.size).grown(by: -stroke.width / 2), cornerRadius: 4, fill: ground ?? .paper, stroke: stroke))
        let noteLine = note.isEmpty ? nil : type.line(note, font: .digits, paint: .muted)
        let room = r.width - 14
        // Side by side in the larger type or the smaller, else one below the other.
        let beside = room - (noteLine.map { $0.width + 6 } ?? 0)
        let font = [Font.label, .digits].first { type.width(of: label, in: $0) <= beside }
        // A narrower page may be drawn smaller, and the air with it.
        let air = context.room < Sheet.room(in: Sheet.article) ? 7.0 : 6
        if let font {
            let line = type.line(label, font: font, paint: paint)
            let y = ((Self.cardHeight - line.height) / 2).rounded(.down)
            made.place(line, at: Point(x: noteLine == nil ? ((r.width - line.width) / 2).rounded() : 8, y: y))
            if let noteLine {
                made.place(
                    noteLine,
                    at: Point(x: r.width - noteLine.width - air, y: ((Self.cardHeight - noteLine.height) / 2).rounded()))
            }
        } else {
            let line = type.line(type.shortened(label, width: room, font: .digits), font: .digits, paint: paint)
            // A note that would touch the card's edges is left out.
            let noteLine = noteLine.flatMap { $0.width <= r.width - 2 * air + 2 ? $0 : nil }
            let height = line.height + (noteLine.map { $0.height - 3 } ?? 0)
            let y = ((Self.cardHeight - height) / 2).rounded()
            made.place(line, at: Point(x: ((r.width - line.width) / 2).rounded(), y: y))
            if let noteLine {
                made.place(
                    noteLine, at: Point(x: ((r.width - noteLine.width) / 2).rounded(), y: y + line.height - 3))
            }
        }
        body.place(made.addressed(address), at: r.origin)
    }

    /// A weight inside of the card that uses it, from the card's lower edge upwards.
    private func strip(
        _ index: Int, of count: Int, in r: Rectangle, ground: Paint, badge: Badge?, text: String, paint: Paint,
        address: String?, into body: inout Block
    ) {
        let type = context.type
        let inner = Rectangle(
            x: 4, y: 0, width: r.width - 8, height: Self.stripHeight - Self.inset)
        var made = Block(size: Size(width: r.width, height: Self.stripHeight))
        made.elements.append(.rectangle(inner, cornerRadius: 2, fill: ground))
        let badgeWidth = badge == nil ? 0.0 : 14.0
        let room = inner.width - 10 - badgeWidth
        // Where a name has no room, the sign stands alone.
        let whole =
            type.width(of: text, in: .digits) <= room ? text : room >= 40 ? type.shortened(text, width: room, font: .digits) : ""
        let width = badgeWidth + (whole.isEmpty ? 0 : type.width(of: whole, in: .digits))
        var x = inner.x + ((inner.width - width) / 2).rounded()
        if let badge {
            made.place(badge.block(size: 10), at: Point(x: x, y: ((inner.height - 10) / 2).rounded()))
            x += badgeWidth
        }
        if !whole.isEmpty {
            let line = type.line(whole, font: .digits, paint: paint)
            made.place(line, at: Point(x: x, y: ((inner.height - line.height) / 2).rounded()))
        }
        body.place(made.addressed(address), at: Point(x: r.x, y: r.bottom - Double(count - index) * Self.stripHeight))
    }

    /// What lies between the block's output and the loss, and back again.
    private func followingBox(width: Double) -> Block {
        let type = context.type
        let layers = run.model.configuration.layers
        let rest = layers - 1 - layer
        let blocks =
            rest == 0
            ? Localised(same: "")
            : rest == 1
                ? Localised(en: "layer \(layer + 2) · ", zhHans: "第 \(layer + 2) 层 · ")
                : Localised(en: "layers \(layer + 2) to \(layers) · ", zhHans: "第 \(layer + 2) 至 \(layers) 层 · ")
        let padding = Insets.symmetric(horizontal: 10, vertical: 6)
        let words = Localised(
            en: "\(blocks.en)last norm · logits · softmax · loss", zhHans: "\(blocks.zhHans)末归一化 · logits · softmax · 损失")
        var parts = [type.line(words, font: .label)]
        let step = frame?.step ?? context.options.step
        if let step, step < run.journal.stepCount {
            parts.append(
                type.line(NumberFormat.significant(Double(run.journal.losses[step]), digits: 3), font: .label.bold)
                    .addressed(Address(run: run.id, step: step, .loss).text))
        }
        var content = Block.row(parts, spacing: 6)
        let room = width - padding.left - padding.right
        if content.width > room {
            parts[0] = type.paragraph(words, width: room, font: .label, alignment: .centre)
            content = .column(parts, spacing: 0, alignment: .centre)
        }
        return Box.plain.block(content, padding: padding, width: width)
    }
}
