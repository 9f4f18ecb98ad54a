internal import Drawing
internal import Recordings

/// One frame of a walkthrough as a slide: the numbers on the left; on the right what they are made of, the formula, one number worked
/// out, and what is new.
struct SlideDrawing {
    let drawing: ShotDrawing
    let index: Int
    private let shot: Storyboard.Shot
    private let shots: [Storyboard.Shot]

    private static let left = 712.0
    private static let gap = 36.0
    private static let bodyTop = 84.0
    private static let footHeight = 22.0

    init(_ drawing: ShotDrawing, index: Int) {
        self.drawing = drawing
        self.index = index
        shots = drawing.storyboard.shots
        shot = shots[index]
    }

    private var type: Typesetter { drawing.type }
    private var room: Size {
        Size(width: Walkthrough.size.width - 2 * Sheet.margin, height: Walkthrough.size.height - 2 * Sheet.margin)
    }
    private var right: Double { room.width - Self.left - Self.gap }

    func scene() throws -> Scene {
        var page = Block(size: room)
        let number = Localised(en: "frame \(index + 1) of \(shots.count)", zhHans: "第 \(index + 1) 帧，共 \(shots.count) 帧")
        let counter = type.line(number, font: .label, paint: .muted)
        page.place(counter, at: Point(x: room.width - counter.width, y: 6))
        let title = type.shortened(type(shot.title), width: room.width - counter.width - 24, font: .title)
        page.place(type.line(title, font: .title), at: .zero)
        page.place(progress(), at: Point(x: 0, y: 36))

        let height = room.height - Self.bodyTop - Self.footHeight - 8
        page.place(try stage(height: height), at: Point(x: 0, y: Self.bodyTop))
        page.place(try side(height: height), at: Point(x: Self.left + Self.gap, y: Self.bodyTop))
        let foot = type.line(drawing.context.provenance(drawing.run, step: drawing.step.step), font: .digits, paint: .muted)
        page.place(foot, at: Point(x: 0, y: room.height - foot.height))

        var whole = Block(size: Walkthrough.size)
        whole.place(page, at: Point(x: Sheet.margin, y: Sheet.margin))
        return Scene(
            size: Walkthrough.size, title: type(shot.title), description: type(try description()), language: type.language,
            elements: whole.elements)
    }

    /// The numbers: those that are there already, an arrow, and the new ones.
    private func stage(height: Double) throws -> Block {
        func heading(_ text: String, _ paint: Paint) -> Block {
            type.line(type.shortened(text, width: Self.left, font: .label.mono), font: .label.mono, paint: paint)
        }
        var parts: [Block] = []
        var rest = height
        if let source = try drawing.source(of: shot) {
            let picture = drawing.sourcePicture(source, room: Size(width: Self.left, height: (height * 0.42).rounded()))
            parts.append(.column([heading(source.value.name.rawValue, .muted), picture], spacing: 8))
            var arrow = Block(size: Size(width: 40, height: 26))
            arrow.elements.append(
                .arrow([Point(x: 18, y: 0), Point(x: 18, y: 26)], shot.act == .backward ? .backward : .forward))
            parts.append(arrow)
            rest -= parts.reduce(0) { $0 + $1.height + 10 }
        }
        let picture = try drawing.picture(shot, room: Size(width: Self.left, height: rest - 30), hasLabels: true)
        if let name = shot.value {
            let text =
                shot.picture == .update ? "\(name) − \(drawing.storyboard.parameter?.rawValue ?? "")" : name.rawValue
            parts.append(.column([heading(text, .ink), picture], spacing: 8))
        } else {
            parts.append(picture)
        }
        return .column(parts, spacing: 10)
    }

    private func description() throws -> Localised {
        let act = ShotDrawing.name(shot.act)
        let formula = shot.value.flatMap { drawing.node($0)?.formula } ?? ""
        let value = shot.value?.rawValue ?? ""
        return Localised(
            en:
                "Frame \(index + 1) of \(shots.count) of training step \(drawing.step.step), in the \(act.en): \(shot.title.en). \(value) \(formula)",
            zhHans:
                "训练第 \(drawing.step.step) 步的第 \(index + 1) 帧，共 \(shots.count) 帧，属于\(act.zhHans)：\(shot.title.zhHans)。\(value) \(formula)"
        )
    }

    // MARK: Where in the step

    /// A mark for every frame, those of the three parts of the step together, the present one lit.
    private func progress() -> Block {
        let gap = 14.0
        let acts = Storyboard.Act.allCases.filter { act in shots.contains { $0.act == act } }
        let width = (room.width - gap * Double(acts.count - 1)) / Double(shots.count)
        var block = Block(size: Size(width: room.width, height: 28))
        var x = 0.0
        for act in acts {
            let here = shots.indices.filter { shots[$0].act == act }
            let name = type.line(ShotDrawing.name(act), font: .digits, paint: act == shot.act ? .ink : .muted)
            if name.width < width * Double(here.count) { block.place(name, at: Point(x: x, y: 12)) }
            for place in here {
                let bar = Rectangle(x: x, y: place == index ? 0 : 2, width: width - 2, height: place == index ? 10 : 6)
                let paint: Paint =
                    place == index
                    ? .role(drawing.role(act), strength: 1) : .role(drawing.role(act), strength: place < index ? 0.45 : 0.16)
                block.elements.append(.rectangle(bar, cornerRadius: 1, fill: paint))
                x += width
            }
            x += gap
        }
        return block
    }

    // MARK: What is said of it

    private func side(height: Double) throws -> Block {
        var parts: [Block] = []
        if let name = shot.value, let node = drawing.node(name) {
            parts.append(makes(node))
            if let formula = node.formula {
                parts.append(
                    section(
                        Localised(en: "formula", zhHans: "公式"),
                        type.paragraph(OperationLabels.formula(formula), width: right, font: Font(size: 16))))
            }
        } else {
            parts.append(type.paragraph(batchText(), width: right, font: .body))
        }
        let changes = try self.changes()
        let missing = notComputed()
        let rest = (missing.map { [$0] } ?? []) + [changes]
        let used = (parts + rest).reduce(0.0) { $0 + $1.height + 16 }
        if let worked = try worked(height: height - used) { parts.append(worked) }
        return .column(parts + rest, spacing: 16)
    }

    private func section(_ name: Localised, _ content: Block) -> Block {
        .column([type.line(name, font: .digits, paint: .muted), content], spacing: 3)
    }

    private func batchText() -> Localised {
        let batch = drawing.step.batch
        let (sequences, tokens, counted) = (batch.sequenceCount, batch.tokens.count, batch.countedRows.count)
        return Localised(
            en:
                "The batch of step \(drawing.step.step): \(sequences) \(sequences == 1 ? "sequence" : "sequences"), \(tokens) tokens. The next token is counted in the loss at \(counted) of them; those of example \(drawing.example + 1) have a thick edge.",
            zhHans:
                "第 \(drawing.step.step) 步的批：\(sequences) 个序列，\(tokens) 个 token。其中 \(counted) 处的下一个 token 计入损失；示例 \(drawing.example + 1) 中的这些 token 边框加粗。"
        )
    }

    /// What the value is made of, and below an arrow the value itself, lit.
    private func makes(_ node: NodeDescription) -> Block {
        var operands: [Block] = []
        let capacity = 6
        for name in node.operands.prefix(capacity) { operands.append(operandLine(name)) }
        if node.operands.count > capacity {
            operands.append(
                type.line(
                    Elision.note(
                        omitted: node.operands.count - capacity, Localised(en: "values", zhHans: "个值")), font: .digits,
                    paint: .muted))
        }
        let role: ColourRole = shot.act == .forward ? .trained : drawing.role(shot.act)
        let inner = right - 24
        var lines = [
            shapedLine(
                type.shortened(node.name.rawValue, width: inner - 110, font: .label.mono.bold), font: .label.mono.bold,
                node.shape, width: inner)
        ]
        for name in shot.also {
            guard let other = drawing.node(name) else { continue }
            lines.append(
                shapedLine(
                    type.shortened(name.rawValue, width: inner - 110, font: .label.mono), font: .label.mono, other.shape,
                    width: inner))
        }
        let lit = Box(
            role: role, stroke: Stroke(.role(role, strength: 1), width: 2.5, dash: shot.act == .backward ? [5, 3] : [])
        )
        .block(.column(lines, spacing: 4), padding: .symmetric(horizontal: 12, vertical: 8), width: right, alignment: .start)
        guard !operands.isEmpty else { return section(Localised(en: "new in this frame", zhHans: "这一帧新出现"), lit) }
        let list = section(Localised(en: "made of", zhHans: "由此算出"), Block.column(operands, spacing: 4))
        var column = Block.column([list, .space(height: 18), lit], spacing: 4)
        let top = list.height + 4
        column.elements.append(
            .arrow(
                [Point(x: 18, y: top + 1), Point(x: 18, y: top + 21)], shot.act == .backward ? .backward : .forward))
        return column
    }

    private func shapedLine(_ text: String, font: Font, _ shape: RecordedShape, width: Double) -> Block {
        var block = Block(size: Size(width: width, height: font.lineHeight))
        block.place(type.line(text, font: font), at: .zero)
        let size = type.line(shape.description, font: .digits, paint: .muted)
        block.place(size, at: Point(x: width - size.width, y: ((font.lineHeight - size.height) / 2).rounded()))
        return block
    }

    private func operandLine(_ name: ValueName) -> Block {
        let node = drawing.node(name)
        let isTrained = drawing.run.description.isTrained(name)
        let isFrozen = node?.isParameter == true && !isTrained && node?.phase == .forward
        var block = Block(size: Size(width: right, height: Font.label.lineHeight))
        let mark: Block
        if isFrozen {
            mark = Badge.lock.block(size: 12)
        } else {
            let role: ColourRole =
                isTrained ? .trained : name.isGradient ? .gradient : node?.phase == .optimizer ? .trained : .textToken
            mark = Block(
                size: Size(width: 12, height: 12),
                elements: [.circle(at: Point(x: 6, y: 6), radius: 4, fill: .role(role, strength: 1))])
        }
        block.place(mark, at: Point(x: 0, y: ((Font.label.lineHeight - 12) / 2).rounded()))
        let width = right - 20 - 110
        let line = type.line(type.shortened(name.rawValue, width: width, font: .label.mono), font: .label.mono)
        block.place(line, at: Point(x: 20, y: 0))
        if let shape = node?.shape {
            let size = type.line(shape.description, font: .digits, paint: .muted)
            block.place(size, at: Point(x: right - size.width, y: ((Font.label.lineHeight - size.height) / 2).rounded()))
        }
        return block
    }

    /// One number with its arithmetic, as far as there is room.
    private func worked(height: Double) throws -> Block? {
        guard let name = shot.value, shot.picture != .nearestWords, let shown = try drawing.numbers(name) else { return nil }
        let head = type.line(
            type.shortened(
                "\(drawing.elementText(name, shown.index)) = \(drawing.text(Double(shown.number)))", width: right,
                font: .body.bold),
            font: .body.bold
        ).addressed(drawing.address(name, shown.index))
        var lines = [head]
        var used = head.height + Font.digits.lineHeight + 3
        if let working = try drawing.step.working(of: name, at: shown.index) {
            let arithmetic = type.language == .en ? working.arithmetic.english : working.arithmetic.chinese
            var texts = type.lines(of: "= " + arithmetic, width: right, font: .body)
            let capacity = max(1, min(9, Int((height - used) / Font.body.lineHeight) - 2))
            if texts.count > capacity {
                texts = Array(texts.prefix(capacity))
                texts[capacity - 1] = type.shortened(texts[capacity - 1] + " …", width: right, font: .body)
            }
            lines += texts.map { type.line($0, font: .body) }
            used += Double(texts.count) * Font.body.lineHeight
            let result = NumberFormat.significant(working.result, digits: 7)
            let verdict =
                working.agrees
                ? Localised(
                    en: "= \(result) in double precision: the recorded number to rounding", zhHans: "= \(result)（双精度）：与记录的数只差舍入")
                : Localised(
                    en: "= \(result) in double precision, and recorded is another number", zhHans: "= \(result)（双精度），与记录的数不同")
            lines.append(type.line(verdict, font: .digits, paint: working.agrees ? .muted : .bad))
            used += Font.digits.lineHeight
            let capacityOfOperands = max(0, min(6, Int((height - used - 8) / (Font.digits.lineHeight + 2)) - 1))
            for operand in working.operands.prefix(capacityOfOperands) {
                var line = Block(size: Size(width: right, height: Font.digits.lineHeight))
                line.place(
                    type.line(
                        type.shortened(operand.address, width: right - 110, font: .digits.mono), font: .digits.mono, paint: .muted
                    ), at: .zero)
                let number = type.line(drawing.text(operand.number), font: .digits)
                line.place(number, at: Point(x: right - number.width, y: 0))
                lines.append(line.addressed(operand.address))
            }
            let others = working.operands.count - min(working.operands.count, capacityOfOperands) + working.otherOperands
            if others > 0, capacityOfOperands > 0 {
                lines.append(
                    type.line(
                        Elision.note(omitted: others, Localised(en: others == 1 ? "number" : "numbers", zhHans: "个数")),
                        font: .digits,
                        paint: .muted))
            }
        }
        return section(Localised(en: "one number, worked out", zhHans: "算出其中一个数"), .column(lines, spacing: 2))
    }

    /// The frozen weights of the room, each with the cross that says so.
    private func notComputed() -> Block? {
        guard shot.act == .backward else { return nil }
        if shot.notComputedCount > 0 {
            let text = Localised(
                en: "\(shot.notComputedCount) frozen weights in this layer: no gradient is computed",
                zhHans: "这一层中 \(shot.notComputedCount) 个冻结的权重：不计算梯度")
            return .row([Badge.cross.block(size: 12), type.line(text, font: .label)], spacing: 8, alignment: .centre)
        }
        guard !shot.notComputed.isEmpty else { return nil }
        let capacity = 3
        var lines = shot.notComputed.prefix(capacity).map { name in
            Block.row(
                [
                    Badge.cross.block(size: 12),
                    type.line(
                        type.shortened(name.gradient.rawValue, width: right - 24, font: .label.mono), font: .label.mono,
                        paint: .muted),
                ], spacing: 8, alignment: .centre)
        }
        if shot.notComputed.count > capacity {
            lines.append(
                type.line(
                    Elision.note(
                        omitted: shot.notComputed.count - capacity, Localised(en: "frozen weights", zhHans: "个冻结的权重")),
                    font: .digits,
                    paint: .muted))
        }
        return section(Localised(en: "not computed: frozen", zhHans: "不计算：已冻结"), .column(lines, spacing: 3))
    }

    /// What is different from the frame before.
    private func changes() throws -> Block {
        var lines: [Block] = []
        func norm(_ name: ValueName) throws -> Block? {
            guard let value = try drawing.step.value(name) else { return nil }
            let number = drawing.text(VectorArithmetic.norm(value.numbers))
            let derivation = Derivation("norm", Address(run: drawing.run.id, step: drawing.step.step, name))
            return type.line(number, font: .label.bold, paint: .gradient).addressed(derivation.description)
        }
        func gradientLine(_ word: Localised, _ name: ValueName) throws -> Block? {
            guard let number = try norm(name) else { return nil }
            let text = type.line(word, font: .label, paint: .muted)
            let label = type.shortened(
                "∂ \(BlockGraph.subject(name))", width: right - text.width - number.width - 32, font: .label.mono)
            return .row(onBaseline: [text, type.line(label, font: .label.mono), number], spacing: 8)
        }
        if shot.act == .backward, let name = shot.value {
            if let arriving = shot.arriving, let line = try gradientLine(Localised(en: "arrives", zhHans: "到达"), arriving) {
                lines.append(line)
            }
            for name in [name] + shot.also {
                if let line = try gradientLine(Localised(en: "leaves", zhHans: "离开"), name) { lines.append(line) }
            }
            lines.append(
                type.line(
                    Localised(en: "numbers: L2 norms over the batch", zhHans: "数字：整个批上的 L2 范数"), font: .digits, paint: .muted))
        } else {
            lines.append(type.paragraph(try sentence(), width: right - 16, font: .label))
        }
        var block = Block.column(lines, spacing: 4).padded(Insets(left: 14))
        block.elements.append(
            .rectangle(Rectangle(x: 0, y: 0, width: 4, height: block.height), fill: .role(drawing.role(shot.act), strength: 1)))
        return section(Localised(en: "since the last frame", zhHans: "与上一帧相比"), block)
    }

    private func sentence() throws -> Localised {
        switch shot.picture {
        case .tokens:
            return Localised(en: "Nothing is computed yet: words, as the tokenizer cut them.", zhHans: "还没有计算：分词器切出的词。")
        case .ids:
            return Localised(en: "Each word is now a number, its row in the table of embeddings.", zhHans: "每个词变成一个编号，即它在嵌入表中的行。")
        case .mask:
            return Localised(
                en: "No new numbers: what stands behind a token is taken away, so that it cannot see what it should predict.",
                zhHans: "没有新的数：去掉每个 token 后面的部分，使它看不到要预测的内容。")
        case .nearestWords:
            return Localised(
                en: "The step is done. Left, the word nearest to each virtual token before it, right, after it, with the cosine.",
                zhHans: "这一步结束。左边是更新前与每个虚拟 token 最接近的词，右边是更新后的，附余弦。")
        case .update:
            return Localised(
                en: "Old and new numbers subtracted: this is all that training changes in step \(drawing.step.step).",
                zhHans: "新旧数值相减：第 \(drawing.step.step) 步训练改动的只有这些。")
        case .numbers:
            guard let name = shot.value, let value = try drawing.step.value(name) else { return Localised(same: "") }
            let others = try shot.also.reduce(value.numbers.count) { $0 + (try drawing.step.value($1)?.numbers.count ?? 0) }
            let count = NumberFormat.whole(others)
            let tensors = shot.also.count + 1
            return others == 1
                ? Localised(en: "New: one number.", zhHans: "新出现：1 个数。")
                : Localised(
                    en: "New: \(count) numbers" + (tensors > 1 ? " in \(tensors) values." : "."),
                    zhHans: "新出现：\(count) 个数" + (tensors > 1 ? "，分属 \(tensors) 个值。" : "。"))
        }
    }
}
