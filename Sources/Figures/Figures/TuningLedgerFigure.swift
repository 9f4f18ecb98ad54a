internal import Drawing
internal import Recordings

extension Figure {
    /// What each method costs: numbers, bytes, arithmetic and time, as they were counted and measured.
    static let tuningLedger = Figure(
        id: "tuning-ledger",
        question: Localised(en: "What does it cost?", zhHans: "代价是多少？"),
        needs: FigureNeeds(
            also: Localised(
                en: "runs of two methods or more, with their measured times and sizes", zhHans: "两种以上方法的运行，含实测的时间和大小"),
            check: { recording throws(RecordingError) in
                if Set(recording.runs.filter { $0.journal.stepCount > 0 }.map(\.description.method.id)).count < 2 {
                    return "it has runs of one method only"
                }
                return recording.runs.contains { $0.description.seconds == nil || $0.description.adapterBytes == nil }
                    ? "a run has no measured time or no size of what is kept" : nil
            })
    ) { try TuningLedgerDrawing($0).sheet() }
}

private struct TuningLedgerDrawing {
    let context: FigureContext
    /// The first run of each method stands for it; times are of all.
    let methods: [Entry]
    /// Methods that there is no room for.
    let omitted: Int

    private static let mostMethods = 8
    /// Of the longest bar beside its name and number, px.
    private static let leastLength = 140.0

    struct Entry {
        let run: RecordedRun
        let trained: Int
        let optimizerBytes: Int
        let adapterBytes: Int
        let flops: (forward: Double, backward: Double)
        /// The median over the seeds of a step's seconds.
        let seconds: Double
        /// The run that has it.
        let timed: RecordedRun

        func address(_ value: MeasuredValue, of run: RecordedRun? = nil) -> String {
            value.address(in: (run ?? self.run).id).text
        }
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let all = try context.comparableRuns()
        var distinct: [MethodDescription] = []
        for run in all where !distinct.contains(run.description.method) { distinct.append(run.description.method) }
        let isMeasured = all.allSatisfy { $0.description.memory != nil }
        omitted = max(0, distinct.count - Self.mostMethods)
        methods = try distinct.prefix(Self.mostMethods).map { method in
            let runs = all.filter { $0.description.method == method }
            let timed = runs.filter { $0.description.seconds != nil }.sorted {
                ($0.description.seconds?.step ?? 0) < ($1.description.seconds?.step ?? 0)
            }
            let median = timed.isEmpty ? runs[0] : timed[timed.count / 2]
            let trained = runs[0].description.trainedCount
            return Entry(
                run: runs[0], trained: trained,
                optimizerBytes: isMeasured ? runs[0].description.memory?.optimizer ?? 0 : 2 * MemoryLayout<Float>.size * trained,
                adapterBytes: runs[0].description.adapterBytes ?? 0,
                flops: try MatrixArithmetic.count(runs[0].graph(), batch: runs[0].journal.batch(atStep: 0)),
                seconds: median.description.seconds?.step ?? 0, timed: median)
        }
    }

    private func check() throws {
        for entry in methods {
            // What a method adds is not the model's: then all of the model is frozen.
            let (frozen, whole) = (entry.run.description.frozenCount, entry.run.model.parameterCount)
            try context.require(
                frozen == whole || frozen + entry.trained == whole,
                "run \(entry.run.id) has \(frozen) frozen and \(entry.trained) trained numbers, and the model has \(whole)")
        }
        for entry in methods {
            // Of a network that makes virtual tokens or a prefix, only what it made is kept.
            let kept = entry.run.description.parameters.reduce(0) {
                $1.name.rawValue.contains(".encoder.") ? $0 : $0 + $1.count
            }
            try context.require(
                entry.adapterBytes >= 4 * kept || entry.run.description.method.id.hasPrefix("adalora"),
                "\(entry.run.id) keeps \(entry.adapterBytes) bytes, too few for \(kept) numbers")
            try context.require(entry.seconds > 0, "run \(entry.run.id) took no time")
        }
    }

    func sheet() throws -> Sheet {
        try check()
        let least = methods.min { $0.trained < $1.trained } ?? methods[0]
        let most = methods.max { $0.trained < $1.trained } ?? methods[0]
        let fewer = NumberFormat.significant(Double(most.trained) / Double(max(least.trained, 1)))
        let share = least.seconds / max(most.seconds, .leastNormalMagnitude)
        let time = NumberFormat.percentage(share)
        let (turn, turnZh) =
            share >= 0.5 ? ("yet a step still takes", "但一步的时间仍为其") : ("and a step takes", "一步的时间为其")
        let names = (Localised(least.run.description.method.name), Localised(most.run.description.method.name))
        let steps = methods.map(\.run.description.training.batchSize).max() ?? 0
        return Sheet(
            title: Localised(
                en:
                    "\(names.0.en.capitalised) trains 1/\(fewer) of the numbers that \(names.1.en) does, \(turn) \(time) of its time",
                zhHans: "\(names.0.zhHans)训练的数是\(names.1.zhHans)的 1/\(fewer)，\(turnZh) \(time)"),
            description: Localised(
                en:
                    "Bars for each method: trained numbers, bytes of the optimizer’s state, bytes of what is kept, arithmetic of a step, and seconds of a step.",
                zhHans: "每种方法的横条：训练的数、优化器状态字节数、要保存的字节数、一步的运算量、一步的秒数。"),
            body: body(),
            caption: Localised(
                en:
                    "The first three scales are logarithmic. Arithmetic: multiplications and additions of the matrix and attention products of the first step’s batch, \(steps) sequences, counted from the recorded graph. Time: the median step over the seeds, on the machine that recorded.",
                zhHans:
                    "前三项为对数刻度。运算量：由所记录的计算图数出第一步的批（\(steps) 条序列）中矩阵与注意力乘积的乘法和加法次数。时间：在记录所用机器上各种子的中位单步时间。"
            ),
            provenance: provenance)
    }

    private func name(_ entry: Entry) -> String {
        let method = entry.run.description.method
        return ([context.type(Localised(method.name))] + method.sizes).joined(separator: " ")
    }

    private func role(_ entry: Entry) -> ColourRole { entry.run.description.method.id == "full-fine-tuning" ? .ink : .trained }

    private func body() -> Block {
        let type = context.type
        let width = context.room
        func chart(
            _ title: Localised, _ value: (Entry) -> Double, text: (Double) -> String, of cost: MeasuredValue
        ) -> (title: Localised, chart: BarChart) {
            let numbers = methods.map(value)
            var axis = Axis.covering([(numbers.min() ?? 1) / 10] + numbers, title: "", scale: .logarithmic)
            // A power of ten needs no decimal: `1 kB`.
            axis.ticks.labels = axis.ticks.values.map { text($0).replacing("1.0\u{202F}", with: "1\u{202F}") }
            let bars = methods.map {
                BarChart.Bar(name($0), value: value($0), text: text(value($0)), role: role($0), address: $0.address(cost))
            }
            return (title, BarChart(axis: axis, bars: bars))
        }
        let counts = chart(
            Localised(en: "trained numbers", zhHans: "训练的数"), { Double($0.trained) }, text: { NumberFormat.whole(Int($0)) },
            of: .trainedNumbers)
        let isMeasured = methods.allSatisfy { $0.run.description.memory != nil }
        let state = chart(
            isMeasured
                ? Localised(en: "optimizer state, as allocated", zhHans: "优化器状态（实际分配）")
                : Localised(en: "optimizer state (two moments)", zhHans: "优化器状态（两个矩）"), { Double($0.optimizerBytes) },
            text: { NumberFormat.bytes(Int($0)) }, of: isMeasured ? .memoryOfOptimizer : .momentBytes)
        let kept = chart(
            Localised(en: "to keep for each task", zhHans: "每个任务要保存"), { Double($0.adapterBytes) },
            text: { NumberFormat.bytes(Int($0)) }, of: .adapterBytes)

        let largest = methods.map { $0.flops.forward + $0.flops.backward }.max() ?? 1
        let (forward, backward) = (
            type(Localised(en: "forward", zhHans: "前向")), type(Localised(en: "backward", zhHans: "反向"))
        )
        let arithmetic = BarChart(
            axis: Axis("", range: 0...largest, ticks: Ticks(values: [], labels: [])),
            bars: methods.map { entry in
                let sum = entry.flops.forward + entry.flops.backward
                return BarChart.Bar(
                    name(entry),
                    parts: [
                        .init(
                            forward, value: entry.flops.forward, role: role(entry), address: entry.address(.forwardArithmetic)),
                        .init(
                            backward, value: entry.flops.backward, role: .gradient, address: entry.address(.backwardArithmetic)),
                    ], text: operations(sum))
            })
        let slowest = methods.map(\.seconds).max() ?? 1
        let time = BarChart(
            axis: Axis("", range: 0...slowest, ticks: Ticks(values: [], labels: [])),
            bars: methods.map { entry in
                BarChart.Bar(
                    name(entry), value: entry.seconds, text: NumberFormat.significant(entry.seconds * 1000) + " ms",
                    role: role(entry), address: entry.address(.secondsAStep, of: entry.timed))
            })
        let charts: [(title: Localised, chart: BarChart)] = [
            counts, state, kept, (Localised(en: "arithmetic of a step", zhHans: "一步的运算量"), arithmetic),
            (Localised(en: "time of a step", zhHans: "一步的时间"), time),
        ]
        // All charts have their names in one place.
        let isStacked = charts.contains { $0.chart.lengthBesideNames(type, width: width) < Self.leastLength }
        var parts = charts.map { titled($0.title, $0.chart, isStacked: isStacked, width: width) }
        if omitted > 0 {
            parts.append(
                type.line(
                    Elision.note(omitted: omitted, Localised(en: "methods", zhHans: "种方法")), font: .digits, paint: .muted))
        }
        return .column(parts, spacing: 16)
    }

    private func operations(_ count: Double) -> String {
        let (en, zh) =
            count >= 1e9 ? ((1e9, "G"), (1e8, "亿")) : count >= 1e8 ? ((1e6, "M"), (1e8, "亿")) : ((1e6, "M"), (1e4, "万"))
        return context.type(
            Localised(
                en: "\(NumberFormat.significant(count / en.0)) \(en.1) operations",
                zhHans: "\(NumberFormat.significant(count / zh.0)) \(zh.1)次运算"))
    }

    private func titled(_ title: Localised, _ chart: BarChart, isStacked: Bool, width: Double) -> Block {
        var chart = chart
        chart.showsTicks = chart.axis.scale == .logarithmic
        chart.barHeight = 15
        chart.spacing = isStacked ? 8 : 5
        chart.leastLength = isStacked ? .infinity : 0
        return .column(
            [context.type.line(title, font: .label.bold), chart.block(context.type, width: width)], spacing: 6)
    }

    private var provenance: Localised {
        let hash = String(methods[0].run.model.weightsSha256.prefix(8))
        let arithmetic = context.recording.description.provenance.arithmetic
        return Localised(
            en: "model \(methods[0].run.model.name) \(hash)… · \(methods.map(\.run.id).joined(separator: ", ")) · \(arithmetic)",
            zhHans: "模型 \(methods[0].run.model.name) \(hash)… · \(methods.map(\.run.id).joined(separator: "、")) · \(arithmetic)")
    }
}
