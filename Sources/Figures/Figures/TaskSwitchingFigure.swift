internal import Drawing
internal import Recordings

extension Figure {
    /// One frozen model behind several prompts: the same input, another answer each time.
    static let taskSwitching = Figure(
        id: "task-switching",
        question: Localised(en: "One model, many tasks?", zhHans: "一个模型，多个任务？"),
        needs: FigureNeeds(
            also: Localised(
                en: "runs of one frozen model on two tasks or more that share a held-out input, with their answers",
                zhHans: "同一个冻结模型在两个以上任务上的运行，这些任务有共同的留出输入，并保存了答案"),
            check: { recording throws(RecordingError) in
                let sets = TaskSwitchingDrawing.candidates(among: recording.runs)
                if sets.isEmpty { return "it has no runs of one frozen model on two tasks with answers that were kept" }
                return sets.contains { TaskSwitchingDrawing.sharing($0).count > 1 }
                    ? nil : "no held-out input is common to the tasks of its runs"
            })
    ) { try TaskSwitchingDrawing($0).sheet() }
}

private struct TaskSwitchingDrawing {
    let context: FigureContext
    /// One for each task.
    let runs: [RecordedRun]
    let evaluations: [RecordedEvaluation]
    /// The places of the shown input among each evaluation's predictions.
    let places: [Int]
    let input: String
    /// How many inputs the tasks have in common.
    let commonCount: Int
    let words: [String]

    /// Whether it left all weights of the model as they are and keeps what it answered at its end.
    private static func suits(_ run: RecordedRun) -> Bool {
        run.journal.stepCount > 0 && run.description.frozenCount == run.model.parameterCount && last(of: run) != nil
    }

    /// The answers after the last update.
    private static func last(of run: RecordedRun) -> RecordedEvaluation? {
        run.journal.evaluations.last { evaluation in
            !evaluation.predictions.isEmpty && evaluation.step == run.journal.stepCount
                && run.task.split(evaluation.split)?.examples != nil
        }
    }

    /// The first runs of each task, for each model and method.
    static func candidates(among runs: [RecordedRun]) -> [[RecordedRun]] {
        var sets: [[RecordedRun]] = []
        for run in runs where suits(run) {
            let place = sets.firstIndex {
                $0[0].model.name == run.model.name && $0[0].description.method.id == run.description.method.id
            }
            guard let place else {
                sets.append([run])
                continue
            }
            if !sets[place].contains(where: { $0.task.id == run.task.id }) { sets[place].append(run) }
        }
        return sets.filter { $0.count > 1 }
    }

    /// Of runs of several tasks those that share an input: all of them, or as many as any input is common to.
    static func sharing(_ runs: [RecordedRun]) -> [RecordedRun] {
        let all = runs.map { Set(inputs(common: [$0])) }
        func those(with input: String) -> [RecordedRun] { zip(runs, all).filter { $1.contains(input) }.map(\.0) }
        let best = runs.flatMap { inputs(common: [$0]) }.enumerated().max { a, b in
            (those(with: a.element).count, -a.offset) < (those(with: b.element).count, -b.offset)
        }
        return best.map { those(with: $0.element) } ?? []
    }

    /// The inputs that all runs answered, in the order of the first.
    static func inputs(common runs: [RecordedRun]) -> [String] {
        let all = runs.map { run -> [String] in
            guard let evaluation = last(of: run), let examples = run.task.split(evaluation.split)?.examples else { return [] }
            return evaluation.predictions.compactMap { examples.indices.contains($0.example) ? examples[$0.example].input : nil }
        }
        guard let first = all.first else { return [] }
        let others = all.dropFirst().map { Set($0) }
        return first.filter { input in others.allSatisfy { $0.contains(input) } }
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let recording = context.recording
        let chosen = try context.options.runs.map { try recording.run($0) }
        if let other = chosen.first(where: { !Self.suits($0) }) {
            throw context.bad("run", "\(other.id) trains the model’s own weights, or keeps no answers")
        }
        if chosen.count == 1 { throw context.bad("run", "tasks are switched between two runs or more") }
        guard
            let runs = chosen.isEmpty
                ? Self.candidates(among: recording.runs).map(Self.sharing).first(where: { $0.count > 1 }) : chosen
        else { throw context.lacking("it has no runs of one frozen model on two tasks that share a held-out input") }
        self.runs = Array(runs.prefix(Self.mostRuns))
        omitted = max(0, runs.count - Self.mostRuns)
        let common = Self.inputs(common: self.runs)
        guard !common.isEmpty else { throw context.bad("run", "no held-out input is common to the tasks of these runs") }
        commonCount = common.count
        let evaluations = self.runs.compactMap(Self.last)
        self.evaluations = evaluations
        let shownRuns = self.runs
        func places(of input: String) -> [Int] {
            zip(shownRuns, evaluations).map { run, evaluation in
                let examples = run.task.split(evaluation.split)?.examples ?? []
                return evaluation.predictions.firstIndex { examples[$0.example].input == input } ?? 0
            }
        }
        let shown: String
        if let example = context.options.example {
            guard common.indices.contains(example) else {
                throw context.bad("example", "the tasks share inputs 0 to \(common.count - 1), and no \(example)")
            }
            shown = common[example]
        } else {
            // That to which most different answers are given.
            shown =
                common.enumerated().max { a, b in
                    func distinct(_ input: String) -> Int {
                        Set(zip(evaluations, places(of: input)).map { $0.predictions[$1].tokens.first ?? -1 }).count
                    }
                    return (distinct(a.element), -a.offset) < (distinct(b.element), -b.offset)
                }?.element ?? common[0]
        }
        input = shown
        self.places = places(of: shown)
        words = try recording.vocabulary()
    }

    private static let mostRuns = 5
    private let omitted: Int

    private func prediction(_ index: Int) -> RecordedPrediction { evaluations[index].predictions[places[index]] }

    private func check() throws {
        for run in runs {
            let (hash, other) = (run.description.weightsSha256, runs[0].model.weightsSha256)
            try context.require(
                hash.before == other && hash.after == other,
                "the model of run \(run.id) has the hash \(hash.before.prefix(8))… before it and \(hash.after.prefix(8))… after it, and the model shown has \(other.prefix(8))…"
            )
        }
        for index in runs.indices {
            let prediction = prediction(index)
            let sum = prediction.probabilities.reduce(0.0) { $0 + Double($1) }
            try context.require(
                prediction.probabilities.allSatisfy { (0...1).contains($0) } && sum <= 1 + 1e-4,
                "the probabilities of run \(runs[index].id) add up to \(sum)")
            let wanted = runs[index].task.split(evaluations[index].split)?.examples?[prediction.example].target ?? ""
            let word = words.indices.contains(Int(prediction.target)) ? words[Int(prediction.target)] : ""
            try context.require(
                wanted.hasPrefix(word) && !word.isEmpty,
                "run \(runs[index].id) was asked for “\(word)”, and the example wants “\(wanted)”")
        }
    }

    // MARK: Words

    private var arePrompts: Bool { runs.allSatisfy { $0.description.method.virtualTokens != nil } }
    private func best(_ index: Int) -> String { TextSafety.shown(words[Int(prediction(index).tokens.first ?? 0)]) }

    func sheet() throws -> Sheet {
        try check()
        let answers = runs.indices.map(best)
        let (count, distinct) = (NumberFormat.whole(runs.count), Set(answers).count)
        let (noun, nounZh) = arePrompts ? ("prompts", "提示") : ("adapters", "适配器")
        let (listed, listedZh) = (answers.joined(separator: ", "), answers.joined(separator: "、"))
        let (after, afterZh) = ("“\(TextSafety.shown(input))”", "“\(TextSafety.shown(input))”")
        let title =
            distinct == runs.count
            ? Localised(
                en: "One model, \(count) \(noun): \(after) gives \(listed)",
                zhHans: "同一个模型，\(count) 个\(nounZh)：\(afterZh)得到 \(listedZh)")
            : Localised(
                en:
                    "With \(count) \(noun) one frozen model gives \(NumberFormat.whole(distinct)) different answer\(distinct == 1 ? "" : "s") to \(after): \(listed)",
                zhHans: "一个冻结的模型用 \(count) 个\(nounZh)，对\(afterZh)给出 \(NumberFormat.whole(distinct)) 种答案：\(listedZh)")
        return Sheet(
            title: title,
            description: Localised(
                en:
                    "A row for each of \(count) tasks: its \(arePrompts ? "prompt" : "adapter") and the bytes it takes, the same input, one frozen model that all rows pass, and the likeliest answers with their probabilities.",
                zhHans: "\(count) 个任务各一行：它的\(nounZh)及其字节数、同样的输入、所有行共用的一个冻结模型，以及最可能的答案及概率。"),
            body: body(), caption: caption, provenance: provenance)
    }

    private var caption: Localised {
        let right = runs.indices.count { Int(prediction($0).tokens.first ?? -1) == Int(prediction($0).target) }
        let hash = String(runs[0].model.weightsSha256.prefix(8))
        let (verdict, verdictZh) =
            right == runs.count
            ? ("All of these answers are right.", "这些答案都正确。")
            : (
                "\(NumberFormat.whole(right)) of \(NumberFormat.whole(runs.count)) of these answers are right.",
                "\(NumberFormat.whole(runs.count)) 个答案中有 \(NumberFormat.whole(right)) 个正确。"
            )
        let (inputs, inputsZh) =
            commonCount == 1
            ? ("It is the one held-out input that the tasks share", "这是各任务唯一共有的留出输入")
            : (
                "It is one of \(NumberFormat.whole(commonCount)) held-out inputs that the tasks share",
                "这是各任务共有的 \(NumberFormat.whole(commonCount)) 个留出输入之一"
            )
        return Localised(
            en:
                "\(inputs). \(verdict) Bars are probabilities of the next word; the wanted one has a tick. The model’s weights have the hash \(hash)… before and after every run.",
            zhHans: "\(inputsZh)。\(verdictZh)横条为下一个词的概率，期望的词带对勾。每次运行前后，模型权重的哈希都是 \(hash)…。")
    }

    // MARK: Picture

    private static let candidatesShown = 3
    private static let lineHeight = 18.0
    private static let bar = 84.0
    private static let longestBar = 260.0
    /// The room between a bar and its word.
    private static let numberWidth = 54.0
    private static let wordWidth = 70.0
    /// The least room of an arrow to the model or from it, px.
    private static let leastWay = 26.0

    private func body() -> Block {
        let type = context.type
        let gap = 20.0
        let rowHeight = max(76, Double(Self.candidatesShown) * Self.lineHeight + 8)
        let promptWidth = runs.map { prompt($0).width }.max() ?? 0
        let prompts = runs.map { prompt($0, width: promptWidth) }
        let text = TokenRow.block(input.split(separator: " ").map(String.init), width: 150, type: type)
        let name = type.width(of: type.shortened(runs[0].model.name, width: 150, font: .label.bold), in: .label.bold)
        let modelWidth = (max(name, 96) + 36).rounded(.up)
        let answerWidth = Self.bar + Self.numberWidth + Self.wordWidth
        let textX = promptWidth + 12
        let used = textX + text.width + modelWidth + answerWidth
        guard used + 2 * Self.leastWay <= context.room else { return stacked(prompts, text) }
        let way = min(48, max(Self.leastWay, ((context.room - used) / 2).rounded(.down)))
        let modelX = textX + text.width + way
        let answerX = modelX + modelWidth + way
        let left = max(0, ((context.room - answerX - answerWidth) / 2).rounded(.down))
        var block = Block(size: Size(width: context.room, height: 0))
        let heads: [(Localised, Double, Double)] = [
            (
                Localised(en: arePrompts ? "its own prompt" : "its own adapter", zhHans: arePrompts ? "各自的提示" : "各自的适配器"), 0,
                promptWidth
            ),
            (Localised(en: "same input", zhHans: "同样的输入"), textX, text.width),
            (Localised(en: "one model", zhHans: "同一个模型"), modelX, modelWidth),
            (Localised(en: "answer", zhHans: "答案"), answerX, answerWidth),
        ]
        for (index, (head, x, width)) in heads.enumerated() {
            let line = type.line(head, font: .label.bold, paint: .muted)
            let inset = index == 3 ? 0 : ((width - line.width) / 2).rounded()
            block.place(line, at: Point(x: left + max(0, x + inset), y: 0))
        }
        let top = Font.label.lineHeight + 10
        var y = top
        for index in runs.indices {
            let middle = (y + rowHeight / 2).rounded()
            let prompt = prompts[index]
            block.place(prompt, at: Point(x: left, y: (middle - prompt.height / 2).rounded()))
            block.place(text, at: Point(x: left + textX, y: (middle - text.height / 2).rounded()))
            block.elements.append(
                .arrow([
                    Point(x: left + textX + text.width + 5, y: middle), Point(x: left + modelX - 3, y: middle),
                ]))
            block.elements.append(
                .arrow([
                    Point(x: left + modelX + modelWidth + 4, y: middle), Point(x: left + answerX - 8, y: middle),
                ]))
            addAnswers(index, at: Point(x: left + answerX, y: middle), to: &block)
            y += rowHeight + gap
        }
        y -= gap
        let model = Rectangle(x: left + modelX, y: top, width: modelWidth, height: y - top)
        block.elements.append(
            .rectangle(
                model.grown(by: -0.5), cornerRadius: 4, fill: .tint(.frozen),
                hatch: Hatch(.role(.frozen, strength: 0.35), spacing: 6), stroke: Stroke(.frozen)))
        let label = self.model(width: modelWidth - 32)
        let plate = Rectangle(
            x: model.x + 8, y: (model.centre.y - label.height / 2).rounded() - 8, width: modelWidth - 16,
            height: label.height + 16)
        block.elements.append(.rectangle(plate, cornerRadius: 3, fill: .paper))
        block.place(label, at: Point(x: (model.centre.x - label.width / 2).rounded(), y: plate.y + 8))
        block.size.height = y
        return noted(block)
    }

    /// With a line below that says how many tasks are left out.
    private func noted(_ block: Block) -> Block {
        let note = omitted > 0 ? Elision.note(omitted: omitted, Localised(en: "tasks", zhHans: "个任务")) : nil
        return .column(
            [block] + [note].compactMap { $0.map { context.type.line($0, font: .digits, paint: .muted) } }, spacing: 8)
    }

    /// On a narrow page a prompt and the input go into the model, and the answers come out of it below them.
    private func stacked(_ prompts: [Block], _ text: Block) -> Block {
        let type = context.type
        let words = modelWords
        let modelX = context.room - words.width - 14
        let right = modelX - Self.leastWay
        let promptWidth = prompts.map(\.width).max() ?? 0
        // Answers are as wide as there is room.
        let bar = max(Self.bar, min(Self.longestBar, right - Self.numberWidth - Self.wordWidth - Self.leastWay))
        var block = Block(size: Size(width: context.room, height: 0))
        let heads = [
            Localised(en: arePrompts ? "its own prompt" : "its own adapter", zhHans: arePrompts ? "各自的提示" : "各自的适配器"),
            Localised(en: "same input", zhHans: "同样的输入"),
        ].map { type.line($0, font: .label.bold, paint: .muted) }
        // A text that has no room behind the prompts stands below them.
        let isBeside = promptWidth + 12 + max(text.width, heads[1].width) <= right
        let separator = type.line(isBeside ? "" : "+", font: .label.bold, paint: .muted)
        block.place(
            isBeside
                ? .row([heads[0].within(width: promptWidth + 12), heads[1]], spacing: 0)
                : .flow([heads[0], separator, heads[1]], width: right, spacing: 6, lineSpacing: 2), at: .zero)
        let top = Font.label.lineHeight + 10
        var y = top
        for (index, prompt) in prompts.enumerated() {
            if index > 0 { y += 24 }
            let input: Block = isBeside ? .row([prompt, text], spacing: 12, alignment: .centre) : .column([prompt, text])
            block.place(input, at: Point(x: 0, y: y))
            let way = (isBeside ? y + input.height / 2 : y + input.height - text.height / 2).rounded()
            let start = isBeside ? promptWidth + 12 + text.width : text.width
            block.elements.append(.arrow([Point(x: start + 5, y: way), Point(x: modelX - 3, y: way)]))
            let count = Double(min(Self.candidatesShown, prediction(index).tokens.count))
            y += input.height + 10
            let middle = (y + count * Self.lineHeight / 2).rounded()
            let end = addAnswers(index, at: Point(x: 0, y: middle), bar: bar, to: &block)
            block.elements.append(.arrow([Point(x: modelX - 4, y: middle), Point(x: end + 8, y: middle)]))
            y += count * Self.lineHeight
        }
        FrozenBar.add(
            words, in: Rectangle(x: modelX, y: top, width: context.room - modelX, height: y - top), to: &block)
        block.size.height = y
        return noted(block)
    }

    /// What stands for a task: its name, its tiles, its bytes.
    private func prompt(_ run: RecordedRun, width: Double = 0) -> Block {
        let type = context.type
        let name = type.line(type.shortened(type(Localised(run.task.name)), width: 150, font: .label.bold), font: .label.bold)
        let method = run.description.method
        let middle =
            method.virtualTokens.map { PromptTiles(count: $0, side: 11).block(type) }
            ?? type.line(type.shortened(type(Localised(method.name)), width: 150, font: .label), paint: .trained)
        var bytes: [Block] = []
        if let count = run.description.adapterBytes {
            bytes.append(
                type.line(NumberFormat.bytes(count), font: .label).addressed(MeasuredValue.adapterBytes.address(in: run.id).text))
        }
        if let length = method.virtualTokens {
            bytes.append(type.line("P = \(length)", paint: .muted))
        }
        return Box.trained.block(
            .column([name, middle, .row(bytes, spacing: 10)], spacing: 5),
            padding: .symmetric(horizontal: 10, vertical: 7), width: width, alignment: .start)
    }

    /// The model's name and what is said of it, reading upwards.
    private var modelWords: Block {
        let type = context.type
        let model = runs[0].model
        let bytes = runs[0].description.memory.map { memory in
            type.upwardsLine(NumberFormat.bytes(memory.baseWeights), font: .digits, paint: .muted).addressed(
                MeasuredValue.memoryOfBaseWeights.address(in: runs[0].id).text)
        }
        let kept = type.upwardsLine(
            type(Localised(en: "frozen, kept once", zhHans: "冻结，只存一份")), font: .digits, paint: .muted)
        return .row(
            [
                type.upwardsLine(type.shortened(model.name, width: 150, font: .label.bold), font: .label.bold),
                // From below upwards.
                .column([kept] + [bytes].compactMap { $0 }, spacing: 10),
            ], spacing: 2, alignment: .centre)
    }

    private func model(width: Double) -> Block {
        let type = context.type
        let model = runs[0].model
        var lines = [
            Badge.lock.block(size: 18),
            type.line(type.shortened(model.name, width: width, font: .label.bold), font: .label.bold),
            type.line("\(model.weightsSha256.prefix(8))…", font: .digits.mono, paint: .muted),
        ]
        if let memory = runs[0].description.memory {
            lines.append(
                type.line(NumberFormat.bytes(memory.baseWeights)).addressed(
                    MeasuredValue.memoryOfBaseWeights.address(in: runs[0].id).text))
        }
        lines.append(type.line(Localised(en: "frozen, kept once", zhHans: "冻结，只存一份"), font: .digits, paint: .muted))
        return .column(lines, spacing: 6, alignment: .centre)
    }

    /// The likeliest words, bars first.
    ///
    /// - Returns: Where the longest of the words ends.
    @discardableResult
    private func addAnswers(_ index: Int, at place: Point, bar: Double = Self.bar, to block: inout Block) -> Double {
        let type = context.type
        let (prediction, evaluation, run) = (prediction(index), evaluations[index], runs[index])
        let count = min(Self.candidatesShown, prediction.tokens.count)
        var y = (place.y - Double(count) * Self.lineHeight / 2).rounded()
        var end = place.x
        for rank in 0..<count {
            let (token, p) = (prediction.tokens[rank], Double(prediction.probabilities[rank]))
            let isWanted = token == prediction.target
            let address = Address(
                run: run.id, step: evaluation.step, .evaluationProbabilities(evaluation.split), places[index], rank
            )
            .text
            let shape = Rectangle(x: place.x, y: y + 4, width: max(1, (p * bar).rounded()), height: 10)
            block.elements.append(
                .group(Group(address: address, [.rectangle(shape, fill: isWanted ? .good : .role(.ink, strength: 0.55))])))
            let number = p > 0 && p < 0.005 ? "<0.01" : NumberFormat.fixed(p, decimals: 2)
            block.place(type.line(number).addressed(address), at: Point(x: place.x + bar + 6, y: y))
            let text = (isWanted ? "✓ " : "") + TextSafety.shown(words[Int(token)])
            let font = isWanted ? Font.label.bold : .label
            let paint: Paint = isWanted ? .good : rank == 0 ? .ink : .muted
            let word = type.line(type.shortened(text, width: Self.wordWidth, font: font), font: font, paint: paint)
            block.place(word, at: Point(x: place.x + bar + Self.numberWidth, y: y))
            end = max(end, place.x + bar + Self.numberWidth + word.width)
            y += Self.lineHeight
        }
        return end
    }

    private var provenance: Localised {
        let model = runs[0].model
        let hash = String(model.weightsSha256.prefix(8))
        let steps = Set(runs.map(\.journal.stepCount)).sorted().map { NumberFormat.whole($0) }
        let ids = runs.map(\.id)
        return Localised(
            en: "model \(model.name) \(hash)… · \(ids.joined(separator: ", ")) · step \(steps.joined(separator: ", "))",
            zhHans: "模型 \(model.name) \(hash)… · \(ids.joined(separator: "、")) · 第 \(steps.joined(separator: "、")) 步")
    }
}
