internal import Drawing
internal import Recordings

extension Figure {
    /// Accuracy and cost against the number of virtual tokens.
    static let promptLength = Figure(
        id: "prompt-length",
        question: Localised(en: "How long should it be?", zhHans: "提示应该多长？"),
        needs: FigureNeeds(
            also: Localised(
                en: "runs of one method with different numbers of virtual tokens, evaluated and timed",
                zhHans: "同一方法、虚拟 token 数不同的多次运行，经过评估并计时"),
            check: { recording throws(RecordingError) in
                let runs = PromptLengthDrawing.candidates(in: recording)
                if runs.isEmpty { return "it has no two runs of one method with different numbers of virtual tokens" }
                if MeasuredRuns.split(of: runs) == nil {
                    return "its runs were not all evaluated on one split"
                }
                return runs.contains { $0.description.seconds == nil } ? "a run has no measured time" : nil
            })
    ) { try PromptLengthDrawing($0).sheet() }
}

private struct PromptLengthDrawing {
    let context: FigureContext
    let runs: [RecordedRun]
    let split: SplitDescription
    /// The lengths, ascending, each with its runs.
    let lengths: [(length: Int, runs: [RecordedRun])]

    /// The runs of the first method that has several lengths.
    static func candidates(in recording: Recording) -> [RecordedRun] {
        for run in recording.runs where run.description.method.virtualTokens != nil {
            let same = MeasuredRuns.like(run, in: recording, beside: ["virtual_tokens"])
            if Set(same.map(\.description.method.virtualTokens)).count > 1 { return same }
        }
        return []
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let chosen = try context.options.runs.map { try context.recording.run($0) }
        if let other = chosen.first(where: { $0.description.method.virtualTokens == nil }) {
            throw context.bad("run", "\(other.id) has no virtual tokens")
        }
        runs = chosen.isEmpty ? Self.candidates(in: context.recording) : chosen
        let all = Set(runs.compactMap(\.description.method.virtualTokens)).sorted()
        guard all.count > 1 else { throw context.bad("run", "the runs have one number of virtual tokens") }
        guard let split = MeasuredRuns.split(of: runs) else {
            throw context.lacking("its runs were not all evaluated on one split")
        }
        self.split = split
        let runs = runs
        lengths = all.map { length in (length, runs.filter { $0.description.method.virtualTokens == length }) }
    }

    private func accuracy(_ run: RecordedRun) -> RecordedEvaluation? { run.journal.evaluations(ofSplit: split.id).last }

    private func check() throws {
        if let difference = MeasuredRuns.difference(between: runs, beside: ["virtual_tokens"]) {
            try context.require(false, "the runs differ in more than the number of virtual tokens: \(difference)")
        }
        let seeds = lengths.map { Set($0.runs.map(\.description.seed)) }
        try context.require(
            Set(seeds).count == 1 && lengths.allSatisfy { $0.runs.count == seeds[0].count },
            "the lengths were not run from the same seeds, each once")
        for run in runs {
            let accuracy = accuracy(run)?.accuracy ?? .nan
            try context.require((0...1).contains(accuracy), "an accuracy of run \(run.id) is \(accuracy), not from 0 to 1")
            try context.require(run.description.seconds.map { $0.step > 0 } ?? false, "run \(run.id) took no time")
        }
    }

    // MARK: Numbers

    private struct Spot {
        let length: Int
        let numbers: [Double]
        let addresses: [Address]
        var mean: (number: Double, address: String) { MeasuredRuns.mean(numbers, addresses) }
    }

    private func spots(_ number: (RecordedRun) -> (Double, Address)) -> [Spot] {
        lengths.map { length, runs in
            let found = runs.map(number)
            return Spot(length: length, numbers: found.map(\.0), addresses: found.map(\.1))
        }
    }

    private var accuracies: [Spot] {
        spots { run in
            let evaluation = accuracy(run)
            return (
                Double(evaluation?.accuracy ?? 0),
                Address(run: run.id, step: evaluation?.step ?? 0, .evaluationAccuracy(split.id))
            )
        }
    }

    func sheet() throws -> Sheet {
        try check()
        let accuracies = accuracies
        let best = accuracies.map(\.mean.number).max() ?? 0
        let shortest = accuracies.first { $0.mean.number == best } ?? accuracies[0]
        let (low, high) = (accuracies[0], accuracies[accuracies.count - 1])
        let percent = NumberFormat.percentage(best)
        let lowest = NumberFormat.percentage(low.mean.number)
        let title =
            shortest.length == low.length
            ? Localised(
                en:
                    "\(low.length) virtual \(low.length == 1 ? "token does" : "tokens do") as well as any number tried: right on \(percent) of \(split.name.english)",
                zhHans: "\(low.length) 个虚拟 token 已不逊于任何试过的长度：\(split.name.chinese)上的准确率为 \(percent)")
            : Localised(
                en:
                    "Of the lengths tried none does better than \(shortest.length) virtual tokens: \(percent) right, against \(lowest) with \(low.length)",
                zhHans: "试过的长度中，没有一个胜过 \(shortest.length) 个虚拟 token：准确率 \(percent)，只用 \(low.length) 个时为 \(lowest)")
        return Sheet(
            title: title,
            description: Localised(
                en:
                    "Three charts over the number of virtual tokens, from \(low.length) to \(high.length): the accuracy on \(split.name.english), the trained numbers, and the time of a step, with a dot for each seed and a line through the means.",
                zhHans:
                    "三张随虚拟 token 数（\(low.length) 到 \(high.length)）变化的图：\(split.name.chinese)上的准确率、训练的数、一步的时间；每个种子一个点，线连接平均值。"),
            body: body(accuracies), caption: caption, provenance: provenance)
    }

    // MARK: Charts

    private func xAxis(_ title: Bool = true) -> Axis {
        let all = lengths.map { Double($0.length) }
        let (low, high) = (all[0], all[all.count - 1])
        let ticks = Ticks(values: all, labels: lengths.map { NumberFormat.whole($0.length) })
        let name = title ? context.type(Localised(en: "virtual tokens, P", zhHans: "虚拟 token 数 P")) : ""
        return high >= 8 * low && low > 0
            ? Axis(name, range: low / 1.15...high * 1.15, scale: .logarithmic, ticks: ticks)
            : Axis(name, range: low - 0.05 * (high - low)...high + 0.05 * (high - low), ticks: ticks)
    }

    private func chart(_ spots: [Spot], _ y: Axis, paint: Paint, dots: Bool = true, size: Size, rules: [Chart.Rule] = []) -> Block
    {
        var series = [
            Chart.Series(
                "", points: spots.map { Point(x: Double($0.length), y: $0.mean.number) }, paint: paint,
                mark: dots ? .none : .circle, pointAddresses: spots.map(\.mean.address))
        ]
        if dots {
            let all = spots.flatMap { spot in zip(spot.numbers, spot.addresses).map { (spot.length, $0, $1) } }
            series.append(
                Chart.Series(
                    "", points: all.map { Point(x: Double($0.0), y: $0.1) }, paint: paint, mark: .circle, showsLine: false,
                    pointAddresses: all.map { $0.2.text }))
        }
        return Chart(x: xAxis(), y: y, series: series, rules: rules).block(context.type, size: size)
    }

    private func body(_ accuracies: [Spot]) -> Block {
        let type = context.type
        let gap = 24.0
        let half = ((context.room - gap) / 2).rounded(.down)
        let chance = runs[0].task.chance.map { Chart.Rule.chance($0, type) }
        let title = Localised(en: "accuracy on \(split.name.english)", zhHans: "在\(split.name.chinese)上的准确率")
        let main = chart(
            accuracies, .accuracy(type(title)), paint: .trained, size: Size(width: context.room, height: 250),
            rules: [chance].compactMap { $0 })
        let trained = spots { run in
            (Double(run.description.trainedCount), MeasuredValue.trainedNumbers.address(in: run.id))
        }
        let seconds = spots { run in
            (1000 * (run.description.seconds?.step ?? 0), MeasuredValue.secondsAStep.address(in: run.id))
        }
        let counts = chart(
            trained,
            .covering(
                trained.flatMap(\.numbers), title: type(Localised(en: "trained numbers", zhHans: "训练的数")), includesZero: true),
            paint: .ink, dots: false, size: Size(width: half, height: 180))
        let times = chart(
            seconds,
            .covering(
                seconds.flatMap(\.numbers), title: type(Localised(en: "ms a step, median", zhHans: "每步毫秒数（中位数）")),
                includesZero: true),
            paint: .ink, size: Size(width: half, height: 180))
        return .column([main, .row([counts, times], spacing: gap)], spacing: 20)
    }

    private var caption: Localised {
        let steps = runs[0].journal.stepCount
        let arithmetic = context.recording.description.provenance.arithmetic
        let guess =
            runs[0].task.chance == nil
            ? Localised(same: "")
            : Localised(en: " Chance: guessing among the possible answers.", zhHans: "随机猜测：在可能的答案中随机猜测。")
        return Localised(
            en:
                "A dot for each seed, lines through their means; after \(steps) updates. All runs have the same settings but for P.\(guess.en) Time: on the machine that recorded, \(arithmetic).",
            zhHans: "每个点为一个种子，线连接其平均值；均在 \(steps) 次更新之后。各次运行除 P 外设置相同。\(guess.zhHans)时间：在记录所用的机器上，\(arithmetic)。")
    }

    private var provenance: Localised {
        let hash = String(runs[0].model.weightsSha256.prefix(8))
        let method = runs[0].description.method
        let rate = runs[0].learningRate
        let seeds = lengths[0].runs.map(\.description.seed)
        let all = lengths.map { String($0.length) }
        return Localised(
            en:
                "model \(runs[0].model.name) \(hash)… · \(runs[0].task.name.english) · \(method.name.english), P = \(all.joined(separator: ", ")), lr \(rate) · \(MeasuredRuns.told(seeds))",
            zhHans:
                "模型 \(runs[0].model.name) \(hash)… · \(runs[0].task.name.chinese) · \(method.name.chinese)，P = \(all.joined(separator: "、"))，lr \(rate) · 种子 \(MeasuredRuns.seeds(seeds, separator: "、"))"
        )
    }
}
