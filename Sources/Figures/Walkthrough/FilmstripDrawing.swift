internal import Drawing
internal import Recordings

/// The chosen frames of a walkthrough in a grid.
struct FilmstripDrawing {
    let drawing: ShotDrawing

    private static let gap = 16.0
    /// The narrowest panel beside others, px.
    private static let leastPanel = 140.0
    private static let pictureHeight = 92.0
    private static let padding = 10.0

    init(_ drawing: ShotDrawing) { self.drawing = drawing }

    private var type: Typesetter { drawing.type }
    private var shots: [Storyboard.Shot] { drawing.storyboard.shots }

    func sheet() throws -> Sheet {
        let shown = drawing.storyboard.keyShots
        let (step, count) = (drawing.step.step, shown.count)
        let losses = drawing.run.journal.losses
        let loss = drawing.text(Double(losses[step]))
        let batch = drawing.step.batch
        let (targets, sequences) = (batch.countedRows.count, batch.sequenceCount)
        let mean =
            targets == sequences
            ? Localised(
                en: "The loss is the mean over the batch’s \(sequences) examples.", zhHans: "损失是批中 \(sequences) 个样例的平均。")
            : Localised(
                en: "The loss is the mean over the batch’s \(targets) tokens to predict.",
                zhHans: "损失是批中 \(targets) 个待预测 token 的平均。")
        let room = drawing.context.room
        let perLine = room >= 1000 ? 4 : (2...3).last { room >= Double($0) * (Self.leastPanel + Self.gap) - Self.gap } ?? 1
        let width = ((room - Double(perLine - 1) * Self.gap) / Double(perLine)).rounded(.down)
        var rows: [[Block]] = []
        for start in stride(from: 0, to: shown.count, by: perLine) {
            rows.append(try shown[start..<min(start + perLine, shown.count)].map { try panel($0, width: width) })
        }
        let lines = rows.map { row in
            let height = row.map(\.height).max() ?? 0
            return Block.row(row.map { $0.within(height: height) }, spacing: Self.gap)
        }
        return Sheet(
            title: Localised(
                en: "One training step in \(count) frames: forward to a loss of \(loss), back, and an update",
                zhHans: "一个训练步的 \(count) 帧：前向得到损失 \(loss)，反向传播，再更新"),
            description: Localised(
                en:
                    "\(count) panels in reading order, chosen from the \(shots.count) frames of training step \(step). Each shows a value as coloured cells, its formula and one of its numbers. Blue edges are of the forward pass, dashed ones of the backward pass, thick ones of the optimizer.",
                zhHans:
                    "按阅读顺序排列的 \(count) 格，选自训练第 \(step) 步的 \(shots.count) 帧。每格用彩色单元显示一个值，并写出公式和其中一个数。蓝色边框属于前向传播，虚线边框属于反向传播，粗边框属于优化器。"
            ),
            body: .column(lines, spacing: Self.gap),
            caption: Localised(
                en:
                    "\(count) of \(shots.count) frames; in each, what is new. The framed cell is the number written below it; of wide values the part round it is shown. \(mean.en) Layer \(drawing.storyboard.layer + 1), head \(drawing.head + 1), example \(drawing.example + 1).",
                zhHans:
                    "\(shots.count) 帧中的 \(count) 帧，每帧只画新出现的值。加框的单元就是下方写出的数；较宽的值只画其周围的一段。\(mean.zhHans)第 \(drawing.storyboard.layer + 1) 层，第 \(drawing.head + 1) 个头，示例 \(drawing.example + 1)。"
            ),
            provenance: drawing.context.provenance(drawing.run, step: step))
    }

    /// How many lines the title of a panel may take, and its formula.
    private static func mostLines(_ width: Double) -> Int { width < 180 ? 3 : 2 }

    private func panel(_ index: Int, width: Double) throws -> Block {
        let shot = shots[index]
        let inner = width - 2 * Self.padding
        var lines: [Block] = []
        let act = type.line(ShotDrawing.name(shot.act), font: .digits, paint: .role(drawing.role(shot.act), strength: 1))
        let number = type.line("\(index + 1)", font: .digits, paint: .muted)
        var head = Block(size: Size(width: inner, height: act.height))
        head.place(act, at: .zero)
        head.place(number, at: Point(x: inner - number.width, y: 0))
        lines.append(head)
        var title = type.lines(of: type(shot.title), width: inner, font: .label.bold)
        let most = Self.mostLines(width)
        if title.count > most {
            title = title.prefix(most - 1) + [type.shortened(title[most - 1] + " …", width: inner, font: .label.bold)]
        }
        lines.append(
            Block.column(title.map { type.line($0, font: .label.bold) }, spacing: 0).within(
                height: Double(most) * Font.label.lineHeight))
        let picture = try drawing.picture(shot, room: Size(width: inner, height: Self.pictureHeight), hasLabels: false)
        lines.append(picture.within(width: inner, height: Self.pictureHeight, vertically: .centre))
        lines.append(
            foot(shot, width: inner, number: try shot.value.flatMap(drawing.numbers), update: try drawing.updateNumber())
                .within(height: Double(most + 1) * Font.digits.lineHeight + 2, vertically: .end))
        let content = Block.column(lines, spacing: 4)
        let stroke: Stroke =
            switch shot.act {
            case .forward: Stroke(.textToken)
            case .backward: Stroke(.gradient, width: 1.5, dash: [4, 3])
            case .optimizer: Stroke(.trained, width: 2.5)
            }
        return Box(role: drawing.role(shot.act), stroke: stroke, isTinted: false).block(
            content, padding: .all(Self.padding), width: width, alignment: .start)
    }

    /// The formula, and the framed number.
    private func foot(
        _ shot: Storyboard.Shot, width: Double, number shown: ShotNumbers?, update: (number: Double, address: String)?
    ) -> Block {
        var lines: [Block] = []
        let formula: String? =
            switch shot.picture {
            case .numbers, .mask: shot.value.flatMap { drawing.node($0)?.formula }.map { type(OperationLabels.formula($0)) }
            case .update: shot.value.flatMap { _ in "x − x′" }
            case .nearestWords: "cos(x, y)"
            case .tokens, .ids: nil
            }
        let texts = formula.map { type.lines(of: $0, width: width, font: .digits) } ?? []
        let most = Self.mostLines(width + 2 * Self.padding)
        for (rank, text) in texts.prefix(most).enumerated() {
            let isCut = rank == most - 1 && texts.count > most
            lines.append(
                type.line(isCut ? type.shortened(text + " …", width: width, font: .digits) : text, font: .digits, paint: .muted))
        }
        if let shown, shot.picture == .numbers || shot.picture == .mask {
            let value = "[\(shown.index.map(String.init).joined(separator: ","))] = \(drawing.text(Double(shown.number)))"
            lines.append(
                type.line(value, font: .digits.bold).addressed(drawing.address(shown.value.name, shown.index)))
        }
        if let shown, let update, shot.picture == .update {
            let value = "[\(shown.index.map(String.init).joined(separator: ","))] = \(drawing.text(update.number))"
            lines.append(type.line(value, font: .digits.bold).addressed(update.address))
        }
        return .column(lines, spacing: 1)
    }
}
