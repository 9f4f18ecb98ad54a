internal import Drawing
internal import Recordings

extension Figure {
    /// Accuracy against the size of the model, of a prompt and of full fine-tuning.
    static let modelSize = Figure(
        id: "model-size",
        question: Localised(en: "Does it need a big model?", zhHans: "需要很大的模型吗？"),
        needs: FigureNeeds(
            also: Localised(
                en:
                    "runs on one task with models of several sizes, by a method with virtual tokens and by full fine-tuning, evaluated",
                zhHans: "多种大小的模型在同一任务上的运行，既有含虚拟 token 的方法，也有全参数微调，经过评估"),
            check: { recording throws(RecordingError) in
                let runs = ModelSizeDrawing.candidates(in: recording)
                if runs.isEmpty {
                    return "it has no models of two sizes, each tuned by one method with virtual tokens and by full fine-tuning"
                }
                return MeasuredRuns.split(of: runs) == nil ? "its runs were not all evaluated on one split" : nil
            })
    ) { try ModelSizeDrawing($0).sheet() }
}

private struct ModelSizeDrawing {
    let context: FigureContext
    let runs: [RecordedRun]
    let split: SplitDescription
    /// Ascending.
    let sizes: [Size]

    struct Size {
        let model: ModelDescription
        let prompt: [RecordedRun]
        let full: [RecordedRun]
    }

    static func isFull(_ run: RecordedRun) -> Bool { run.description.method.id == "full-fine-tuning" }

    /// The training, but for the learning rate, which each method has its own of.
    private static func training(_ run: RecordedRun) -> TrainingDescription {
        var training = run.description.training
        training.optimizer.learningRate = 0
        return training
    }

    /// The runs of the first method with virtual tokens that stands beside full fine-tuning on models of two sizes or more.
    static func candidates(in recording: Recording) -> [RecordedRun] {
        for first in recording.runs where first.description.method.virtualTokens != nil && first.journal.stepCount > 0 {
            let task = recording.runs.filter { $0.task.id == first.task.id && training($0) == training(first) }
            let prompt = task.filter {
                $0.description.method == first.description.method && $0.description.training == first.description.training
            }
            let full = task.filter(isFull)
            let chosen = full.filter { $0.description.training == full[0].description.training }
            let models = Set(prompt.map(\.model.name)).intersection(chosen.map(\.model.name))
            let runs = (prompt + chosen).filter { models.contains($0.model.name) }
            if Set(runs.map(\.model.parameterCount)).count > 1 { return runs }
        }
        return []
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let chosen = try context.options.runs.map { try context.recording.run($0) }
        if let other = chosen.first(where: { !Self.isFull($0) && $0.description.method.virtualTokens == nil }) {
            throw context.bad("run", "\(other.id) neither has virtual tokens nor trains all weights")
        }
        let runs = chosen.isEmpty ? Self.candidates(in: context.recording) : chosen
        self.runs = runs
        guard let split = MeasuredRuns.split(of: runs) else {
            throw context.lacking("its runs were not all evaluated on one split")
        }
        self.split = split
        var models: [ModelDescription] = []
        for run in runs where !models.contains(where: { $0.name == run.model.name }) { models.append(run.model) }
        sizes = models.sorted { $0.parameterCount < $1.parameterCount }.map { model in
            let own = runs.filter { $0.model.name == model.name }
            return Size(model: model, prompt: own.filter { !Self.isFull($0) }, full: own.filter(Self.isFull))
        }
        guard Set(sizes.map(\.model.parameterCount)).count > 1 else {
            throw context.bad("run", "the runs are of models of one size")
        }
        if let size = sizes.first(where: { $0.prompt.isEmpty || $0.full.isEmpty }) {
            throw context.bad(
                "run",
                "\(size.model.name) has no run of \(size.full.isEmpty ? "full fine-tuning" : "a method with virtual tokens")")
        }
    }

    private func check() throws {
        let (prompts, fulls) = (sizes.flatMap(\.prompt), sizes.flatMap(\.full))
        for group in [prompts, fulls] {
            for run in group.dropFirst() {
                let same =
                    run.description.method == group[0].description.method
                    && run.description.training == group[0].description.training
                try context.require(same, "\(run.id) and \(group[0].id) differ in more than the model and the seed")
            }
        }
        try context.require(
            Self.training(prompts[0]) == Self.training(fulls[0]),
            "the methods differ in more than what is trained and the learning rate: \(prompts[0].id) and \(fulls[0].id)")
        for run in runs {
            try context.require(run.task.id == runs[0].task.id, "\(run.id) and \(runs[0].id) are of other tasks")
            let accuracy = RecordedAccuracy(of: run, split: split.id)?.number ?? .nan
            try context.require((0...1).contains(accuracy), "an accuracy of run \(run.id) is \(accuracy), not from 0 to 1")
        }
        let seeds = Set(prompts.map(\.description.seed))
        for size in sizes {
            for group in [size.prompt, size.full] {
                try context.require(
                    Set(group.map(\.description.seed)) == seeds && group.count == seeds.count,
                    "the runs of \(size.model.name) are not of the same seeds as the others, each once")
            }
            let hashes = (size.prompt + size.full).map(\.description.weightsSha256.before)
            try context.require(Set(hashes).count == 1, "runs of \(size.model.name) did not start from the same weights")
        }
    }

    // MARK: Numbers

    private func accuracies(_ runs: [RecordedRun]) -> [RecordedAccuracy] {
        runs.compactMap { RecordedAccuracy(of: $0, split: split.id) }
    }

    private func gap(_ size: Size) -> (number: Double, address: String) {
        RecordedAccuracy.gap(accuracies(size.prompt), accuracies(size.full))
    }

    func sheet() throws -> Sheet {
        try check()
        let gaps = sizes.map { gap($0).number }
        func words(_ gap: Double) -> Localised {
            let points = Int((abs(gap) * 100).rounded())
            let noun = points == 1 ? "point" : "points"
            if points == 0 { return Localised(en: "level", zhHans: "持平") }
            return gap > 0
                ? Localised(en: "\(points) \(noun) ahead", zhHans: "高出 \(points) 个百分点")
                : Localised(en: "\(points) \(noun) behind", zhHans: "低 \(points) 个百分点")
        }
        let (small, large) = (words(gaps[0]), words(gaps[gaps.count - 1]))
        let (prompt, full) = (name(sizes[0].prompt), name(sizes[0].full))
        let (least, most) = (sizes[0].model.parameterCount, sizes[sizes.count - 1].model.parameterCount)
        return Sheet(
            title: Localised(
                en: "Against \(full.en), \(prompt.en) is \(small.en) on the smallest model and \(large.en) on the largest",
                zhHans: "与\(full.zhHans)相比，\(prompt.zhHans)在最小的模型上\(small.zhHans)，在最大的模型上\(large.zhHans)"),
            description: Localised(
                en:
                    "Two charts over the number of parameters of \(sizes.count) models, from \(NumberFormat.whole(least)) to \(NumberFormat.whole(most)), on a logarithmic axis: the accuracy on \(split.name.english) of \(prompt.en) and of \(full.en), with a dot for each seed and lines through the means, and the gap between the two means.",
                zhHans:
                    "两张随 \(sizes.count) 个模型的参数量（\(NumberFormat.whole(least)) 到 \(NumberFormat.whole(most))，对数刻度）变化的图：\(prompt.zhHans)和\(full.zhHans)在\(split.name.chinese)上的准确率，每个种子一个点，线连接平均值；以及两个平均值之差。"
            ),
            body: body, caption: caption, provenance: provenance)
    }

    private func name(_ runs: [RecordedRun]) -> Localised { Localised(runs[0].description.method.name) }

    // MARK: Charts

    /// Dots of the two methods stand side by side, a little left and right of the size.
    private static let aside = 1.012
    /// Of the chart beside the methods' names, px.
    private static let leastPlot = 200.0

    private func xAxis(title: Bool) -> Axis {
        let all = sizes.map { Double($0.model.parameterCount) }
        let range = all[0] / 1.12...all[all.count - 1] * 1.12
        var ticks: [Double] = []
        var decade = 1.0
        while decade <= range.upperBound, decade < 1e15 {
            ticks += (range.upperBound < 20 * range.lowerBound ? [1, 1.5, 2, 3, 5, 7] : [1, 3]).map { $0 * decade }
            decade *= 10
        }
        ticks = ticks.filter(range.contains)
        return Axis(
            title ? context.type(Localised(en: "parameters of the model, logarithmic", zhHans: "模型参数量（对数刻度）")) : "", range: range,
            scale: .logarithmic, ticks: Ticks(values: ticks, labels: ticks.map { NumberFormat.whole(Int($0)) }))
    }

    private func series(_ groups: [[RecordedRun]], shift: Double, _ paint: Paint, _ mark: Chart.Series.Mark, dash: [Double])
        -> [Chart.Series]
    {
        let found = groups.map(accuracies)
        let places = sizes.map { Double($0.model.parameterCount) * shift }
        let means = found.map(RecordedAccuracy.mean)
        let line = Chart.Series(
            context.type(name(groups[0])) + " " + NumberFormat.percentage(means.last?.number ?? 0),
            points: zip(places, means).map { Point(x: $0, y: $1.number) }, paint: paint, dash: dash, mark: .none,
            address: means.last?.address)
        let all = zip(places, found).flatMap { place, seeds in seeds.map { (place, $0) } }
        let dots = Chart.Series(
            "", points: all.map { Point(x: $0.0, y: $0.1.number) }, paint: paint, mark: mark, showsLine: false,
            pointAddresses: all.map { $0.1.address.text })
        return [line, dots]
    }

    /// The base model before anything is tuned: full fine-tuning starts from it.
    private var untuned: Chart.Series? {
        let found = sizes.map { RecordedAccuracy(of: $0.full[0], split: split.id, atStep: 0) }
        let all = found.compactMap(\.self)
        guard all.count == sizes.count else { return nil }
        var line = Chart.Series(
            context.type(Localised(en: "untuned", zhHans: "未经微调")) + " " + NumberFormat.percentage(all[all.count - 1].number),
            points: zip(sizes, all).map { Point(x: Double($0.model.parameterCount), y: $1.number) }, paint: .muted, dash: [2, 3],
            pointAddresses: all.map(\.address.text))
        line.width = 1.5
        line.address = all[all.count - 1].address.text
        return line
    }

    private var body: Block {
        let type = context.type
        let marks = sizes.map { size in
            let shape = size.model.configuration
            var rule = Chart.Rule(
                .upright, at: Double(size.model.parameterCount), label: "\(shape.layers) × \(shape.width)", paint: .rule)
            rule.labelPaint = .muted
            return rule
        }
        var accuracy = Chart(
            x: xAxis(title: false),
            y: Axis(
                type(Localised(en: "accuracy on \(split.name.english)", zhHans: "在\(split.name.chinese)上的准确率")), range: 0...1,
                ticks: Self.percentTicks),
            series: [untuned].compactMap { $0 }
                + series(sizes.map(\.full), shift: Self.aside, .ink, .square, dash: [6, 3])
                + series(sizes.map(\.prompt), shift: 1 / Self.aside, .trained, .circle, dash: []),
            rules: marks)
        accuracy.leastPlot = Self.leastPlot
        let gaps = sizes.map(gap)
        let points = zip(sizes, gaps).map { Point(x: Double($0.model.parameterCount), y: $1.number * 100) }
        let largest = max(10, gaps.map { abs($0.number) * 100 }.max() ?? 0)
        let low = gaps.contains { $0.number < -0.005 } ? -largest * 1.25 : -largest * 0.25
        let high = gaps.contains { $0.number > 0.005 } ? largest * 1.25 : largest * 0.25
        let difference = Chart(
            x: xAxis(title: true),
            y: Axis(
                type(
                    Localised(
                        en: "gap: \(name(sizes[0].prompt).en) less \(name(sizes[0].full).en), in percentage points",
                        zhHans: "差距：\(name(sizes[0].prompt).zhHans)减去\(name(sizes[0].full).zhHans)，百分点")),
                range: low...high),
            series: [
                Chart.Series("", points: points, paint: .value, mark: .diamond, pointAddresses: gaps.map(\.address))
            ],
            rules: marks.map { Chart.Rule(.upright, at: $0.position, label: "", paint: .rule) } + [
                Chart.Rule(.level, at: 0, label: "")
            ])
        var block = AlignedCharts.column([accuracy, difference], width: context.room, heights: [220, 150], type: type)
        guard let plot = block.places["plot"] else { return block }
        let spots = points.map { difference.position(of: $0, in: plot) }
        let labels = zip(spots, gaps).map { spot, gap in
            PointLabels.Label(RecordedAccuracy.points(gap.number), at: spot, font: .label, paint: .value)
        }
        let range = difference.x.range
        let names = PointLabels(
            labels, within: plot.grown(by: 2),
            lines: Array(zip(spots, spots.dropFirst())).map { (from: $0, to: $1) }
                + spots.map { (from: Point(x: $0.x, y: plot.y), to: Point(x: $0.x, y: plot.bottom)) }
                + [
                    (
                        from: difference.position(of: Point(x: range.lowerBound, y: 0), in: plot),
                        to: difference.position(of: Point(x: range.upperBound, y: 0), in: plot)
                    )
                ],
            markRadius: 4, type: type)
        // Between the grid's lines there may be no room: plates keep them from the numbers.
        for case .text(let run) in names.elements {
            let ink = run.ink(type.measurer.metrics(of: run.text, in: run.font))
            block.elements.append(.rectangle(ink.grown(by: 2), fill: .paper))
        }
        block.elements += names.elements
        return block
    }

    private static let percentTicks = Ticks(
        values: [0, 0.25, 0.5, 0.75, 1], labels: [0, 0.25, 0.5, 0.75, 1].map { NumberFormat.percentage($0) })

    // MARK: Words

    private var caption: Localised {
        let steps = runs[0].journal.stepCount
        let rates = (sizes[0].prompt[0].learningRate, sizes[0].full[0].learningRate)
        return Localised(
            en:
                "A mark for each seed, lines through their means; after \(steps) updates, at learning rates of \(rates.0) and \(rates.1). Above the chart: layers × width of each model. Runs differ in model, method and seed only.",
            zhHans:
                "每个标记为一个种子，线连接其平均值；均在 \(steps) 次更新之后，学习率分别为 \(rates.0) 和 \(rates.1)。图上方为各模型的层数 × 宽度。各次运行只在模型、方法和种子上不同。")
    }

    private var provenance: Localised {
        let names = sizes.map(\.model.name)
        let method = sizes[0].prompt[0].description.method
        let length = method.virtualTokens.map { "P = \($0)" } ?? ""
        let seeds = sizes[0].prompt.map(\.description.seed)
        return Localised(
            en:
                "models \(names.joined(separator: ", ")) · \(runs[0].task.name.english) · \(method.name.english), \(length) · \(split.size) \(split.name.english) · \(MeasuredRuns.told(seeds))",
            zhHans:
                "模型 \(names.joined(separator: "、")) · \(runs[0].task.name.chinese) · \(method.name.chinese)，\(length) · \(split.size) 个\(split.name.chinese) · 种子 \(MeasuredRuns.seeds(seeds, separator: "、"))"
        )
    }
}
