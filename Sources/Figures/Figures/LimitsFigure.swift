internal import Drawing
internal import Recordings

extension Figure {
    /// A task that prompts do not learn, and what of attention they leave as it is.
    static let limits = Figure(
        id: "limits",
        question: Localised(en: "What can a prompt not do?", zhHans: "提示做不到什么？"),
        needs: FigureNeeds(
            also: Localised(
                en:
                    "runs on one task by prompts of several lengths and by another method, evaluated; and the first layer’s attention weights of the same held-out examples under two prompts of one length, at best one of them untrained",
                zhHans: "在同一任务上、不同长度的提示和另一种方法的运行，经过评估；以及在相同的留出样例上、同一长度的两个提示（最好其中一个未经训练）之下第一层的注意力权重"),
            check: { recording throws(RecordingError) in
                if LimitsDrawing.candidates(in: recording).isEmpty {
                    return "it has no runs on one task by prompts of several lengths and by another method"
                }
                return try RelativeAttention.found(in: recording.runs) == nil
                    ? "it has no two prompts of one length with the first layer's attention weights of the same held-out examples"
                    : nil
            })
    ) { try LimitsDrawing($0).sheet() }
}

private struct LimitsDrawing {
    let context: FigureContext
    /// Runs that differ in the seed only: prompts by their length, then the other methods.
    let groups: [[RecordedRun]]
    let split: SplitDescription
    /// Whether what is asked is what was shown.
    let isShown: Bool
    let attention: RelativeAttention

    private static let mostGroups = 10

    private static func isPrompt(_ run: RecordedRun) -> Bool { run.description.method.virtualTokens != nil }

    private static func training(_ run: RecordedRun) -> TrainingDescription {
        var training = run.description.training
        training.optimizer.learningRate = 0
        return training
    }

    /// All runs of the first task and model on which prompts of several lengths stand beside another method.
    static func candidates(in recording: Recording) -> [RecordedRun] {
        for first in recording.runs where isPrompt(first) && first.journal.stepCount > 0 {
            let same = recording.runs.filter {
                $0.task.id == first.task.id && $0.model.name == first.model.name && training($0) == training(first)
                    && (!isPrompt($0) || $0.description.method.id == first.description.method.id)
            }
            let lengths = Set(same.compactMap(\.description.method.virtualTokens))
            if lengths.count > 1, same.contains(where: { !isPrompt($0) }) { return same }
        }
        return []
    }

    init(_ context: FigureContext) throws {
        self.context = context
        let chosen = try context.options.runs.map { try context.recording.run($0) }
        let all = chosen.isEmpty ? Self.candidates(in: context.recording) : chosen
        let prompts = all.filter(Self.isPrompt).sorted {
            ($0.description.method.virtualTokens ?? 0) < ($1.description.method.virtualTokens ?? 0)
        }
        var groups: [[RecordedRun]] = []
        for run in prompts + all.filter({ !Self.isPrompt($0) }) {
            if let place = groups.firstIndex(where: { $0[0].description.method == run.description.method }) {
                groups[place].append(run)
            } else {
                groups.append([run])
            }
        }
        guard !prompts.isEmpty, prompts.count < all.count else {
            throw context.bad("run", "the runs are not of both prompts and another method")
        }
        guard groups.count <= Self.mostGroups else {
            throw context.bad(
                "run", "the runs are of \(groups.count) methods and lengths, and at most \(Self.mostGroups) have room")
        }
        self.groups = groups
        let splits = all[0].task.splits.filter { split in
            all.allSatisfy { !$0.journal.evaluations(ofSplit: split.id).isEmpty }
        }
        guard let last = splits.last, let first = all[0].task.splits.first else {
            throw context.lacking("its runs were not all evaluated on one split")
        }
        // Where examples of tuning are among the last split's, nothing is held out: the split of tuning says what was learned.
        let shown = Set(first.examples ?? [])
        isShown = last.id == first.id || (last.examples ?? []).contains(where: shown.contains)
        split = isShown ? first : last
        guard isShown == false || splits.contains(where: { $0.id == first.id }) else {
            throw context.lacking("its runs were not all evaluated on what they were tuned on")
        }
        guard let attention = try RelativeAttention.found(in: context.recording.runs) else {
            throw context.lacking("it has no two prompts of one length whose attention can be compared")
        }
        self.attention = attention
    }

    private func check() throws -> Double {
        let first = groups[0][0]
        let seeds = Set(groups[0].map(\.description.seed))
        for group in groups {
            if let difference = MeasuredRuns.difference(between: group, beside: []) {
                try context.require(false, "runs of one method differ in more than the seed: \(difference)")
            }
            try context.require(
                Set(group.map(\.description.seed)) == seeds && group.count == seeds.count,
                "the runs like \(group[0].id) are not of the same seeds as the others, each once")
            try context.require(
                group[0].task.id == first.task.id && group[0].model.name == first.model.name
                    && Self.training(group[0]) == Self.training(first),
                "\(group[0].id) and \(first.id) differ in more than the method, its learning rate and the seed")
            for accuracy in accuracies(group) {
                try context.require(
                    (0...1).contains(accuracy.number), "\(accuracy.address.text) is \(accuracy.number), not from 0 to 1")
            }
        }
        let largest = try attention.largestDifference() ?? (.infinity, 0, 0)
        try context.require(
            largest.difference <= 1e-5,
            "at the first layer the words’ parts of the attention differ by \(largest.difference) in row \(largest.row) of head \(largest.head) between \(attention.run.id) and \(attention.otherRun.id)"
        )
        return largest.difference
    }

    private func accuracies(_ group: [RecordedRun]) -> [RecordedAccuracy] {
        group.compactMap { RecordedAccuracy(of: $0, split: split.id) }
    }

    private func name(_ group: [RecordedRun]) -> Localised {
        let method = group[0].description.method
        if let length = method.virtualTokens {
            return Localised(en: "\(method.name.english), P = \(length)", zhHans: "\(method.name.chinese)，P = \(length)")
        }
        if let rank = method.count("rank") {
            return Localised(en: "\(method.name.english), rank \(rank)", zhHans: "\(method.name.chinese)，秩 \(rank)")
        }
        return Localised(method.name)
    }

    // MARK: The whole

    private static let gap = 32.0
    /// Of the half with the rows beside the other one, px.
    private static let leastHalf = 260.0

    /// The width of the half with the rows, px.
    private var half: Double { ((context.room - Self.gap) * 0.47).rounded(.down) }
    /// Whether the halves stand one below the other.
    private var isStacked: Bool { half < Self.leastHalf }
    /// Where the rows are, and where the attention is.
    private var places: (first: Localised, second: Localised) {
        isStacked
            ? (Localised(en: "above", zhHans: "上"), Localised(en: "below", zhHans: "下"))
            : (Localised(en: "left", zhHans: "左"), Localised(en: "right", zhHans: "右"))
    }

    func sheet() throws -> Sheet {
        let difference = try check()
        let means = groups.map { RecordedAccuracy.mean(accuracies($0)).number }
        let prompts = groups.indices.filter { Self.isPrompt(groups[$0][0]) }
        let others = groups.indices.filter { !Self.isPrompt(groups[$0][0]) }
        let best = prompts.map { means[$0] }.max() ?? 0
        let other = others.reversed().max { means[$0] < means[$1] } ?? 0
        let (task, method) = (Localised(groups[0][0].task.name), Localised(groups[other][0].description.method.name))
        let (low, high) = (NumberFormat.percentage(best), NumberFormat.percentage(means[other]))
        let rest = try proportions(width: isStacked ? context.room : context.room - Self.gap - half, difference: difference)
        let parts = [learned(width: isStacked ? context.room : half, height: isStacked ? 0 : rest.height), rest]
        let (first, second) = places
        return Sheet(
            title: Localised(
                en:
                    "On “\(task.en)” the best of the prompts is right on \(low), \(method.en) on \(high)",
                zhHans: "在“\(task.zhHans)”上，最好的提示答对 \(low)，\(method.zhHans)答对 \(high)"),
            description: Localised(
                en:
                    "\(first.en.capitalised), rows with the accuracy on \(split.name.english) of prompts of several lengths and of other methods. \(second.en.capitalised), the attention of one word at the first layer under two prompts: their parts differ, and the words’ parts of what is left are the same.",
                zhHans:
                    "\(first.zhHans)边各行为不同长度的提示和其他方法在\(split.name.chinese)上的准确率；\(second.zhHans)边是第一层中一个词在两个提示之下的注意力：提示所占份额不同，余下部分在各词之间的比例相同。"
            ),
            body: isStacked ? .column(parts, spacing: 24) : .row(parts, spacing: Self.gap),
            caption: try caption, provenance: provenance)
    }

    // MARK: What is learned

    /// - Parameter height: What the rows fill, as far as that does not tear them apart.
    private func learned(width: Double, height: Double) -> Block {
        let type = context.type
        let side = groups.map { type.width(of: type(name($0)), in: .label) }.max() ?? 0
        let rows = groups.map { group in
            let found = accuracies(group)
            let mean = RecordedAccuracy.mean(found)
            return AccuracyRows.Row(
                before: nil, after: mean, seeds: found.map { ($0.number, $0.address.text) },
                text: NumberFormat.percentage(mean.number), textAddress: mean.address)
        }
        let looks = groups.map { group -> (role: ColourRole, mark: AccuracyRows.Mark) in
            Self.isPrompt(group[0])
                ? (.trained, .circle) : group[0].description.method.id == "full-fine-tuning" ? (.ink, .square) : (.key, .diamond)
        }
        let text = (rows.map { type.width(of: $0.text, in: .label) }.max() ?? 0).rounded(.up) + 16
        let left = side.rounded(.up) + 8
        let heading = heading(
            Localised(
                en: "Learned in \(groups[0][0].journal.stepCount) updates", zhHans: "\(groups[0][0].journal.stepCount) 次更新学到的"),
            isShown
                ? Localised(en: "right, of what was shown in tuning", zhHans: "在微调所见样例上的准确率")
                : Localised(en: "right, of \(split.name.english)", zhHans: "在\(split.name.chinese)上的准确率"), width: width)
        let rowHeight = ((height - heading.height - 40) / Double(groups.count)).rounded(.down)
        let panel = AccuracyRows(rows: rows, looks: looks, rowHeight: min(max(rowHeight, 28), 60), textWidth: text)
            .block(type, width: width - left)
        var block = Block(size: Size(width: width, height: panel.height))
        block.place(panel, at: Point(x: left, y: 0))
        for (index, group) in groups.enumerated() {
            guard let row = panel.places["row \(index)"] else { continue }
            let place = Point(x: left - 8, y: row.centre.y + Font.label.capitalHeight / 2)
            block.elements.append(.text(TextRun(type(name(group)), at: place, font: .label, anchor: .end)))
        }
        return .column([heading, block], spacing: 12)
    }

    private func heading(_ title: Localised, _ note: Localised, width: Double) -> Block {
        .column(
            [
                context.type.paragraph(title, width: width, font: .label.bold),
                context.type.paragraph(note, width: width, font: .label, paint: .muted),
            ], spacing: 2)
    }

    // MARK: What stays

    /// The head whose words lose or gain most to the prompt while several of them have a part, at the row where the answer is predicted.
    private func chosen() throws -> (row: Int, head: Int, words: [String]) {
        if let layer = context.options.layer, layer != 0 {
            throw context.bad("layer", "the proportions stay as they are at the first layer only, layer 0")
        }
        let frame = attention.frame
        let sequence = try context.example(of: frame)
        guard let counted = frame.batch.counted(ofSequence: sequence).first else {
            throw context.bad("example", "no token of example \(sequence) is counted")
        }
        let row = Int(frame.batch.countedRows[counted])
        let heads = try context.chosen("head", context.options.head, of: attention.headCount)
        func change(_ head: Int) -> Double {
            abs(attention.trained(row, head: head).prompt - attention.other(row, head: head).prompt)
                * (1 - (attention.other(row, head: head).relative.max() ?? 0))
        }
        let head = heads.max { change($0) < change($1) } ?? heads[0]
        let vocabulary = try context.recording.vocabulary()
        let words = (frame.batch.sequence(sequence).lowerBound...row).map {
            TextSafety.shown(vocabulary[Int(frame.batch.tokens[$0])])
        }
        return (row, head, words)
    }

    private func proportions(width: Double, difference: Double) throws -> Block {
        let type = context.type
        let (row, head, words) = try chosen()
        let pair = [
            (attention.otherRun, attention.other(row, head: head)), (attention.run, attention.trained(row, head: head)),
        ]
        let isStart = attention.otherRun.journal.stepCount == 0
        let labels = [
            type(
                isStart
                    ? Localised(en: "as it started", zhHans: "初始的提示")
                    : Localised(en: attention.otherRun.id, zhHans: attention.otherRun.id)),
            type(isStart ? Localised(en: "trained", zhHans: "训练后") : Localised(en: attention.run.id, zhHans: attention.run.id)),
        ].map { type.shortened($0, width: 90, font: .label) }
        func matrix(_ values: [[Float?]], labelled: Bool, address: (Int, Int) -> String?) -> Block {
            let names = [type(Localised(en: "prompt", zhHans: "提示"))] + words.map { type.shortened($0, width: 64, font: .digits) }
            var view = MatrixView(
                rows: MatrixAxis(count: 2, labels: labels, noun: Localised(en: "rows", zhHans: "行")),
                columns: MatrixAxis(
                    groups: [.init(count: 1), .init(count: words.count)], labels: labelled ? names : [],
                    noun: Localised(en: "words", zhHans: "个词")),
                values: values.flatMap { $0 }, scale: .sequential(from: 0, to: 1))
            view.cell = Size(width: 44, height: 30)
            view.leastCell = Size(width: MatrixView.numberWidth, height: 30)
            view.isSquare = false
            var block = view.block(type, room: Size(width: width, height: 200))
            for line in 0..<2 {
                for column in 0...words.count {
                    guard let rowPlace = block.places["row \(line)"], let place = block.places["column \(column)"],
                        let text = address(line, column)
                    else { continue }
                    let cell = Rectangle(x: place.x, y: rowPlace.y, width: place.width, height: rowPlace.height)
                    // Small weights have the colour of paper: an edge shows where their cell is, and is the place to point at.
                    block.elements.append(
                        .group(Group(address: text, [.rectangle(cell.grown(by: -0.5), stroke: Stroke(.rule))])))
                }
            }
            return block
        }
        func weights(_ line: Int, _ key: Int? = nil) -> Address {
            let (run, frame) = line == 0 ? (attention.otherRun, attention.otherFrame) : (attention.run, attention.frame)
            let name = ValueName.attentionWeights(layer: 0)
            guard let key else { return Address(run: run.id, step: frame.step, name, row, head) }
            return Address(run: run.id, step: frame.step, name, row, head, key)
        }
        let p = attention.promptLength
        let whole = matrix(pair.map { [Float($0.1.prompt)] + $0.1.words.map { Float($0) } }, labelled: true) { line, column in
            column == 0
                ? Derivation("prompt-share", weights(line)).description : weights(line, p + column - 1).text
        }
        let relative = matrix(pair.map { [nil] + $0.1.relative.map { Float($0) } }, labelled: false) { line, column in
            column == 0
                ? nil : Derivation("share-within-text", arguments: [weights(line)], element: [column - 1]).description
        }
        let word = words[words.count - 1]
        let note = Localised(
            en: "equal for all rows, heads and words, to \(NumberFormat.power(difference, digits: 1))",
            zhHans: "所有行、头、词都相等，误差不超过 \(NumberFormat.power(difference, digits: 1))")
        return .column(
            [
                heading(
                    Localised(en: "What a prompt leaves alone", zhHans: "提示改变不了什么"),
                    Localised(
                        en: "attention of “\(word)” at layer 1, head \(head + 1)", zhHans: "“\(word)”在第 1 层第 \(head + 1) 个头的注意力"),
                    width: width), whole,
                heading(
                    Localised(en: "The same, among words only", zhHans: "同样的权重，只看各词"),
                    Localised(en: "each divided by what the words get together", zhHans: "各除以所有词所得之和"), width: width),
                .column([relative, type.paragraph(note, width: width, font: .label, paint: .good)], spacing: 6),
            ], spacing: 12)
    }

    // MARK: Words

    private var caption: Localised {
        get throws {
            let (first, second) = places
            let later = try attention.largestDifference(layer: 1).map { NumberFormat.significant($0.difference) }
            let task = Localised(attention.run.task.name)
            let (en, zh) =
                isShown
                ? (
                    "Such a task has nothing to hold out: what is asked is what was shown. ", "这样的任务没有可留出的部分：所问即所学。"
                ) : ("", "")
            return Localised(
                en:
                    "\(first.en.capitalised): means, small dots are seeds. \(en)\(second.en.capitalised): one text behind a prompt of P = \(attention.promptLength) for “\(task.en)”; the prompt changes how much is left for the words, not how they share it"
                    + (later.map { ". At layer 2, whose input the prompt has changed, parts differ by up to \($0)." } ?? ".")
                    + " Source: Petrov et al. 2024.",
                zhHans:
                    "\(first.zhHans)：平均值，小点为各种子。\(zh)\(second.zhHans)：同一文本置于为“\(task.zhHans)”训练的提示（P = \(attention.promptLength)）之后；提示改变的是留给各词的总量，而不是各词之间的分配"
                    + (later.map { "。第 2 层的输入已被提示改变，份额相差可达 \($0)。" } ?? "。") + "出处：Petrov 等 2024。")
        }
    }

    private var provenance: Localised {
        let first = groups[0][0]
        let hash = String(first.model.weightsSha256.prefix(8))
        let rates = groups.map { $0[0].learningRate }
        let seeds = groups[0].map(\.description.seed)
        return Localised(
            en:
                "model \(first.model.name) \(hash)… · lr from above \(rates.joined(separator: ", ")) · \(MeasuredRuns.told(seeds)) · \(places.second.en): \(attention.otherRun.id), \(attention.run.id)",
            zhHans:
                "模型 \(first.model.name) \(hash)… · lr 自上而下 \(rates.joined(separator: "、")) · 种子 \(MeasuredRuns.seeds(seeds, separator: "、")) · \(places.second.zhHans)：\(attention.otherRun.id)、\(attention.run.id)"
        )
    }
}
