internal import Drawing
internal import Recordings

extension Figure {
    /// Which triplets of AdaLoRA live at each step, and the budget that they may use.
    static let adalora = Figure(
        id: "adalora",
        question: Localised(en: "Where does the rank go?", zhHans: "秩分配到了哪里？"),
        needs: FigureNeeds(
            also: Localised(en: "a run of AdaLoRA with its singular values at every step", zhHans: "一次 AdaLoRA 运行，保存了每一步的奇异值"),
            check: { recording throws(RecordingError) in
                guard let run = recording.runs.first(where: \.isAdaptive) else {
                    return "none of its runs has AdaLoRA’s singular values at every step"
                }
                return AdaptiveBudget(run.description) == nil ? "run \(run.id) does not say how its budget falls" : nil
            })
    ) { try AdaLoRADrawing($0).sheet() }
}

extension RecordedRun {
    fileprivate static let values = ".lora_E"

    /// Whether the journal holds the singular values of AdaLoRA.
    fileprivate var isAdaptive: Bool {
        journal.stepCount > 0 && journal.parameters.contains { $0.name.rawValue.hasSuffix(Self.values) }
    }
}

/// How many triplets may live after each step (Zhang et al. 2023, eq. 12, as PEFT rounds it).
struct AdaptiveBudget {
    let initial: Int
    let target: Int
    /// Steps before the first cut, behind the last, and from cut to cut.
    let start: Int
    let end: Int
    let interval: Int
    let steps: Int

    init(initial: Int, target: Int, start: Int, end: Int, interval: Int, steps: Int) {
        (self.initial, self.target) = (initial, target)
        (self.start, self.end, self.interval, self.steps) = (start, end, interval, steps)
    }

    /// - Returns: `nil` of a run that does not say all of it.
    init?(_ run: RunDescription) {
        let method = run.method
        let matrices = run.parameters.count { $0.name.rawValue.hasSuffix(RecordedRun.values) }
        guard let rank = method.count("rank"), let target = method.count("target_rank"),
            let start = method.count(MethodDescription.budgetStart), let end = method.count(MethodDescription.budgetEnd),
            let interval = method.count(MethodDescription.budgetInterval), interval > 0, start < run.training.steps - end
        else { return nil }
        self.init(
            initial: rank * matrices, target: target * matrices, start: start, end: end, interval: interval,
            steps: run.training.steps)
    }

    var lastCut: Int { steps - end }

    /// After a step, which counts from 1.
    func triplets(after step: Int) -> Int {
        if step <= start { return initial }
        if step > lastCut { return target }
        let left = 1 - Double(step - start) / Double(lastCut - start)
        return Int(Double(initial - target) * (left * left * left) + Double(target))
    }

    /// Whether triplets are chosen after a step.
    func cuts(after step: Int) -> Bool {
        step == lastCut || (step > start && step < lastCut && step.isMultiple(of: interval))
    }
}

private struct AdaLoRADrawing {
    let context: FigureContext
    let run: RecordedRun
    let budget: AdaptiveBudget
    /// The matrices’ singular values, by their names.
    let parameters: [ParameterDescription]
    /// Of each matrix, at every step from 0.
    let values: [[[Float]]]

    init(_ context: FigureContext) throws {
        self.context = context
        let chosen = try context.options.runs.first.map { try context.recording.run($0) }
        guard let run = chosen ?? context.recording.runs.first(where: \.isAdaptive) else {
            throw context.lacking("it has no runs")
        }
        guard run.isAdaptive else { throw context.bad("run", "\(run.id) has no singular values of AdaLoRA at every step") }
        guard let budget = AdaptiveBudget(run.description) else {
            throw context.lacking("run \(run.id) does not say how its budget falls")
        }
        self.run = run
        self.budget = budget
        let parameters = run.journal.parameters.filter { $0.name.rawValue.hasSuffix(RecordedRun.values) }
        self.parameters = parameters
        values = try parameters.map { parameter in
            try (0...run.journal.stepCount).map { step in
                try run.journal.parameter(parameter.name, atStep: step)?.numbers ?? []
            }
        }
    }

    private var steps: Int { run.journal.stepCount }
    private func rank(_ matrix: Int, after step: Int) -> Int { values[matrix][step].count { $0 != 0 } }
    private func live(after step: Int) -> Int { parameters.indices.reduce(0) { $0 + rank($1, after: step) } }

    private func check() throws {
        let all = parameters.reduce(0) { $0 + $1.count }
        try context.require(all == budget.initial, "there are \(all) triplets, and the budget begins at \(budget.initial)")
        for step in 1...steps where budget.cuts(after: step) || step >= budget.lastCut {
            let (live, allowed) = (live(after: step), budget.triplets(after: step))
            try context.require(live <= allowed, "\(live) triplets live after step \(step), and the budget is \(allowed)")
        }
        let (last, target) = (live(after: steps), budget.triplets(after: steps))
        try context.require(last == target, "\(last) triplets live after the last step, and the budget is \(target)")
        try checkKept()
    }

    /// The adapter’s file holds the surviving triplets and nothing else.
    private func checkKept() throws {
        guard let bytes = run.description.adapterBytes,
            run.description.parameters.allSatisfy({ $0.name.rawValue.contains(".lora_") })
        else { return }
        var numbers = 0
        for (matrix, parameter) in parameters.enumerated() {
            let path = parameter.name.rawValue.dropLast(RecordedRun.values.count)
            func shape(_ part: String) -> [Int] {
                run.description.parameters.first { $0.name.rawValue == path + part }?.shape ?? []
            }
            let (inputs, outputs) = (shape(".lora_A").last ?? 0, shape(".lora_B").first ?? 0)
            numbers += rank(matrix, after: steps) * (inputs + outputs + 1)
        }
        let header = bytes - 4 * numbers
        // A file names each of three tensors a matrix in a few hundred bytes.
        try context.require(
            header >= 0 && header <= 1024 * 3 * max(1, parameters.count),
            "the rank pattern makes \(numbers) numbers, and the adapter has \(bytes) bytes")
    }

    // MARK: Words

    func sheet() throws -> Sheet {
        try check()
        let ranks = parameters.indices.map { rank($0, after: steps) }
        let (least, most) = (ranks.min() ?? 0, ranks.max() ?? 0)
        let (from, to) = (budget.initial, budget.triplets(after: steps))
        let width = parameters.map(\.count).max() ?? 0
        let title =
            least == most
            ? Localised(
                en: "The budget falls from \(from) to \(to) triplets, and every matrix keeps \(most) of \(width)",
                zhHans: "预算从 \(from) 个三元组降到 \(to) 个，每个矩阵都保留 \(width) 个中的 \(most) 个")
            : Localised(
                en: "The budget falls from \(from) to \(to) triplets; a matrix keeps from \(least) to \(most) of its \(width)",
                zhHans: "预算从 \(from) 个三元组降到 \(to) 个；每个矩阵保留 \(width) 个中的 \(least) 至 \(most) 个")
        // Rounded down, the budget is at its end before the curve is.
        let settled = (1...steps).first { budget.triplets(after: $0) == to } ?? steps
        let rounding =
            settled < budget.lastCut
            ? Localised(en: " (rounded down: \(to) from \(settled) on)", zhHans: "（向下取整：第 \(settled) 次起为 \(to)）")
            : Localised(same: "")
        return Sheet(
            title: title,
            description: Localised(
                en:
                    "Above, the number of living triplets over \(steps) updates and the budget; below, a row for each triplet of \(parameters.count) matrices, filled at the steps at which it lives, with the rank that each matrix ends with.",
                zhHans:
                    "上图为 \(steps) 次更新中存活的三元组数与预算；下图中 \(parameters.count) 个矩阵的每个三元组占一行，存活的步涂色，右侧为每个矩阵最终的秩。"),
            body: body(),
            caption: Localised(
                en:
                    "A triplet is a column of B, a row of A and the singular value between them; it lives while that value is not 0. The stronger the colour, the larger the value’s size. The budget is whole for \(budget.start) updates, falls along a cubic curve to update \(budget.lastCut)\(rounding.en), and then stays. Zhang et al. 2023, equation 12.",
                zhHans:
                    "三元组由 B 的一列、A 的一行及其间的奇异值组成；奇异值不为 0 即为存活。颜色越鲜明，奇异值的绝对值越大。预算在前 \(budget.start) 次更新不变，随后按三次曲线下降到第 \(budget.lastCut) 次\(rounding.zhHans)，此后保持不变。Zhang 等 2023，式 12。"
            ),
            provenance: context.provenance(run, step: steps))
    }

    // MARK: Picture

    private static let mostColumns = 120
    private static let mostMatrices = 24
    private static let matrixGap = 5.0

    /// `layer 1 attn.c_attn`.
    private func name(_ matrix: Int) -> String {
        let parts = parameters[matrix].name.rawValue.dropLast(RecordedRun.values.count).split(separator: ".").map(String.init)
        guard let place = parts.firstIndex(where: { Int($0) != nil }), let layer = Int(parts[place]) else {
            return parts.suffix(2).joined(separator: ".")
        }
        let module = parts[(place + 1)...].joined(separator: ".")
        return context.type(Localised(en: "layer \(layer + 1) \(module)", zhHans: "第 \(layer + 1) 层 \(module)"))
    }

    private func body() -> Block {
        let type = context.type
        let shown = Elision(count: parameters.count, capacity: Self.mostMatrices)
        let names = shown.shown.map { type.line(name($0)) }
        let ends = shown.shown.map { matrix in
            let (rank, all) = (rank(matrix, after: steps), parameters[matrix].count)
            return type.line("\(rank)", font: .label.bold, paint: rank == 0 ? .muted : .trained).addressed(
                Derivation("count", Address(run: run.id, step: steps, parameters[matrix].name)).description
            ).within(width: type.width(of: "\(all)", in: .label.bold), horizontally: .end)
        }
        let beside = (names.map(\.width).max() ?? 0) + 12
        let right = max((ends.map(\.width).max() ?? 0) + 12, type.width(of: budgetLabel, in: .label) + 12)
        // Where they would leave little of the page, names stand above their matrices.
        let isStacked = context.room - beside - right < context.room * 0.6
        let left = isStacked ? budgetPlot.x : beside
        let plot = context.room - left - right
        let stride = max(1, (steps + Self.mostColumns - 1) / Self.mostColumns)
        let columns = Array(Swift.stride(from: 1, through: steps, by: stride))
        let pitch = plot / Double(steps)

        var map = Block(size: Size(width: context.room, height: 0))
        let largest = values.joined().joined().reduce(Float(0)) { max($0, abs($1)) }
        let rowHeight = parameters.count * (parameters.first?.count ?? 1) > 120 ? 3.0 : 5.0
        var y = 0.0
        for (rank, matrix) in shown.shown.enumerated() {
            if rank == shown.gap { y += 14 }
            if isStacked {
                map.place(names[rank], at: Point(x: left, y: y))
                y += names[rank].height
            }
            let count = parameters[matrix].count
            // Rows are high enough for a name beside them.
            let height = max(rowHeight, (16 / Double(max(count, 1))).rounded(.up))
            let box = Rectangle(x: left, y: y, width: plot, height: Double(count) * height)
            map.elements.append(.rectangle(box, fill: .role(.ink, strength: 0.06)))
            for (place, step) in columns.enumerated() {
                let next = place + 1 < columns.count ? columns[place + 1] : steps + 1
                let now = values[matrix][step]
                map.elements.append(
                    .cells(
                        CellGrid(
                            columnStarts: [left + Double(step - 1) * pitch],
                            rowStarts: (0..<count).map { y + Double($0) * height },
                            cell: Size(width: Double(next - step) * pitch, height: height - 1),
                            values: now.map { $0 == 0 ? nil : 0.4 + 0.6 * abs($0) / max(largest, .leastNormalMagnitude) },
                            scale: .diverging(magnitude: 1),
                            addresses: CellAddresses(
                                Address(run: run.id, step: step, parameters[matrix].name).text, rows: Array(0..<count),
                                columns: [0]))))
            }
            let middle = y + box.height / 2
            if !isStacked {
                map.place(
                    names[rank], at: Point(x: left - 12 - names[rank].width, y: (middle - names[rank].height / 2).rounded()))
            }
            map.place(ends[rank], at: Point(x: left + plot + 12, y: (middle - ends[rank].height / 2).rounded()))
            y += box.height + Self.matrixGap
        }
        map.size.height = y - Self.matrixGap

        let heads = Block.row(
            [
                type.line(Localised(en: "living triplets of each matrix", zhHans: "各矩阵中存活的三元组"), paint: .muted).within(
                    width: left + plot + 12),
                type.line(Localised(en: "rank", zhHans: "秩"), paint: .muted),
            ], spacing: 0)
        let notes = [
            shown.note(Localised(en: "matrices", zhHans: "个矩阵")),
            stride > 1
                ? Localised(en: "one of every \(stride) steps is shown", zhHans: "每 \(stride) 步显示一步") : nil,
        ].compactMap { $0 }.map { type.line($0, font: .digits, paint: .muted) }
        return .column(
            [budgetChart(left: left, right: right), .column([heads, map] + notes, spacing: 6)], spacing: 18)
    }

    private var budgetLabel: String { context.type(Localised(en: "budget", zhHans: "预算")) }

    /// The chart with its plot over the columns of the map below.
    private func budgetChart(left: Double, right: Double) -> Block {
        let trial = budgetPlot
        let (before, behind) = (left - trial.x, right - (context.room - trial.right))
        let block = budgetChart.block(context.type, size: Size(width: context.room - before - behind, height: Self.chartHeight))
        return block.padded(Insets(left: before, right: behind))
    }

    private static let chartHeight = 190.0

    /// Where the chart has its plot in the whole room.
    private var budgetPlot: Rectangle {
        budgetChart.block(context.type, size: Size(width: context.room, height: Self.chartHeight)).places["plot"]
            ?? Rectangle(size: .zero)
    }

    private var budgetChart: Chart {
        let type = context.type
        let names = parameters.map(\.name)
        let points = (1...steps).map { Point(x: Double($0), y: Double(live(after: $0))) }
        let line = (1...steps).map { Point(x: Double($0), y: Double(budget.triplets(after: $0))) }
        var allowed = Chart.Series(budgetLabel, points: line, paint: .ink, dash: [5, 3])
        allowed.width = 1.25
        var living = Chart.Series("", points: points, paint: .trained)
        living.mark = .circle
        living.showsLine = false
        living.pointAddresses = (1...steps).map { step in
            Derivation("count", arguments: names.prefix(64).map { Address(run: run.id, step: step, $0) }).description
        }
        let title = type(Localised(en: "living triplets (dots) and the budget (dashed)", zhHans: "存活的三元组（点）与预算（虚线）"))
        return Chart(
            x: Axis(type(Localised(en: "updates", zhHans: "更新次数")), range: 0...Double(steps)),
            y: .covering([Double(budget.initial)], title: title, includesZero: true), series: [living, allowed])
    }
}
