internal import Drawing
internal import Recordings

extension Figure {
    /// The steps of a run along an axis: the loss, what was kept of them, where one stands, and what a step consists of.
    static let timeline = Figure(
        id: "timeline",
        question: Localised(en: "Where are we in the run?", zhHans: "训练进行到哪里了？"),
        needs: FigureNeeds(
            also: Localised(en: "a run with updates", zhHans: "一次有更新步的运行"),
            check: { recording throws(RecordingError) in
                recording.runs.contains { $0.journal.stepCount > 0 } ? nil : "no run of it has a step"
            })
    ) { try TimelineDrawing($0).sheet() }
}

private struct TimelineDrawing {
    let context: FigureContext
    let run: RecordedRun
    /// After how many updates one stands.
    let step: Int
    let counts: [RecordedPhase: Int]

    init(_ context: FigureContext) throws {
        self.context = context
        let run = try context.run { $0.journal.stepCount > 0 }
        let steps = run.journal.stepCount
        let step = context.options.step ?? steps / 2
        guard (0...steps).contains(step) else { throw context.bad("step", "run \(run.id) has steps 0 to \(steps)") }
        (self.run, self.step) = (run, step)
        var counts: [RecordedPhase: Int] = [:]
        for node in try run.graph().nodes where !node.isParameter { counts[node.phase, default: 0] += 1 }
        self.counts = counts
    }

    private var journal: Journal { run.journal }
    private var steps: Int { journal.stepCount }
    private var isLast: Bool { step == steps }

    func sheet() throws -> Sheet {
        for evaluation in journal.evaluations {
            try context.require(
                (0...1).contains(evaluation.accuracy),
                "the accuracy on \(evaluation.split) after \(evaluation.step) updates is \(evaluation.accuracy), not from 0 to 1")
        }
        try context.require(
            journal.losses.allSatisfy { !($0 < 0) }, "a cross-entropy is negative among the losses of run \(run.id)")
        let frames = run.description.frames.count
        let title: Localised
        if isLast {
            title = Localised(
                en: "We are behind the last of \(NumberFormat.whole(steps)) updates",
                zhHans: "现在位于全部 \(NumberFormat.whole(steps)) 次更新之后")
        } else {
            let (loss, first) = (number(journal.losses[step]), number(journal.losses[0]))
            title = Localised(
                en: step == 0
                    ? "We are at the first of \(NumberFormat.whole(steps)) steps: the loss is \(loss)"
                    : "We are at step \(step) of \(NumberFormat.whole(steps)): the loss is \(loss), and was \(first) at the start",
                zhHans: step == 0
                    ? "现在位于 \(NumberFormat.whole(steps)) 步中的第一步：损失为 \(loss)"
                    : "现在位于第 \(step) 步，共 \(NumberFormat.whole(steps)) 步：损失为 \(loss)，起初为 \(first)")
        }
        return Sheet(
            title: title,
            description: Localised(
                en:
                    "A time axis of \(steps) steps with a line at step \(step). Above it, the loss of every step as a thin curve; below it, marks where the run was evaluated, where values were kept as frames (\(frames)) and where checkpoints were kept (\(run.description.checkpoints.count)). Below, the step as three boxes: forward pass, backward pass, optimizer.",
                zhHans:
                    "\(steps) 步的时间轴，第 \(step) 步处有一条竖线。轴上方的细线是每一步的损失；轴下方的标记表示何时评估、何时保存了帧（\(frames) 个）、何时保存了检查点（\(run.description.checkpoints.count) 个）。最下方的三个框是这一步的前向传播、反向传播和优化器。"
            ),
            body: body(), caption: caption(), provenance: context.provenance(run, step: step))
    }

    private func number(_ x: Float) -> String { NumberFormat.significant(Double(x), digits: 3) }

    private func caption() -> Localised {
        let counted = steps > Self.mostPoints ? stride : 1
        var en = ["Steps are counted by the updates before them."]
        var zh = ["步数按此前的更新次数计。"]
        if run.description.frames.contains(where: { !$0.phases.contains(.optimizer) }) {
            en.append("An open frame is of a forward pass alone.")
            zh.append("空心的帧只有前向传播。")
        }
        if counted > 1 {
            en.append("Each point of the curve is the mean of \(counted) steps.")
            zh.append("曲线的每个点是 \(counted) 步的平均。")
        }
        if run.description.frames.isEmpty {
            en.append("No frame was kept, but the journal is enough to compute any step again.")
            zh.append("没有保存帧，但凭日志可以重新算出任何一步。")
        } else {
            en.append("Of the steps without a frame the journal is enough to compute all values again.")
            zh.append("没有帧的步，凭日志也可以重新算出全部的值。")
        }
        return Localised(en: en.joined(separator: " "), zhHans: zh.joined())
    }

    // MARK: Drawing

    private static let mostPoints = 400
    private static let plotHeight = 132.0
    private static let laneHeight = 26.0
    private static let labelWidth = 104.0

    private var stride: Int { max(1, (steps + Self.mostPoints - 1) / Self.mostPoints) }

    private var axisLeft: Double { Self.labelWidth + 12 }
    private var axisRight: Double { context.room - 12 }
    private func x(_ step: Int) -> Double { axisLeft + (axisRight - axisLeft) * Double(step) / Double(max(steps, 1)) }

    private func body() -> Block {
        let type = context.type
        let lanes = lanes()
        let plotTop = 24.0
        let axis = plotTop + Self.plotHeight
        let lanesTop = axis + 34
        let lanesBottom = lanesTop + Double(lanes.count) * Self.laneHeight
        let phases = phases()
        let phasesTop = lanesBottom + 40
        var body = Block(size: Size(width: context.room, height: phasesTop + phases.height))

        // The axis, with its numbers.
        body.elements.append(.line(Point(x: axisLeft, y: axis), Point(x: axisRight, y: axis), Stroke(.muted)))
        let ticks = Ticks.linear(0...Double(steps), count: 6)
        let cursor = x(step)
        for (value, label) in zip(ticks.values, ticks.labels) where value == value.rounded() {
            let place = x(Int(value))
            body.elements.append(.line(Point(x: place, y: axis), Point(x: place, y: axis + 4), Stroke(.muted)))
            // The cursor is named above, and its line would run through the number.
            guard abs(place - cursor) > type.width(of: label, in: .digits) / 2 + 6 else { continue }
            body.elements.append(
                .text(TextRun(label, at: Point(x: place, y: axis + 17), font: .digits, anchor: .middle, paint: .muted)))
        }
        label(Localised(en: "steps", zhHans: "步"), at: axis + 2, height: 22, into: &body)

        // The loss.
        let vertical = lossAxis()
        func y(_ loss: Double) -> Double { axis - 6 - (Self.plotHeight - 12) * min(1, max(0, vertical.share(of: loss))) }
        var lowest = Double.infinity
        for (tick, text) in zip(vertical.ticks.values, vertical.ticks.labels) {
            body.elements.append(.line(Point(x: axisLeft, y: y(tick)), Point(x: axisRight, y: y(tick)), Stroke(.rule)))
            guard lowest - y(tick) >= Font.digits.lineHeight else { continue }
            lowest = y(tick)
            body.elements.append(
                .text(
                    TextRun(
                        text, at: Point(x: axisLeft - 8, y: y(tick) + Font.digits.capitalHeight / 2), font: .digits, anchor: .end,
                        paint: .muted)))
        }
        label(
            vertical.scale == .logarithmic
                ? Localised(en: "loss,\nlog scale", zhHans: "损失\n对数刻度") : Localised(en: "loss", zhHans: "损失"), at: plotTop,
            height: Self.plotHeight, right: 44, into: &body)
        let points = Swift.stride(from: 0, to: steps, by: stride).map { start -> Point in
            let part = journal.losses[start..<min(start + stride, steps)]
            return Point(x: x(start), y: y(part.reduce(0.0) { $0 + Double($1) } / Double(part.count)))
        }
        if points.count > 1 {
            body.elements.append(
                .group(
                    Group(
                        address: Address(run: run.id, .loss).text,
                        [.shape(Shape(Path(through: points), stroke: Stroke(.trained, width: 1.25)))])))
        }

        // Where one stands, beneath the marks of what was kept there.
        body.elements.append(
            .line(Point(x: cursor, y: plotTop), Point(x: cursor, y: phasesTop - 16), Stroke(.ink, width: 2)))

        // What was kept, lane by lane.
        for (index, lane) in lanes.enumerated() {
            let middle = lanesTop + (Double(index) + 0.5) * Self.laneHeight
            body.elements.append(.line(Point(x: axisLeft, y: middle), Point(x: axisRight, y: middle), Stroke(.rule)))
            label(lane.name, at: middle - Self.laneHeight / 2, height: Self.laneHeight, into: &body)
            for mark in lane.marks {
                body.elements.append(.group(Group(address: mark.address, [mark.shape(Point(x: x(mark.step), y: middle))])))
            }
        }

        let name = type.line(
            Localised(en: "step \(step)", zhHans: "第 \(step) 步"), font: .label.bold)
        let left = min(max(0, cursor - name.width / 2), context.room - name.width)
        body.place(name, at: Point(x: left.rounded(), y: 0))
        if !isLast {
            let dot = Point(x: cursor, y: y(Double(journal.losses[step])))
            body.elements.append(
                .group(
                    Group(
                        address: Address(run: run.id, step: step, .loss).text,
                        [.circle(at: dot, radius: 4.5, fill: .trained, stroke: Stroke(.paper, width: 1.5))])))
        }
        // From the step on the axis to what it consists of.
        let foot = Path(through: [
            Point(x: 0.5, y: phasesTop - 2), Point(x: 0.5, y: phasesTop - 10), Point(x: context.room - 0.5, y: phasesTop - 10),
            Point(x: context.room - 0.5, y: phasesTop - 2),
        ])
        body.elements.append(.shape(Shape(foot, stroke: Stroke(.muted))))
        body.elements.append(
            .line(Point(x: cursor, y: phasesTop - 16), Point(x: cursor, y: phasesTop - 10), Stroke(.ink, width: 2)))
        body.place(phases, at: Point(x: 0, y: phasesTop))
        return body
    }

    /// From this ratio of the largest to the smallest loss on, the scale is logarithmic.
    private static let widestLinearRatio = 30.0

    private func lossAxis() -> Axis {
        let losses = journal.losses.map(Double.init)
        let (least, largest) = (losses.min() ?? 0, losses.max() ?? 1)
        guard least > 0, largest > Self.widestLinearRatio * least else {
            return .covering(losses, title: "", includesZero: true)
        }
        return .covering(losses, title: "", scale: .logarithmic)
    }

    /// A name at the left of the axis; `right` px from it where numbers stand between.
    private func label(_ text: Localised, at y: Double, height: Double, right: Double = 0, into body: inout Block) {
        let width = Self.labelWidth - right
        let line = context.type.paragraph(text, width: width, font: .label, paint: .muted, alignment: .end)
        body.place(line, at: Point(x: width - line.width, y: (y + (height - line.height) / 2).rounded()))
    }

    // MARK: Lanes

    private struct Mark {
        let step: Int
        let address: String?
        let shape: (Point) -> Element
    }

    private struct Lane {
        let name: Localised
        let marks: [Mark]
    }

    private func lanes() -> [Lane] {
        var lanes: [Lane] = []
        // Of several splits the first that has evaluations stands for all of a step: they are made together.
        var seen: Set<Int> = []
        let evaluations = journal.evaluations.filter { seen.insert($0.step).inserted }
        if !evaluations.isEmpty {
            lanes.append(
                Lane(
                    name: Localised(en: "evaluations", zhHans: "评估"),
                    marks: evaluations.map { evaluation in
                        Mark(
                            step: evaluation.step,
                            address: Address(run: run.id, step: evaluation.step, .evaluationLoss(evaluation.split)).text
                        ) {
                            .circle(at: $0, radius: 3.5, fill: .textToken)
                        }
                    }))
        }
        let frames = run.description.frames
        // As wide as there is room from one to the next.
        let steps = frames.map(\.step)
        let nearest = zip(steps, steps.dropFirst()).map { x($1) - x($0) }.min() ?? 12
        let width = min(9, max(1, (nearest * 0.6 * 2).rounded() / 2))
        lanes.append(
            Lane(
                name: Localised(en: "frames", zhHans: "帧"),
                marks: frames.map { frame in
                    // A whole step is a filled square; of a state without an update only the forward pass was kept.
                    let isWhole = frame.phases.contains(.optimizer)
                    return Mark(step: frame.step, address: frameAddress(frame)) { centre in
                        .rectangle(
                            Rectangle(x: centre.x - width / 2, y: centre.y - 6, width: width, height: 12),
                            cornerRadius: width > 4 ? 1 : 0, fill: isWhole || width < 4 ? .trained : .paper,
                            stroke: width < 4 ? nil : Stroke(.trained, width: 1.5))
                    }
                }))
        if !run.description.checkpoints.isEmpty {
            lanes.append(
                Lane(
                    name: Localised(en: "checkpoints", zhHans: "检查点"),
                    marks: run.description.checkpoints.map { step in
                        Mark(step: step, address: checkpointAddress(step)) { centre in
                            .shape(
                                Shape(
                                    Path(
                                        through: [
                                            Point(x: centre.x, y: centre.y - 5), Point(x: centre.x + 5, y: centre.y),
                                            Point(x: centre.x, y: centre.y + 5), Point(x: centre.x - 5, y: centre.y),
                                        ], closed: true), fill: .key))
                        }
                    }))
        }
        return lanes
    }

    /// One of the values that a frame keeps: the loss if it has it.
    private func frameAddress(_ description: FrameDescription) -> String? {
        guard let frame = try? run.frame(step: description.step), let name = frame.has(.loss) ? ValueName.loss : frame.names.first
        else { return nil }
        return Address(run: run.id, step: description.step, name).text
    }

    private func checkpointAddress(_ step: Int) -> String? {
        run.description.parameters.first { !$0.inJournal }.map { Address(run: run.id, step: step, $0.name).text }
    }

    // MARK: What a step consists of

    private func phases() -> Block {
        let type = context.type
        let gap = 30.0
        let entries: [(RecordedPhase, Localised, Box, Localised)] = [
            (
                .forward, Localised(en: "forward pass", zhHans: "前向传播"), .textToken,
                Localised(en: "batch → loss", zhHans: "批 → 损失")
            ),
            (
                .backward, Localised(en: "backward pass", zhHans: "反向传播"), .gradient,
                Localised(en: "loss → gradient", zhHans: "损失 → 梯度")
            ),
            (
                .optimizer, Localised(en: "optimizer", zhHans: "优化器"), .trained,
                Localised(en: "gradient → update", zhHans: "梯度 → 更新")
            ),
        ]
        let shown = isLast ? Array(entries.prefix(1)) : entries
        let contents = shown.map { phase, name, _, way -> (name: Block, notes: [Block]) in
            let count = NumberFormat.whole(counts[phase] ?? 0)
            var notes = [
                type.line(way, font: .label, paint: .muted),
                type.line(
                    Localised(en: "\(count) arrays computed", zhHans: "算出 \(count) 个数组"), font: .label, paint: .muted),
            ]
            if !isLast, let number = number(of: phase) { notes.append(number) }
            return (type.line(name, font: .body.bold), notes)
        }
        let width = ((context.room - 2 * gap) / 3).rounded(.down)
        let widest = contents.flatMap { [$0.name] + $0.notes }.map(\.width).max() ?? 0
        // Where boxes side by side are too narrow, they stand one below the other.
        let isStacked = widest + 24 > width
        let boxes = zip(shown, contents).map { entry, content in
            isStacked
                ? entry.2.block(wide(content.name, content.notes), width: context.room, alignment: .start)
                : entry.2.block(.column([content.name] + content.notes, spacing: 3, alignment: .centre), width: width)
        }
        let named = boxes.enumerated().map { $1.named("\($0)") }
        var block = isStacked ? Block.column(named, spacing: gap) : .row(named, spacing: gap)
        block.size.width = context.room
        for index in shown.indices.dropFirst() {
            block.connect([
                Connection(
                    from: "\(index - 1)", isStacked ? .bottom : .right, to: "\(index)", isStacked ? .top : .left,
                    style: index == 1 ? .backward : .forward)
            ])
        }
        return block
    }

    /// A phase's name with its way at the left, and numbers at the right, over the width of the page.
    private func wide(_ name: Block, _ notes: [Block]) -> Block {
        let room = context.room - 24
        let (left, right) = (
            Block.column([name] + notes.prefix(1), spacing: 3),
            Block.column(Array(notes.dropFirst()), spacing: 3, alignment: .end)
        )
        var block = Block(size: Size(width: room, height: max(left.height, right.height)))
        block.place(left, at: .zero)
        block.place(right, at: Point(x: room - right.width, y: block.height - right.height))
        return block
    }

    /// The one number of the step that a phase is remembered by.
    private func number(of phase: RecordedPhase) -> Block? {
        let type = context.type
        func line(_ text: Localised, _ name: ValueName) -> Block {
            type.line(text, font: .label.bold).addressed(Address(run: run.id, step: step, name).text)
        }
        switch phase {
        case .forward:
            let text = number(journal.losses[step])
            return line(Localised(en: "loss \(text)", zhHans: "损失 \(text)"), .loss)
        case .backward:
            let text = number(journal.gradientNorms[step])
            return line(Localised(en: "gradient norm \(text)", zhHans: "梯度范数 \(text)"), .gradientNorm)
        case .optimizer:
            let text = number(journal.learningRates[step])
            return line(Localised(en: "learning rate \(text)", zhHans: "学习率 \(text)"), .learningRate)
        }
    }
}
