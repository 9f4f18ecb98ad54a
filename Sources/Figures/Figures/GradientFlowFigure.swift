internal import Drawing
internal import Recordings

extension Figure {
    /// The way of the gradient from the loss to the soft prompt, its size on the way, and where it is never computed.
    static let gradientFlow = Figure(
        id: "gradient-flow",
        question: Localised(en: "Where does the gradient go and stop?", zhHans: "梯度流向哪里，又停在哪里？"),
        needs: FigureNeeds(
            moments: [.start], values: { GradientFlowDrawing.names(layers: $0.layers) }, softPrompt: true,
            check: { recording in
                let trainsOnlyThat = recording.runs.contains { $0.hasSoftPrompt && $0.description.parameters.count == 1 }
                return trainsOnlyThat ? nil : "no run trains a soft prompt alone, and the gradient goes to other places too"
            })
    ) { try GradientFlowDrawing($0).sheet() }
}

private struct GradientFlowDrawing {
    let context: FigureContext
    let run: RecordedRun
    let frame: RecordedFrame
    let graph: GraphDescription
    let layers: Int
    /// The norm of the gradient at each station: in the text's rows behind each block, in the prompt's rows behind each block.
    let text: [Double]
    let prompt: [Double?]
    /// What the text's rows of each block send to the prompt's, by keys and values.
    let crossing: [Double]
    let promptGradient: Double
    let logits: Double

    static func names(layers: Int) -> [ValueName] {
        (0..<layers).map { ValueName.block($0, "output").gradient } + [.logits.gradient, .softPrompt.gradient]
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let run = try context.promptRun()
        layers = run.model.configuration.layers
        let frame = try context.frame(of: run, holding: Self.names(layers: layers))
        (self.run, self.frame) = (run, frame)
        graph = try run.graph()
        func norm(_ name: ValueName) throws -> Double? {
            frame.has(name) ? VectorArithmetic.norm(try frame.value(name).numbers) : nil
        }
        text = try (0..<run.model.configuration.layers).map { try norm(.block($0, "output").gradient) ?? 0 }
        prompt = try (0..<run.model.configuration.layers).map { try norm(.block($0, "output", ofPrompt: true).gradient) }
        var crossing: [Double] = []
        for layer in 0..<run.model.configuration.layers {
            var sum = 0.0
            for (part, via) in [("attention.key", "attention.scores"), ("attention.value", "attention.mix")] {
                let whole = ValueName.block(layer, part, ofPrompt: true).gradient
                let share = ValueName("\(whole)/via/block.\(layer).\(via)")
                guard let size = try norm(share) ?? norm(whole) else {
                    throw context.lacking("the frame of step \(frame.step) has no \(whole)")
                }
                sum += size * size
            }
            crossing.append(sum.squareRoot())
        }
        self.crossing = crossing
        promptGradient = try norm(.softPrompt.gradient) ?? 0
        logits = try norm(.logits.gradient) ?? 0
    }

    /// The parameters that belong to the base model.
    private var frozen: [NodeDescription] {
        graph.nodes.filter { $0.isParameter && $0.phase == .forward && !run.description.isTrained($0.name) }
    }

    private func check() throws {
        for node in frozen {
            try context.require(graph.node(node.name.gradient) == nil, "the frozen \(node.name) has a gradient")
        }
        let recorded = Double(run.journal.gradientNorms[min(frame.step, run.journal.stepCount - 1)])
        try context.require(
            abs(recorded - promptGradient) <= 1e-4 * max(recorded, 1e-12),
            "the gradient of the soft prompt has norm \(promptGradient) in the frame of step \(frame.step), and \(recorded) in the journal"
        )
    }

    func sheet() throws -> Sheet {
        try check()
        let count = frozen.count
        let norm = NumberFormat.significant(promptGradient)
        return Sheet(
            title: Localised(
                en: "The gradient crosses all \(layers) layers, ends at the soft prompt and at none of \(count) weight arrays",
                zhHans: "梯度穿过全部 \(layers) 层到达软提示；\(count) 个权重数组没有一个得到梯度"),
            description: Localised(
                en:
                    "A diagram from the loss at the top to the inputs at the bottom. The gradient goes down through the rows of the text, crosses in every layer to the rows of the prompt through keys and values, and ends at the soft prompt with a norm of \(norm). No frozen weight has a gradient.",
                zhHans: "从最上方的损失到最下方输入的示意图。梯度沿文本各行向下，在每一层通过键和值转到提示各行，最后到达软提示，范数为 \(norm)。冻结的权重都没有梯度。"),
            body: diagram(),
            caption: Localised(
                en:
                    "Numbers are L2 norms of the recorded gradient over the batch of step \(frame.step); thicker lines are larger ones. Weights pass the gradient on but get none themselves.",
                zhHans: "数字是第 \(frame.step) 步的批上所记录梯度的 L2 范数，线越粗范数越大。权重只传递梯度，自身不计算梯度。"),
            provenance: context.provenance(run, step: frame.step))
    }

    // MARK: The diagram

    private static let boxHeight = 46.0
    private static let pitch = 92.0
    private static let mostLayers = 8
    private static let weightsWidth = 188.0
    /// What a number needs between two columns, and what a box needs, px.
    private static let leastGap = 58.0
    private static let leastBox = 122.0
    /// Of the frozen weights inside of a box, px.
    private static let stripHeight = 30.0

    /// Where the columns begin, and how wide they are, px.
    private struct Columns {
        let prompt: Double
        let text: Double
        /// Between neighbours.
        let gap: Double
        /// Whether frozen weights have a column of their own; else they stand in the boxes of the text's rows.
        let hasWeights: Bool

        var textX: Double { prompt + gap }
        var weightsX: Double { textX + text + gap }

        init(room: Double) {
            let box = min(170.0, ((room - weightsWidth - 2 * 56) / 2).rounded(.down))
            hasWeights = box >= leastBox
            // The names of what the text's rows are computed from are the longest.
            let half = ((room - leastGap) / 2).rounded(.down)
            (prompt, text) = hasWeights ? (box, box) : (half - 3, half + 3)
            gap = hasWeights ? ((room - weightsWidth - 2 * box) / 2).rounded(.down) : room - prompt - text
        }
    }

    private func diagram() -> Block {
        let type = context.type
        let shown = Elision(count: layers, capacity: Self.mostLayers)
        let columns = Columns(room: context.room)
        let (promptX, textX, gap) = (0.0, columns.textX, columns.gap)
        let pitch = columns.hasWeights ? Self.pitch : Self.pitch + Self.stripHeight
        var block = Block(size: Size(width: context.room, height: 0))

        let heads = [
            (Localised(en: "rows of the prompt", zhHans: "提示的各行"), Paint.trained, promptX, columns.prompt),
            (Localised(en: "rows of the text", zhHans: "文本的各行"), .textToken, textX, columns.text),
            (Localised(en: "frozen weights", zhHans: "冻结的权重"), .frozen, columns.weightsX, Self.weightsWidth),
        ]
        for (text, paint, x, width) in heads.prefix(columns.hasWeights ? 3 : 2) {
            let line = type.line(text, font: .label.bold, paint: paint)
            block.place(line, at: Point(x: max(0, x + ((width - line.width) / 2).rounded()), y: 0))
        }
        let largest = (text + prompt.compactMap { $0 } + crossing + [promptGradient, logits]).max() ?? 1
        // Widths by the square root, so that a tenth of the gradient is still seen as a line.
        func style(_ norm: Double) -> ArrowStyle {
            let width = 1.25 + 4 * (norm / max(largest, .leastNormalMagnitude)).squareRoot()
            return ArrowStyle(Stroke(.gradient, width: (width * 4).rounded() / 4, dash: [5, 3]), head: 7 + width)
        }
        func box(
            _ box: Box, _ text: Localised, x: Double, y: Double, width: Double, note: Localised? = nil, weights: Weights? = nil
        ) -> Rectangle {
            var content = [type.line(text, font: .label.bold)]
            if let note { content.append(type.line(note, font: .digits, paint: .muted)) }
            let padding = Insets.symmetric(horizontal: 6, vertical: 4)
            var inside = Block.column(content, spacing: 1, alignment: .centre)
            if let weights, !columns.hasWeights {
                let room = width - padding.left - padding.right
                inside = .column(
                    [
                        inside.within(
                            width: room, height: Self.boxHeight - padding.top - padding.bottom, horizontally: .centre,
                            vertically: .centre), strip(weights, width: room),
                    ], spacing: 0)
            }
            let made = box.block(inside, padding: padding, width: width, height: Self.boxHeight)
            block.place(made, at: Point(x: x, y: y))
            return Rectangle(x: x, y: y, width: made.width, height: made.height)
        }
        func number(_ norm: Double, at point: Point, address: String, below: Bool = false) {
            let line = type.line(NumberFormat.significant(norm), font: .label, paint: .gradient).addressed(address)
            block.place(line, at: Point(x: point.x, y: point.y))
        }
        func address(_ name: ValueName) -> String {
            Derivation("norm", Address(run: run.id, step: frame.step, name)).description
        }

        var y = 28.0
        let loss = box(
            .gradient, Localised(en: "loss", zhHans: "损失"), x: textX, y: y, width: columns.text,
            note: Localised(
                en: NumberFormat.significant(Double(run.journal.losses[min(frame.step, run.journal.stepCount - 1)])),
                zhHans: NumberFormat.significant(Double(run.journal.losses[min(frame.step, run.journal.stepCount - 1)]))))
        y += Self.pitch
        // Below the loss: the logits, then the blocks from the last to the first, then the inputs.
        var above = loss
        var abovePrompt: Rectangle?
        let outputWeights = weights(
            frozen.contains { $0.name.rawValue.contains("lm_head") }
                ? Localised(en: "last norm, output", zhHans: "末归一化与输出层") : Localised(en: "last norm", zhHans: "末归一化"),
            layer: nil, inputs: false)
        func weightsBox(_ weights: Weights, y: Double, feeding target: Rectangle) {
            guard columns.hasWeights else { return }
            let made = Box(role: .frozen, stroke: Stroke(.frozen), isHatched: true, badge: .lock, isTinted: true).block(
                .column(
                    [type.line(weights.name, font: .label), type.line(weights.words, font: .digits, paint: .muted)], spacing: 1),
                padding: .symmetric(horizontal: 8, vertical: 4), width: Self.weightsWidth, height: Self.boxHeight,
                alignment: .start)
            block.place(made, at: Point(x: columns.weightsX, y: y))
            // A dead end: a short stub that stops at a cross before it reaches the weights.
            let middle = (y + Self.boxHeight / 2).rounded()
            let stop = columns.weightsX - 22
            block.elements.append(
                .line(
                    Point(x: target.right + 4, y: middle), Point(x: stop - 8, y: middle),
                    Stroke(.role(.gradient, strength: 0.6), width: 1.25, dash: [5, 3])))
            block.place(Badge.cross.block(size: 14), at: Point(x: stop - 7, y: middle - 7))
        }
        let head = box(
            Box(role: .textToken, stroke: Stroke(.textToken)), Localised(en: "logits", zhHans: "logits"), x: textX, y: y,
            width: columns.text, weights: outputWeights)
        block.elements.append(
            .group(
                Group(
                    address: address(.logits.gradient),
                    [
                        .arrow(
                            [Point(x: above.centre.x, y: above.bottom + 3), Point(x: above.centre.x, y: head.y - 3)],
                            style(logits))
                    ])))
        number(
            logits, at: Point(x: above.centre.x + 12, y: (above.bottom + head.y) / 2 - 9),
            address: address(.logits.gradient))
        weightsBox(outputWeights, y: y, feeding: head)
        above = head
        y += pitch

        let rows = Array(shown.shown.reversed())
        for (rank, layer) in rows.enumerated() {
            let name = Localised(en: "layer \(layer + 1)", zhHans: "第 \(layer + 1) 层")
            let ownWeights = weights(name, layer: layer, inputs: false)
            let own = box(
                Box(role: .textToken, stroke: Stroke(.textToken)), name, x: textX, y: y, width: columns.text, weights: ownWeights)
            let textAddress = address(.block(layer, "output").gradient)
            block.elements.append(
                .group(
                    Group(
                        address: textAddress,
                        [
                            .arrow(
                                [Point(x: own.centre.x, y: above.bottom + 3), Point(x: own.centre.x, y: own.y - 3)],
                                style(text[layer]))
                        ])))
            number(
                text[layer], at: Point(x: own.centre.x + 12, y: (above.bottom + own.y) / 2 - 9),
                address: textAddress)
            weightsBox(ownWeights, y: y, feeding: own)
            let isLast = prompt[layer] == nil
            let ofPrompt = box(
                Box(role: .trained, stroke: Stroke(.trained)), name, x: promptX, y: y, width: columns.prompt,
                note: isLast ? Localised(en: "keys and values only", zhHans: "只有键和值") : nil)
            if let norm = prompt[layer], let abovePrompt {
                let promptAddress = address(.block(layer, "output", ofPrompt: true).gradient)
                block.elements.append(
                    .group(
                        Group(
                            address: promptAddress,
                            [
                                .arrow(
                                    [
                                        Point(x: ofPrompt.centre.x, y: abovePrompt.bottom + 3),
                                        Point(x: ofPrompt.centre.x, y: ofPrompt.y - 3),
                                    ], style(norm))
                            ])))
                number(
                    norm, at: Point(x: ofPrompt.centre.x + 12, y: (abovePrompt.bottom + ofPrompt.y) / 2 - 9),
                    address: promptAddress)
            }
            // Through the keys and values of the prompt, from the text's rows to the prompt's.
            let middle = (own.y + Self.boxHeight / 2).rounded()
            let crossingAddress = Derivation(
                "norm",
                arguments: ["key", "value"].map {
                    Address(run: run.id, step: frame.step, .block(layer, "attention.\($0)", ofPrompt: true).gradient)
                }
            ).description
            block.elements.append(
                .group(
                    Group(
                        address: crossingAddress,
                        [
                            .arrow(
                                [Point(x: own.x - 3, y: middle), Point(x: ofPrompt.right + 3, y: middle)], style(crossing[layer]))
                        ])))
            let label = type.line(NumberFormat.significant(crossing[layer]), font: .label, paint: .gradient)
            block.place(
                label.addressed(crossingAddress),
                at: Point(x: (ofPrompt.right + (gap - label.width) / 2).rounded(), y: middle - 26))
            if rank == 0 {
                let through = type.line(Localised(same: "∂k, ∂v"), font: .digits, paint: .muted)
                block.place(through, at: Point(x: (ofPrompt.right + (gap - through.width) / 2).rounded(), y: middle + 9))
            }
            if shown.gap.map({ rows.count - $0 - 1 == rank }) ?? false,
                let note = shown.note(Localised(en: "layers", zhHans: "层"))
            {
                let line = type.line(note, font: .digits, paint: .muted)
                // On the other side of the arrow than its number where nothing stands beside the boxes.
                let x = columns.hasWeights ? textX + columns.text + 8 : own.centre.x - 14 - line.width
                block.place(line, at: Point(x: x, y: own.bottom + 12))
            }
            (above, abovePrompt) = (own, ofPrompt)
            y += pitch
        }

        let soft = box(
            .trained, Localised(en: "soft prompt", zhHans: "软提示"), x: promptX, y: y, width: columns.prompt,
            note: Localised(
                en: "\(NumberFormat.whole(run.description.trainedCount)) numbers: trained",
                zhHans: "\(NumberFormat.whole(run.description.trainedCount)) 个数：训练"))
        if let abovePrompt {
            let end = address(.softPrompt.gradient)
            block.elements.append(
                .group(
                    Group(
                        address: end,
                        [
                            .arrow(
                                [Point(x: soft.centre.x, y: abovePrompt.bottom + 3), Point(x: soft.centre.x, y: soft.y - 4)],
                                style(promptGradient))
                        ])))
            number(
                promptGradient, at: Point(x: soft.centre.x + 12, y: (abovePrompt.bottom + soft.y) / 2 - 9), address: end)
        }
        let inputWeights = weights(Localised(en: "embeddings", zhHans: "嵌入矩阵"), layer: nil, inputs: true)
        let embeddings = box(
            Box(role: .textToken, stroke: Stroke(.textToken)), Localised(en: "text embeddings", zhHans: "文本嵌入"), x: textX, y: y,
            width: columns.text, note: Localised(en: "no gradient needed", zhHans: "不需要梯度"), weights: inputWeights)
        let cross = Point(x: embeddings.centre.x, y: embeddings.y - 16)
        block.elements.append(
            .line(
                Point(x: cross.x, y: above.bottom + 4), Point(x: cross.x, y: cross.y - 9),
                Stroke(.role(.gradient, strength: 0.6), width: 1.25, dash: [5, 3])))
        block.place(Badge.cross.block(size: 14), at: Point(x: cross.x - 7, y: cross.y - 7))
        weightsBox(inputWeights, y: y, feeding: embeddings)
        block.size.height = max(embeddings.bottom, soft.bottom) + 2
        return block
    }

    /// Frozen weights inside of the box of what is computed with them, with the mark that they get no gradient.
    private func strip(_ weights: Weights, width: Double) -> Block {
        let type = context.type
        var strip = Block(size: Size(width: width, height: Self.stripHeight))
        strip.elements.append(.rectangle(strip.bounds, cornerRadius: 2, fill: .role(.frozen, strength: 0.22)))
        let words = Block.column([weights.arraysWords, weights.numbersWords].map { type.line($0, font: .digits) }, spacing: 0)
        let middle = Self.stripHeight / 2
        let sign = 10.0
        strip.place(Badge.lock.block(size: sign), at: Point(x: 4, y: middle - sign / 2))
        strip.place(words, at: Point(x: 17, y: ((Self.stripHeight - words.height) / 2).rounded()))
        strip.place(Badge.cross.block(size: sign), at: Point(x: width - sign - 3, y: middle - sign / 2))
        return strip
    }

    /// What a box of weights says: its name, and how many arrays and numbers it holds.
    private struct Weights {
        let name: Localised
        let arrays: Int
        let numbers: Int

        private var array: String { arrays == 1 ? "array" : "arrays" }
        var words: Localised {
            Localised(
                en: "\(arrays) \(array), \(NumberFormat.whole(numbers)) numbers",
                zhHans: "\(arrays) 个数组，\(NumberFormat.whole(numbers)) 个数")
        }
        var arraysWords: Localised { Localised(en: "\(arrays) frozen \(array)", zhHans: "冻结 \(arrays) 个数组") }
        var numbersWords: Localised {
            Localised(en: "\(NumberFormat.whole(numbers)) numbers", zhHans: "\(NumberFormat.whole(numbers)) 个数")
        }
    }

    private func weights(_ name: Localised, layer: Int?, inputs: Bool) -> Weights {
        let members = frozen.filter { node in
            let text = node.name.rawValue
            if let layer { return text.contains(".h.\(layer).") || text.contains(".layers.\(layer).") }
            let isInput = text.contains("wte") || text.contains("wpe") || text.contains("embed")
            return !text.contains(".h.") && !text.contains(".layers.") && isInput == inputs
        }
        let count = members.reduce(0) { sum, node in
            guard case .fixed(let rows) = node.shape.rows else { return sum }
            return sum + rows * node.shape.columns
        }
        return Weights(name: name, arrays: members.count, numbers: count)
    }
}
