internal import Drawing
internal import Recordings

extension Figure {
    /// A slice through the loss around the path of a soft prompt, with the path over it.
    static let lossLandscape = Figure(
        id: "loss-landscape",
        question: Localised(en: "What is the surface like?", zhHans: "损失曲面是什么样的？"),
        needs: FigureNeeds(
            also: Localised(en: "a run with the loss around the end of its path", zhHans: "一次记录了路径终点周围损失的运行"),
            check: { recording throws(RecordingError) in
                recording.runs.contains(where: \.hasLandscape) ? nil : "none of its runs has the loss around the end of its path"
            })
    ) { try LossLandscapeDrawing($0).sheet() }
}

extension RecordedRun {
    fileprivate var hasLandscape: Bool { description.probes?.contains { $0.id == ProbeDescription.landscape } ?? false }
}

private struct LossLandscapeDrawing {
    let context: FigureContext
    let run: RecordedRun
    let probe: RecordedProbe
    let centre: RecordedValue
    let directions: RecordedValue
    let first: [Double]
    let second: [Double]
    let losses: RecordedValue
    let path: [Point]
    let shares: [Double]
    /// The place of the end of the path on the grid.
    let zero: (row: Int, column: Int)

    init(_ context: FigureContext) throws {
        self.context = context
        let chosen = try context.options.runs.first.map { try context.recording.run($0) }
        guard let run = chosen ?? context.recording.runs.first(where: \.hasLandscape) else {
            throw context.lacking("it has no runs")
        }
        guard let probe = try run.probe(ProbeDescription.landscape) else {
            throw context.bad("run", "\(run.id) has no loss around the end of its path")
        }
        if let step = context.options.step, step != probe.description.step {
            throw context.bad("step", "run \(run.id) was looked at after \(probe.description.step) updates")
        }
        self.run = run
        self.probe = probe
        centre = try probe.value(LandscapeValue.centre)
        directions = try probe.value(LandscapeValue.directions)
        first = try probe.value(LandscapeValue.first).numbers.map { Double($0) }
        second = try probe.value(LandscapeValue.second).numbers.map { Double($0) }
        losses = try probe.value(LandscapeValue.losses)
        let path = try probe.value(LandscapeValue.path)
        guard path.columns == 2, losses.rowCount == second.count, losses.columns == first.count, first.count > 1,
            second.count > 1,
            let row = second.firstIndex(of: 0), let column = first.firstIndex(of: 0), path.rowCount > 1
        else { throw context.lacking("the parts of its loss around the end of the path do not fit together") }
        self.path = (0..<path.rowCount).map { Point(x: Double(path[$0, 0]), y: Double(path[$0, 1])) }
        shares = try probe.value(LandscapeValue.shares).numbers.map { Double($0) }
        zero = (row, column)
    }

    private var step: Int { probe.description.step }
    private var split: String { probe.description.split ?? "" }
    private var centreLoss: Float { losses[zero.row, zero.column] }
    /// The recorded loss of the same examples after a number of updates.
    private func evaluated(after step: Int) -> Float? {
        run.journal.evaluations(ofSplit: split).first { $0.step == step }?.loss
    }

    private func check() throws {
        for (index, loss) in losses.numbers.enumerated() {
            try context.require(loss.isFinite && loss >= 0, "the loss at point \(index) of the grid is \(loss)")
        }
        if let recorded = evaluated(after: step) {
            try context.require(
                recorded == centreLoss,
                "the loss at the centre is \(centreLoss), and the evaluation of \(split) after step \(step) has \(recorded)")
        }
        if let prompt = try run.journal.parameter(.softPrompt, atStep: step) {
            try context.require(
                prompt.numbers == centre.numbers, "the centre is not the soft prompt of step \(step) in the journal")
        }
        let axes = [directions.row(0), directions.row(1)]
        for (a, b, wanted) in [(0, 0, 1.0), (1, 1, 1.0), (0, 1, 0.0)] {
            let product = VectorArithmetic.dot(axes[a], axes[b])
            try context.require(
                abs(product - wanted) <= 1e-5, "the product of directions \(a + 1) and \(b + 1) is \(product), not \(wanted)")
        }
        for step in [0, self.step] {
            guard let prompt = try run.journal.parameter(.softPrompt, atStep: step), step < path.count else { continue }
            let way = zip(prompt.numbers, centre.numbers).map { $0 - $1 }
            for (axis, place) in zip(axes, [path[step].x, path[step].y]) {
                let found = VectorArithmetic.dot(way, axis)
                try context.require(
                    abs(found - place) <= 1e-4 * max(1, abs(found)),
                    "step \(step) lies at \(found) along a direction, and its path says \(place)")
            }
        }
    }

    // MARK: Words

    private struct Lowest {
        let row: Int
        let column: Int
        let loss: Float
    }

    private var lowest: Lowest {
        let index = losses.numbers.indices.min { losses.numbers[$0] < losses.numbers[$1] } ?? 0
        return Lowest(row: index / first.count, column: index % first.count, loss: losses.numbers[index])
    }

    /// Whether the lowest point of the slice is among its outermost: then lower ones may lie beyond.
    private var isAtEdge: Bool {
        let lowest = lowest
        return lowest.row == 0 || lowest.row == second.count - 1 || lowest.column == 0 || lowest.column == first.count - 1
    }

    func sheet() throws -> Sheet {
        try check()
        let (end, lowest) = (NumberFormat.written(Double(centreLoss)), lowest)
        let start = evaluated(after: 0).map { NumberFormat.written(Double($0)) }
        let away = (first[lowest.column] * first[lowest.column] + second[lowest.row] * second[lowest.row]).squareRoot()
        let (least, distance) = (NumberFormat.written(Double(lowest.loss)), NumberFormat.significant(away))
        let fall = Localised(
            en: start.map { "Training takes the loss from \($0) to \(end)" } ?? "Training ends at a loss of \(end)",
            zhHans: start.map { "训练使损失从 \($0) 变为 \(end)" } ?? "训练结束时损失为 \(end)")
        let title =
            away == 0
            ? Localised(
                en: fall.en + ", and no point of this slice has a lower one", zhHans: fall.zhHans + "，本切面上没有更低的点")
            : Localised(
                en: fall.en
                    + "; the lowest point of this slice, \(least), lies \(isAtEdge ? "at its edge, " : "")\(distance) away",
                zhHans: fall.zhHans + "；切面最低点为 \(least)，\(isAtEdge ? "位于切面边缘，" : "")距终点 \(distance)")
        let name = run.task.split(split)?.name
        let examples = try probe.batch()?.sequenceCount ?? 0
        let variance = NumberFormat.percentage(shares.reduce(0, +))
        return Sheet(
            title: title,
            description: Localised(
                en:
                    "A map of the loss in a plane through the end of the soft prompt’s path, \(second.count) by \(first.count) points, with lines of equal loss and the path of \(step) updates over it; below it the loss along each of the two directions.",
                zhHans:
                    "过软提示路径终点的平面上的损失图，共 \(second.count) × \(first.count) 个点，并画有等损失线和 \(step) 次更新的路径；下方是沿两个方向的损失。"),
            body: body(),
            caption: Localised(
                en:
                    "Loss on \(examples) \(name?.english ?? "examples"), measured at each point. The plane holds the end of training and the two directions in which the path varies most (\(variance) of its variance); both axes have one scale, in units of the embeddings. Dots on the path: every \(max(1, step / 5)) updates. The path is drawn as its shadow on the plane; the surface there may differ from its own loss. Elsewhere in the \(NumberFormat.whole(centre.numbers.count)) dimensions the loss may look otherwise. After Li et al. 2018.",
                zhHans:
                    "在 \(examples) 个\(name?.chinese ?? "样例")上逐点测得的损失。平面过训练终点，由路径变化最大的两个方向张成（占其方差的 \(variance)）；两轴比例相同，单位与嵌入相同。路径上的小点为每 \(max(1, step / 5)) 次更新。路径为其在平面上的投影，该处曲面可能与路径自身的损失不同。在 \(NumberFormat.whole(centre.numbers.count)) 维空间的其他方向上，损失可能是另一种样子。参照 Li 等 2018。"
            ),
            provenance: context.provenance(run, step: step))
    }

    // MARK: Picture

    /// From this ratio of the largest to the smallest loss on, colours and lines follow its logarithm.
    private static let widestLinearRatio = 8.0
    /// The height of the map, as a part of the page's width, at most.
    private static let mostHeight = 0.62
    /// On a narrow page the map may be as high as on one with this much room, px.
    private static let leastRoom = 420.0
    /// Of a profile beside the other one, px.
    private static let leastProfile = 240.0
    private static let mostLevels = 9

    private var heightAxis: Axis {
        let numbers = losses.numbers.map { Double($0) }
        let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 1)
        let title = context.type(Localised(en: "loss", zhHans: "损失"))
        return low > 0 && high > Self.widestLinearRatio * low
            ? Axis(title, range: low...high, scale: .logarithmic) : Axis(title, range: low...high)
    }

    /// Round losses at which lines are drawn.
    private func levels(_ axis: Axis) -> [Double] {
        guard axis.scale == .logarithmic else { return axis.ticks.values }
        var (result, decade) = ([Double](), 1e-9)
        while decade <= axis.range.upperBound {
            result += [1, 2, 5].map { $0 * decade }
            decade *= 10
        }
        result = result.filter { $0 > axis.range.lowerBound * 1.05 && $0 < axis.range.upperBound / 1.05 }
        return result.count <= Self.mostLevels ? result : axis.ticks.values
    }

    private func body() -> Block {
        let type = context.type
        let axis = heightAxis
        var key = ColourKey(.sequential(from: 0, to: 1), title: axis.title, length: 220)
        key.axis = axis
        return .column([key.block(type), map(axis), profiles(axis)], spacing: 16)
    }

    private func address(_ row: Int, _ column: Int) -> String {
        Address(run: run.id, step: step, LandscapeValue.losses, row, column).text
    }

    private func map(_ axis: Axis) -> Block {
        let type = context.type
        let (dx, dy) = (first[1] - first[0], second[1] - second[0])
        let percent = shares.map { NumberFormat.percentage($0) }
        let x = Axis(
            type(
                Localised(
                    en: "along the first principal direction (\(percent.first ?? "") of the path’s variance)",
                    zhHans: "沿第一主方向（占路径方差的 \(percent.first ?? "")）")),
            range: (first.first ?? 0) - dx / 2...(first.last ?? 1) + dx / 2)
        let y = Axis(
            type(
                Localised(
                    en: "along the second (\(percent.last ?? ""))", zhHans: "沿第二主方向（\(percent.last ?? "")）")),
            range: (second.first ?? 0) - dy / 2...(second.last ?? 1) + dy / 2)
        let chart = Chart(x: x, y: y, series: [])
        let trial = Size(width: context.room, height: 300)
        let margins = chart.block(type, size: trial).places["plot"] ?? Rectangle(size: trial)
        // Both axes have one scale, as far as the page is high enough; else the map is narrower.
        let (width, height) = (x.range.upperBound - x.range.lowerBound, y.range.upperBound - y.range.lowerBound)
        let scale = min(margins.width / width, Self.mostHeight * max(context.room, Self.leastRoom) / height)
        let size = Size(
            width: (context.room - margins.width + width * scale).rounded(.down),
            height: (trial.height - margins.height + height * scale).rounded(.down))
        var block = chart.block(type, size: size)
        guard let plot = block.places["plot"] else { return block }
        func place(_ p: Point) -> Point { chart.position(of: p, in: plot) }

        let pitch = Size(width: plot.width / Double(first.count), height: plot.height / Double(second.count))
        let rows = Array(second.indices.reversed())
        block.elements.append(
            .cells(
                CellGrid(
                    columnStarts: first.indices.map { plot.x + Double($0) * pitch.width },
                    rowStarts: rows.indices.map { plot.y + Double($0) * pitch.height }, cell: pitch,
                    values: rows.flatMap { row in first.indices.map { Float(axis.share(of: Double(losses[row, $0]))) } },
                    scale: .sequential(from: 0, to: 1),
                    addresses: CellAddresses(
                        Address(run: run.id, step: step, LandscapeValue.losses).text, rows: rows, columns: Array(first.indices))))
        )
        block.elements.append(.rectangle(plot.grown(by: -0.5), stroke: Stroke(.muted)))

        let way = path.map(place)
        var taken: [Rectangle] = []
        var marks: [Element] = []
        for (index, label) in [(0, startLabel), (path.count - 1, endLabel)] {
            let (plate, elements) = Self.plate(label, beside: way[index], away: way, within: plot, avoiding: taken, type: type)
            taken.append(plate)
            marks += elements
        }
        let lowest = lowest
        if (lowest.row, lowest.column) != zero {
            let spot = place(Point(x: first[lowest.column], y: second[lowest.row]))
            let least = NumberFormat.significant(Double(lowest.loss))
            let (plate, elements) = Self.plate(
                type(Localised(en: "lowest: \(least)", zhHans: "最低：\(least)")), beside: spot, away: way + [spot], within: plot,
                avoiding: taken, paint: .ink, type: type)
            taken.append(plate)
            let arms = [(Point(x: -6, y: 0), Point(x: 6, y: 0)), (Point(x: 0, y: -6), Point(x: 0, y: 6))]
            for (width, paint) in [(5.0, Paint.paper), (2, .ink)] {
                marks.append(
                    .group(
                        Group(
                            address: address(lowest.row, lowest.column),
                            arms.map { .line(spot + $0.0, spot + $0.1, Stroke(paint, width: width)) })))
            }
            marks += elements
        }
        block.elements += contours(axis, place: place, plot: plot, way: way, avoiding: taken)
        block.elements += drawn(way)
        block.elements += marks
        return block
    }

    private var startLabel: String {
        guard let loss = evaluated(after: 0).map({ NumberFormat.significant(Double($0)) }) else {
            return context.type(Localised(en: "start", zhHans: "起点"))
        }
        return context.type(Localised(en: "start: \(loss)", zhHans: "起点：\(loss)"))
    }

    private var endLabel: String {
        let loss = NumberFormat.significant(Double(centreLoss))
        return context.type(Localised(en: "end: \(loss)", zhHans: "终点：\(loss)"))
    }

    private func drawn(_ way: [Point]) -> [Element] {
        let line = Path(through: way)
        let mark = max(1, step / 5)
        func address(_ step: Int) -> String { Address(run: run.id, step: self.step, LandscapeValue.path, step).text }
        var elements: [Element] = [
            .shape(Shape(line, stroke: Stroke(.paper, width: 5, cap: .round))),
            .group(
                Group(
                    address: Address(run: run.id, step: step, LandscapeValue.path).text,
                    [.shape(Shape(line, stroke: Stroke(.trained, width: 2.25, cap: .round)))])),
        ]
        for (index, point) in way.enumerated() where index > 0 && index < way.count - 1 && index % mark == 0 {
            elements.append(
                .group(Group(address: address(index), [.circle(at: point, radius: 3, fill: .trained, stroke: Stroke(.paper))])))
        }
        elements.append(
            .group(Group(address: address(0), [.circle(at: way[0], radius: 5, fill: .paper, stroke: Stroke(.trained, width: 2))]))
        )
        elements.append(
            .group(
                Group(
                    address: self.address(zero.row, zero.column),
                    [.circle(at: way[way.count - 1], radius: 5.5, fill: .trained, stroke: Stroke(.paper, width: 1.5))])))
        return elements
    }

    /// Lines of equal loss, each with its loss written on it where it has room.
    private func contours(
        _ axis: Axis, place: (Point) -> Point, plot: Rectangle, way: [Point], avoiding: [Rectangle]
    ) -> [Element] {
        let type = context.type
        let heights = losses.numbers.map { axis.share(of: Double($0)) }
        let (dx, dy) = (first[1] - first[0], second[1] - second[0])
        var elements: [Element] = []
        var plates: [Element] = []
        var taken = avoiding
        let segments = zip(way, way.dropFirst()).map { (from: $0, to: $1) }
        for level in levels(axis) {
            let share = axis.share(of: level)
            let pieces = ContourLines.pieces(of: heights, columns: first.count, at: share).map { piece in
                [piece.from, piece.to].map { place(Point(x: first[0] + $0.column * dx, y: second[0] + $0.row * dy)) }
            }
            guard !pieces.isEmpty else { continue }
            var line = Path()
            for piece in pieces {
                line.move(to: piece[0])
                line.line(to: piece[1])
            }
            // Dark lines on pale ground and pale ones on dark.
            let paint = Paint.legible(on: .map(.sequential, position: share))
            elements.append(.shape(Shape(line, stroke: Stroke(paint, width: 0.75, cap: .round))))
            let text = NumberFormat.significant(level, digits: 1)
            let size = Size(width: type.width(of: text, in: .digits) + 8, height: 14)
            let spot =
                pieces.map { Self.middle($0) }
                .map { (at: $0, room: Self.room(round: $0, of: size, plot: plot, taken: taken, segments: segments)) }
                .max { $0.room < $1.room }
            guard let spot, spot.room > 10 else { continue }
            let plate = Rectangle(
                x: spot.at.x - size.width / 2, y: spot.at.y - size.height / 2, width: size.width, height: size.height)
            taken.append(plate)
            plates.append(.rectangle(plate, cornerRadius: 3, fill: .paper))
            plates.append(
                .text(
                    TextRun(
                        text, at: Point(x: spot.at.x, y: spot.at.y + Font.digits.capitalHeight / 2), font: .digits,
                        anchor: .middle)))
        }
        return elements + plates
    }

    private static func middle(_ piece: [Point]) -> Point { (piece[0] + piece[1]) * 0.5 }

    /// How far a label at a point is from the plot's edges, from other labels and from the path, px; below 0 where it does not fit.
    private static func room(
        round p: Point, of size: Size, plot: Rectangle, taken: [Rectangle], segments: [(from: Point, to: Point)]
    ) -> Double {
        let half = max(size.width, size.height) / 2
        let edges = min(
            min(p.x - plot.x, plot.right - p.x) - size.width / 2, min(p.y - plot.y, plot.bottom - p.y) - size.height / 2)
        guard edges > 4 else { return -1 }
        let others = taken.map { max(abs($0.centre.x - p.x) - $0.width / 2, abs($0.centre.y - p.y) - $0.height / 2) - half }
        let way = segments.map { segment in
            (0...8).map { step in
                (segment.from + (segment.to - segment.from) * (Double(step) / 8)).distance(to: p)
            }.min() ?? 0
        }.map { $0 - half - 6 }
        // Beyond some distance more is no better.
        return min(40, ([edges + 6] + others + way).min() ?? 0)
    }

    /// A label on a plate beside a point, on the side where it is furthest from the path.
    private static func plate(
        _ text: String, beside p: Point, away path: [Point], within plot: Rectangle, avoiding taken: [Rectangle],
        paint: Paint = .trained, type: Typesetter
    ) -> (Rectangle, [Element]) {
        let size = Size(width: type.width(of: text, in: .label.bold).rounded(.up) + 10, height: 20)
        let gap = 12.0
        let middles = [
            Point(x: p.x, y: p.y - gap - size.height / 2), Point(x: p.x, y: p.y + gap + size.height / 2),
            Point(x: p.x + gap + size.width / 2, y: p.y), Point(x: p.x - gap - size.width / 2, y: p.y),
        ]
        // Near an edge there is room beside the middle only.
        let (aside, off) = (size.width / 2, gap + size.height / 2)
        let corners = [
            Point(x: p.x - aside, y: p.y - off), Point(x: p.x + aside, y: p.y - off), Point(x: p.x - aside, y: p.y + off),
            Point(x: p.x + aside, y: p.y + off),
        ]
        func plate(_ middle: Point) -> Rectangle {
            Rectangle(x: middle.x - size.width / 2, y: middle.y - size.height / 2, width: size.width, height: size.height)
        }
        func score(_ middle: Point) -> Double {
            let box = plate(middle).grown(by: 3)
            guard plot.grown(by: -4).contains(box), !taken.contains(where: { $0.overlaps(box) }) else { return -1 }
            return path.map { point in
                max(max(box.x - point.x, point.x - box.right), max(box.y - point.y, point.y - box.bottom))
            }.min() ?? 0
        }
        let places = middles.contains { score($0) >= 0 } ? middles : middles + corners
        var best = places.max { score($0) < score($1) } ?? middles[0]
        if score(best) < 0 {
            // Further away, as near to the point's column as the plot's edges let it.
            let inset = aside + 8
            let x = min(max(p.x, plot.x + inset), max(plot.x + inset, plot.right - inset))
            let further = (0...3).flatMap { step in [-1, 1].map { Point(x: x, y: p.y + $0 * (off + 24 * Double(step))) } }
            best = further.first { score($0) >= 0 } ?? best
        }
        let box = plate(best)
        // From a point that is not next to its label a thin line leads there.
        var leader: [Element] = []
        let isBelow = box.y > p.y
        let (near, edge) = (Point(x: p.x, y: p.y + (isBelow ? 9 : -9)), isBelow ? box.y : box.bottom)
        if (isBelow ? edge - near.y : near.y - edge) > gap {
            let end = Point(x: min(max(p.x, box.x + 4), box.right - 4), y: edge)
            let area = Rectangle(around: [near, end])
            if !taken.contains(where: { area?.overlaps($0.grown(by: 5)) ?? true }) {
                leader = [.line(near, end, Stroke(paint, width: 0.75))]
            }
        }
        return (
            box,
            leader + [
                .rectangle(box, cornerRadius: 4, fill: .paper),
                .text(
                    TextRun(
                        text, at: Point(x: best.x, y: best.y + Font.label.capitalHeight / 2), font: .label.bold, anchor: .middle,
                        paint: paint)),
            ]
        )
    }

    /// The loss along each direction, through the end of the path.
    private func profiles(_ axis: Axis) -> Block {
        let type = context.type
        let gap = 24.0
        let half = ((context.room - gap) / 2).rounded(.down)
        let isStacked = half < Self.leastProfile
        let width = isStacked ? context.room : half
        let titles = [
            Localised(en: "loss along the first direction", zhHans: "沿第一方向的损失"),
            Localised(en: "loss along the second", zhHans: "沿第二方向的损失"),
        ]
        let lines = [
            first.indices.map { (first[$0], zero.row, $0) }, second.indices.map { (second[$0], $0, zero.column) },
        ]
        let shown = lines.joined().map { Double(losses[$0.1, $0.2]) }
        let y =
            axis.scale == .logarithmic
            ? Axis.covering(shown, title: "", scale: .logarithmic) : .covering(shown, title: "", includesZero: true)
        let charts = zip(titles, lines).map { title, line in
            var height = y
            height.title = type(title) + (y.scale == .logarithmic ? type(Localised(en: ", logarithmic", zhHans: "（对数刻度）")) : "")
            var series = Chart.Series(
                "", points: line.map { Point(x: $0.0, y: Double(losses[$0.1, $0.2])) }, paint: .ink,
                pointAddresses: line.map { address($0.1, $0.2) })
            series.mark = .circle
            return Chart(
                x: Axis(
                    type(Localised(en: "distance from the end", zhHans: "到终点的距离")),
                    range: (line.first?.0 ?? 0)...(line.last?.0 ?? 1)), y: height, series: [series],
                rules: [Chart.Rule(.upright, at: 0, label: type(Localised(en: "end", zhHans: "终点")), paint: .trained)]
            ).block(type, size: Size(width: width, height: 190))
        }
        return isStacked ? .column(charts, spacing: 16) : .row(charts, spacing: gap)
    }
}
