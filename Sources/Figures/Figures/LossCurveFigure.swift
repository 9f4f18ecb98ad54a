internal import Drawing
internal import Recordings

extension Figure {
    /// Loss and held-out accuracy over the steps, method beside method, seeds as a band.
    static let lossCurve = Figure(
        id: "loss-curve",
        question: Localised(en: "Is it learning?", zhHans: "它在学习吗？"),
        needs: FigureNeeds(
            also: Localised(en: "a run that was trained and evaluated", zhHans: "一次经过训练和评估的运行"),
            check: { recording in
                recording.runs.contains { $0.journal.stepCount > 0 && !$0.journal.evaluations.isEmpty }
                    ? nil : "it has no run that was trained and evaluated"
            })
    ) { try LossCurveDrawing($0).sheet() }
}

private struct LossCurveDrawing {
    let context: FigureContext
    /// The runs of each method, in the order of the recording.
    let methods: [[RecordedRun]]
    /// The split whose accuracy is shown.
    let split: SplitDescription

    init(_ context: FigureContext) throws {
        self.context = context
        let runs = try context.comparableRuns()
        var methods: [[RecordedRun]] = []
        for run in runs {
            if let index = methods.firstIndex(where: { $0[0].description.method.id == run.description.method.id }) {
                methods[index].append(run)
            } else {
                methods.append([run])
            }
        }
        self.methods = methods
        let evaluated = (runs.first?.task.splits ?? []).filter { split in
            runs.contains { !$0.journal.evaluations(ofSplit: split.id).isEmpty }
        }
        // What is reported is what was never seen: a task lists its splits from the tuning's to that one.
        guard let split = evaluated.last else { throw context.lacking("none of its runs was evaluated") }
        self.split = split
    }

    private var task: TaskDescription { methods[0][0].task }

    private func check() throws {
        let runs = methods.joined()
        // Weights in 4 bits are others, and have a hash of their own.
        let hashes = Set(runs.filter { !$0.description.method.id.hasPrefix("qlora") }.map(\.description.weightsSha256.before))
        try context.require(hashes.count <= 1, "the runs did not start from the same weights")
        try context.require(Set(runs.map(\.task.id)).count == 1, "the runs are of different tasks")
        for run in runs {
            if let step = run.journal.losses.firstIndex(where: { !$0.isFinite || $0 < 0 }) {
                try context.require(false, "the loss of run \(run.id) at step \(step) is \(run.journal.losses[step])")
            }
            for evaluation in run.journal.evaluations {
                try context.require(
                    (0...1).contains(evaluation.accuracy),
                    "an accuracy of run \(run.id) is \(evaluation.accuracy), not from 0 to 1")
            }
        }
    }

    func sheet() throws -> Sheet {
        try check()
        let accuracies = methods.map(accuracy)
        let charts = AlignedCharts.column(
            [lossChart(), accuracyChart(accuracies)], width: context.room, height: 190, type: context.type)
        let finals = accuracies.map { $0.last?.mean ?? 0 }
        let chance = task.chance
        let names = methods.map { Localised($0[0].description.method.name) }
        func sentence(_ language: Language, _ joined: (String, String) -> String) -> [String] {
            zip(names, finals).map { joined($0[language], NumberFormat.percentage($1)) }
        }
        let seeds = methods.map(\.count).max() ?? 1
        return Sheet(
            title: Localised(
                en: "Right on \(split.name.english): " + sentence(.en) { "\($0) \($1)" }.joined(separator: ", "),
                zhHans: "\(split.name.chinese)上的准确率：" + sentence(.zhHans) { "\($0) \($1)" }.joined(separator: "，")),
            description: Localised(
                en:
                    "Two charts over the steps of training: the loss of each step’s batch, and the accuracy on \(split.name.english), for \(names.map(\.en).joined(separator: " and ")).",
                zhHans: "两张随训练步数变化的图：每步批的损失，以及在\(split.name.chinese)上的准确率，方法为\(names.map(\.zhHans).joined(separator: "、"))。"
            ),
            body: charts,
            caption: caption(seeds: seeds, chance: chance), provenance: provenance())
    }

    // MARK: Numbers

    /// The mean, the least and the largest of several runs at a step.
    private struct Spread {
        let x: Double
        let mean: Double
        let lower: Double
        let upper: Double

        init(_ x: Double, of values: [Double]) {
            self.x = x
            mean = values.reduce(0, +) / Double(max(values.count, 1))
            lower = values.min() ?? 0
            upper = values.max() ?? 0
        }
    }

    /// A chart has no room for more points than this; then neighbouring steps are put together, and the caption says so.
    private static let mostPoints = 300

    private func stepsPerPoint(_ runs: [RecordedRun]) -> Int {
        let steps = runs.map(\.journal.stepCount).max() ?? 0
        return max(1, (steps + Self.mostPoints - 1) / Self.mostPoints)
    }

    private func loss(_ runs: [RecordedRun]) -> [Spread] {
        let count = runs.map(\.journal.stepCount).min() ?? 0
        let width = stepsPerPoint(runs)
        return stride(from: 0, to: count, by: width).map { start in
            let steps = start..<min(start + width, count)
            return Spread(
                Double(start),
                of: runs.map { run in steps.reduce(0.0) { $0 + Double(run.journal.losses[$1]) } / Double(steps.count) })
        }
    }

    private func accuracy(_ runs: [RecordedRun]) -> [Spread] {
        let evaluations = runs.map { $0.journal.evaluations(ofSplit: split.id) }
        let steps = evaluations.map { Set($0.map(\.step)) }.reduce(nil as Set<Int>?) { $0?.intersection($1) ?? $1 } ?? []
        return steps.sorted().map { step in
            Spread(
                Double(step), of: evaluations.compactMap { list in list.first { $0.step == step }.map { Double($0.accuracy) } })
        }
    }

    // MARK: Charts

    /// From this ratio of the largest to the smallest loss on, the scale is logarithmic.
    private static let widestLinearRatio = 30.0

    private struct Look {
        let role: ColourRole
        let mark: Chart.Series.Mark
        let dash: [Double]
    }

    /// A method is told by its colour and by its mark. Prompt tuning has the colour of what is trained, full fine-tuning that of ink.
    private func look(_ index: Int) -> Look {
        let isFull = methods[index][0].description.method.id == "full-fine-tuning"
        if isFull { return Look(role: .ink, mark: .square, dash: [6, 3]) }
        let others = [
            Look(role: .trained, mark: .circle, dash: []), Look(role: .textToken, mark: .triangle, dash: []),
            Look(role: .key, mark: .diamond, dash: []), Look(role: .value, mark: .square, dash: []),
        ]
        let rank = methods[..<index].count { $0[0].description.method.id != "full-fine-tuning" }
        return others[rank % others.count]
    }

    private func name(_ index: Int) -> String { context.type(Localised(methods[index][0].description.method.name)) }

    /// The method's name and the last number of its line.
    private func labelled(_ index: Int, _ points: [Spread], number: (Double) -> String) -> String {
        name(index) + (points.last.map { " " + number($0.mean) } ?? "")
    }

    private func derivation(_ index: Int, step: Int? = nil, _ value: ValueName) -> String {
        let addresses = methods[index].map { Address(run: $0.id, step: step, value) }
        return addresses.count == 1 ? addresses[0].text : Derivation("mean", arguments: addresses).description
    }

    private var stepAxis: Axis {
        let last = methods.joined().map(\.journal.stepCount).max() ?? 1
        return Axis(
            context.type(Localised(en: "updates", zhHans: "更新次数")), range: 0...Double(max(last, 1)))
    }

    private func lossChart() -> Chart {
        let curves = methods.map(loss)
        let series = curves.enumerated().map { index, points in
            Chart.Series(
                labelled(index, points) { NumberFormat.significant($0) },
                points: points.map { Point(x: $0.x, y: $0.mean) },
                paint: .role(look(index).role, strength: 1),
                dash: look(index).dash, address: derivation(index, .loss))
        }
        // A loss that falls through decades would lie on the axis of a linear scale.
        let means = curves.joined().map(\.mean)
        let isLogarithmic = (means.max() ?? 0) > Self.widestLinearRatio * max(means.min() ?? 0, 0) && means.allSatisfy { $0 > 0 }
        let title = context.type(
            isLogarithmic
                ? Localised(en: "loss on the step’s batch, logarithmic", zhHans: "该步批上的损失（对数刻度）")
                : Localised(en: "loss on the step’s batch", zhHans: "该步批上的损失"))
        let (least, largest) = (means.min() ?? 0, curves.joined().map(\.upper).max() ?? 0)
        let axis =
            isLogarithmic
            ? Axis(title, range: least / 1.5...largest * 1.5, scale: .logarithmic)
            : .covering([largest], title: title, includesZero: true)
        var chart = Chart(x: stepAxis, y: axis, series: series, bands: bands(curves))
        chart.showsSamples = true
        chart.leastPlot = Self.leastPlot
        return chart
    }

    /// A plot that would be narrower has the names of its lines above it, px.
    private static let leastPlot = 120.0

    private func accuracyChart(_ curves: [[Spread]]) -> Chart {
        let series = curves.enumerated().map { index, points in
            Chart.Series(
                labelled(index, points) { NumberFormat.percentage($0) },
                points: points.map { Point(x: $0.x, y: $0.mean) },
                paint: .role(look(index).role, strength: 1),
                dash: look(index).dash, mark: look(index).mark,
                pointAddresses: points.map { derivation(index, step: Int($0.x), .evaluationAccuracy(split.id)) })
        }
        let chance = task.chance.map { Chart.Rule.chance($0, context.type) }
        let title = Localised(
            en: "accuracy on \(split.name.english)", zhHans: "在\(split.name.chinese)上的准确率")
        var chart = Chart(
            x: stepAxis, y: .accuracy(context.type(title)), series: series, bands: bands(curves),
            rules: [chance].compactMap { $0 })
        chart.showsSamples = true
        chart.leastPlot = Self.leastPlot
        return chart
    }

    private func bands(_ curves: [[Spread]]) -> [Chart.Band] {
        curves.enumerated().compactMap { index, points in
            guard methods[index].count > 1 else { return nil }
            return Chart.Band(role: look(index).role, points: points.map { ($0.x, $0.lower, $0.upper) })
        }
    }

    // MARK: Words

    private func caption(seeds: Int, chance: Double?) -> Localised {
        let width = methods.map(stepsPerPoint).max() ?? 1
        var en = seeds > 1 ? ["Lines are means over the seeds, bands reach from the least to the largest."] : []
        var zh = seeds > 1 ? ["曲线为各种子的平均，色带表示最小到最大。"] : []
        if width > 1 {
            en.append("Each point of the loss stands for \(width) steps.")
            zh.append("损失的每个点代表 \(width) 步的平均。")
        }
        if chance != nil {
            en.append("Chance: guessing among the possible answers.")
            zh.append("随机猜测：在可能的答案中随机猜测。")
        }
        return Localised(en: en.joined(separator: " "), zhHans: zh.joined())
    }

    /// What is compared, instead of one run.
    private func provenance() -> Localised {
        let model = methods[0][0].model
        let hash = String(model.weightsSha256.prefix(8))
        func text(_ language: Language) -> String {
            let methods = methods.map { runs in
                let description = runs[0].description
                let length = description.method.virtualTokens.map { "P = \($0)" }
                let rate = "lr \(runs[0].learningRate)"
                let seeds = MeasuredRuns.seeds(runs.map(\.description.seed), separator: "、")
                let parts = [Localised(description.method.name)[language], length, rate].compactMap { $0 }
                return parts.joined(separator: language == .en ? ", " : "，")
                    + (language == .en ? ", " + MeasuredRuns.told(runs.map(\.description.seed)) : "，种子 \(seeds)")
            }
            let model = language == .en ? "model \(model.name) \(hash)…" : "模型 \(model.name) \(hash)…"
            let task = Localised(task.name)[language]
            return ([model, task] + methods).joined(separator: " · ")
        }
        return Localised(en: text(.en), zhHans: text(.zhHans))
    }
}
