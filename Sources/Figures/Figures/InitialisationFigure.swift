internal import Drawing
internal import Recordings

extension Figure {
    /// Loss and accuracy over the steps, by what a soft prompt started from.
    static let initialisation = Figure(
        id: "initialisation",
        question: Localised(en: "How should it start?", zhHans: "应该从哪里开始？"),
        needs: FigureNeeds(
            also: Localised(en: "runs of one method with different starts, evaluated", zhHans: "同一方法、初始化不同的多次运行，经过评估"),
            check: { recording throws(RecordingError) in
                let runs = InitialisationDrawing.candidates(in: recording)
                if runs.isEmpty { return "it has no two runs of one method with different starts" }
                return MeasuredRuns.split(of: runs) == nil
                    ? "its runs were not all evaluated on one split" : nil
            })
    ) { try InitialisationDrawing($0).sheet() }
}

/// What a soft prompt started from, as a run's settings say it.
private struct Start: Hashable {
    static let keys: Set<String> = ["initialisation", "deviation", "initial_text", "labels"]
    let settings: [String: Setting]

    init(_ run: RecordedRun) { settings = run.description.method.settings.filter { Self.keys.contains($0.key) } }

    private func text(_ key: String) -> String? {
        guard case .text(let text)? = settings[key] else { return nil }
        return text
    }

    /// Of numbers drawn at random, their standard deviation.
    var deviation: Double? {
        guard case .number(let number)? = settings["deviation"] else { return nil }
        return number
    }

    var isText: Bool { text("initialisation") == "text" }

    var name: Localised {
        switch text("initialisation") {
        case "random":
            let width = deviation.map { $0 == 1 ? "1" : NumberFormat.significant($0, digits: 1) + "²" } ?? "1"
            return Localised(en: "random N(0, \(width))", zhHans: "随机 N(0, \(width))")
        case "sampled-vocabulary": return Localised(en: "random words", zhHans: "随机抽取的词")
        case "text":
            let words = TextSafety.shown(text("initial_text") ?? "")
            return Localised(en: "“\(words)”", zhHans: "“\(words)”")
        case "class-labels": return Localised(en: "class labels", zhHans: "类别标签")
        case let other?: return Localised(en: other, zhHans: other)
        case nil: return Localised(en: "the method’s own", zhHans: "方法自带")
        }
    }
}

private struct InitialisationDrawing {
    let context: FigureContext
    let runs: [RecordedRun]
    let split: SplitDescription
    let starts: [(start: Start, runs: [RecordedRun])]

    static let mostStarts = 6

    /// The runs of the first method that has several starts.
    static func candidates(in recording: Recording) -> [RecordedRun] {
        for run in recording.runs where run.description.method.initialisation != nil {
            let same = MeasuredRuns.like(run, in: recording, beside: Start.keys)
            if Set(same.map(Start.init)).count > 1 { return same }
        }
        return []
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let chosen = try context.options.runs.map { try context.recording.run($0) }
        if let other = chosen.first(where: { $0.description.method.initialisation == nil }) {
            throw context.bad("run", "\(other.id) says nothing of its start")
        }
        let runs = chosen.isEmpty ? Self.candidates(in: context.recording) : chosen
        self.runs = runs
        var all: [Start] = []
        for start in runs.map(Start.init) where !all.contains(start) { all.append(start) }
        guard all.count > 1 else { throw context.bad("run", "the runs have one start") }
        guard let split = MeasuredRuns.split(of: runs) else {
            throw context.lacking("its runs were not all evaluated on one split")
        }
        self.split = split
        starts = all.prefix(Self.mostStarts).map { start in (start, runs.filter { Start($0) == start }) }
    }

    private func check() throws {
        if let difference = MeasuredRuns.difference(between: runs, beside: Start.keys) {
            try context.require(false, "the runs differ in more than their start: \(difference)")
        }
        let seeds = starts.map { Set($0.runs.map(\.description.seed)) }
        try context.require(
            Set(seeds).count == 1 && starts.allSatisfy { $0.runs.count == seeds[0].count },
            "the starts were not run from the same seeds, each once")
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

    // MARK: Numbers

    /// A line for each seed, and their mean.
    private struct Curves {
        let seeds: [[Point]]
        let mean: [Point]

        init(_ seeds: [[Point]]) {
            self.seeds = seeds
            let count = seeds.map(\.count).min() ?? 0
            mean = (0..<count).map { index in
                Point(x: seeds[0][index].x, y: seeds.reduce(0) { $0 + $1[index].y } / Double(seeds.count))
            }
        }
    }

    private var losses: [Curves] {
        starts.map { _, runs in
            Curves(runs.map { run in run.journal.losses.enumerated().map { Point(x: Double($0.offset), y: Double($0.element)) } })
        }
    }

    private var accuracies: [Curves] {
        starts.map { _, runs in
            Curves(
                runs.map { run in
                    run.journal.evaluations(ofSplit: split.id).map { Point(x: Double($0.step), y: Double($0.accuracy)) }
                })
        }
    }

    func sheet() throws -> Sheet {
        try check()
        let (losses, accuracies) = (losses, accuracies)
        let finals = losses.map { $0.mean.last?.y ?? 0 }
        let worst = finals.indices.max { finals[$0] < finals[$1] } ?? 0
        let best = finals.indices.min { finals[$0] < finals[$1] } ?? 0
        let (high, low) = (NumberFormat.written(finals[worst]), NumberFormat.written(finals[best]))
        let names = (starts[worst].start.name, starts[best].start.name)
        let steps = runs.map(\.journal.stepCount).max() ?? 0
        return Sheet(
            title: Localised(
                en:
                    "In the last of \(steps) steps the loss is \(high) when started from \(names.0.en), and \(low) from \(names.1.en)",
                zhHans: "\(steps) 步中最后一步的损失：\(names.0.zhHans.spaced)为 \(high)，\(names.1.zhHans.spaced)为 \(low)"),
            description: Localised(
                en:
                    "Two charts over the steps of training for \(starts.count) starts of a soft prompt: the loss of each step’s batch, and the accuracy on \(split.name.english); thin lines are seeds, thick ones their means.",
                zhHans:
                    "两张随训练步数变化的图，比较软提示的 \(starts.count) 种起点：每步批的损失，以及在\(split.name.chinese)上的准确率；细线为各种子，粗线为平均。"),
            body: body(losses, accuracies), caption: caption, provenance: provenance)
    }

    // MARK: Charts

    private func look(_ index: Int) -> (role: ColourRole, mark: Chart.Series.Mark, dash: [Double]) {
        let looks: [(ColourRole, Chart.Series.Mark, [Double])] = [
            (.gradient, .triangle, [6, 3]), (.key, .diamond, [2, 3]), (.textToken, .square, [8, 3, 2, 3]),
            (.trained, .circle, []),
            (.value, .pointDown, [4, 2]), (.ink, .square, []),
        ]
        let look = looks[index % looks.count]
        return (look.0, look.1, look.2)
    }

    private static let widestLinearRatio = 30.0

    private func body(_ losses: [Curves], _ accuracies: [Curves]) -> Block {
        let type = context.type
        let last = runs.map(\.journal.stepCount).max() ?? 1
        let x = Axis(type(Localised(en: "updates", zhHans: "更新次数")), range: 0...Double(max(last, 1)))
        let all = losses.flatMap(\.seeds).joined().map(\.y)
        let (least, largest) = (all.min() ?? 0, all.max() ?? 1)
        let isLogarithmic = least > 0 && largest > Self.widestLinearRatio * least
        let lossTitle = type(
            isLogarithmic
                ? Localised(en: "loss on the step’s batch, logarithmic", zhHans: "该步批上的损失（对数刻度）")
                : Localised(en: "loss on the step’s batch", zhHans: "该步批上的损失"))
        var loss = Chart(
            x: x,
            y: isLogarithmic
                ? Axis(lossTitle, range: least / 1.3...largest * 1.3, scale: .logarithmic)
                : .covering([largest], title: lossTitle, includesZero: true),
            series: series(losses, marks: false) { index, seed, step in
                let runs = starts[index].runs
                return seed.map { Address(run: runs[$0].id, step: step, .loss) }.map { [$0] }
                    ?? runs.map { Address(run: $0.id, step: step, .loss) }
            })
        let title = Localised(en: "accuracy on \(split.name.english)", zhHans: "在\(split.name.chinese)上的准确率")
        let chance = runs[0].task.chance.map { Chart.Rule.chance($0, type) }
        var accuracy = Chart(
            x: x, y: .accuracy(type(title)),
            series: series(accuracies, marks: true) { index, seed, step in
                let runs = starts[index].runs
                return (seed.map { [runs[$0]] } ?? runs).map {
                    Address(run: $0.id, step: step, .evaluationAccuracy(split.id))
                }
            }, rules: [chance].compactMap { $0 })
        loss.showsSamples = true
        accuracy.showsSamples = true
        return AlignedCharts.column([loss, accuracy], width: context.room, height: 230, type: type)
    }

    /// Thin lines for seeds beneath, a thick one with the name for each mean.
    private func series(
        _ curves: [Curves], marks: Bool, addresses: (Int, Int?, Int?) -> [Address]
    ) -> [Chart.Series] {
        var thin: [Chart.Series] = []
        var thick: [Chart.Series] = []
        func address(_ list: [Address]) -> String {
            list.count == 1 ? list[0].text : Derivation("mean", arguments: list).description
        }
        for (index, curve) in curves.enumerated() {
            let look = look(index)
            // A loss stands for itself at every step; an accuracy is there where it was evaluated, at last behind the last step.
            let last = marks ? curve.mean.last.map { Int($0.x) } : nil
            if curve.seeds.count > 1 {
                for (seed, points) in curve.seeds.enumerated() {
                    var line = Chart.Series(
                        "", points: points, paint: .role(look.role, strength: 0.5), address: address(addresses(index, seed, last))
                    )
                    line.width = 0.75
                    thin.append(line)
                }
            }
            let number = curve.mean.last.map { marks ? NumberFormat.percentage($0.y) : NumberFormat.significant($0.y) }
            let name = context.type(starts[index].start.name)
            thick.append(
                Chart.Series(
                    context.type.shortened(name, width: 130, font: .label) + (number.map { " " + $0 } ?? ""), points: curve.mean,
                    paint: .role(look.role, strength: 1), dash: look.dash, mark: marks ? look.mark : .none,
                    address: address(addresses(index, nil, last)),
                    pointAddresses: marks ? curve.mean.map { address(addresses(index, nil, Int($0.x))) } : []))
        }
        return thin + thick
    }

    // MARK: Words

    /// Before Chinese words, Latin ones are set apart.

    private var embeddingSize: String? {
        guard let numbers = try? context.recording.vocabularyEmbeddings()?.numbers, !numbers.isEmpty else { return nil }
        return NumberFormat.significant(VectorArithmetic.norm(numbers) / Double(numbers.count).squareRoot())
    }

    private var caption: Localised {
        var (en, zh) = ([String](), [String]())
        if starts.contains(where: { $0.runs.count > 1 }) {
            en.append("Thin lines are seeds, thick ones their means.")
            zh.append("细线为各种子，粗线为其平均。")
        }
        en.append("The runs differ in the start only; all have the learning rate \(rate).")
        zh.append("各次运行只有起点不同，学习率均为 \(rate)。")
        if starts.contains(where: { $0.start.deviation != nil }) {
            en.append("N(0, σ²): each number drawn by itself from a normal distribution; PEFT’s random start has σ = 1.")
            zh.append("N(0, σ²)：每个数独立取自正态分布；PEFT 的随机起点 σ = 1。")
            if let size = embeddingSize {
                en.append("The model’s own embeddings have a root mean square of \(size).")
                zh.append("模型自身嵌入的均方根为 \(size)。")
            }
        }
        if starts.contains(where: \.start.isText) {
            en.append("In quotes: words whose embeddings the prompt starts from.")
            zh.append("引号中为词，软提示从这些词的嵌入开始。")
        }
        if runs[0].task.chance != nil {
            en.append("Chance: guessing among the possible answers.")
            zh.append("随机猜测：在可能的答案中随机猜测。")
        }
        let hidden = Set(runs.map(Start.init)).count - starts.count
        if hidden > 0 {
            en.append("\(Elision.note(omitted: hidden, Localised(en: "starts", zhHans: "")).en).")
            zh.append("另有 \(hidden) 种起点未画出。")
        }
        return Localised(en: en.joined(separator: " "), zhHans: zh.joined())
    }

    private var rate: String { runs[0].learningRate }

    private var provenance: Localised {
        let hash = String(runs[0].model.weightsSha256.prefix(8))
        let method = runs[0].description.method
        let seeds = starts[0].runs.map(\.description.seed)
        let length = method.virtualTokens.map { ", P = \($0)" } ?? ""
        return Localised(
            en:
                "model \(runs[0].model.name) \(hash)… · \(runs[0].task.name.english) · \(method.name.english)\(length), lr \(rate) · \(MeasuredRuns.told(seeds))",
            zhHans:
                "模型 \(runs[0].model.name) \(hash)… · \(runs[0].task.name.chinese) · \(method.name.chinese)\(length.replacing(", ", with: "，"))，lr \(rate) · 种子 \(MeasuredRuns.seeds(seeds, separator: "、"))"
        )
    }
}
