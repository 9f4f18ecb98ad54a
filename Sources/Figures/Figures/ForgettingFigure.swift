internal import Drawing
internal import Recordings

extension Figure {
    /// What else the model could do, before and after it was tuned: by full fine-tuning, and by a prompt in place and taken off.
    static let forgetting = Figure(
        id: "forgetting",
        question: Localised(en: "What does tuning break?", zhHans: "微调会破坏什么？"),
        needs: FigureNeeds(
            also: Localised(
                en: "runs of full fine-tuning and of a method that leaves the model as it is, evaluated on other tasks",
                zhHans: "全参数微调的运行和不改动模型的方法的运行，且在其他任务上经过评估"),
            check: { recording throws(RecordingError) in
                ForgettingDrawing.candidates(in: recording) == nil
                    ? "it has no runs of full fine-tuning and of another method on one task that were evaluated on the same other tasks"
                    : nil
            })
    ) { try ForgettingDrawing($0).sheet() }
}

private struct ForgettingDrawing {
    let context: FigureContext
    let prompt: [RecordedRun]
    let full: [RecordedRun]
    let skills: [Skill]
    /// How many more skills there are than are drawn.
    let omitted: Int

    private static let mostSkills = 10

    /// A task that was not trained on, with what was measured of it.
    struct Skill {
        let name: Localised
        /// By the untuned model, as the runs of the prompt and those of full fine-tuning measured it.
        let before: (prompt: [RecordedAccuracy], full: [RecordedAccuracy])
        let full: [RecordedAccuracy]
        let inPlace: [RecordedAccuracy]
        let takenOff: [RecordedAccuracy]
    }

    static func isFull(_ run: RecordedRun) -> Bool { run.description.method.id == "full-fine-tuning" }

    /// Runs of one method that leaves the model as it is, and those of full fine-tuning of the same model on the same task.
    static func candidates(in recording: Recording) -> (prompt: [RecordedRun], full: [RecordedRun])? {
        func alike(_ run: RecordedRun) -> [RecordedRun] {
            MeasuredRuns.like(run, in: recording, beside: []).filter { $0.description.otherTasks == run.description.otherTasks }
        }
        let measured = recording.runs.filter { $0.journal.stepCount > 0 && !($0.description.otherTasks ?? []).isEmpty }
        for run in measured where !isFull(run) && !evaluations(of: run, SplitID.bare).isEmpty {
            let full = measured.first {
                isFull($0) && $0.model.name == run.model.name && $0.task.id == run.task.id
                    && $0.description.otherTasks == run.description.otherTasks
            }
            if let full { return (alike(run), alike(full)) }
        }
        return nil
    }

    private static func evaluations(of run: RecordedRun, _ split: (String) -> String) -> [RecordedEvaluation] {
        (run.description.otherTasks ?? []).flatMap { run.journal.evaluations(ofSplit: split($0)) }
    }

    init(_ context: FigureContext) throws {
        self.context = context
        if context.options.runs.isEmpty {
            guard let found = Self.candidates(in: context.recording) else {
                throw context.lacking("it has no runs of full fine-tuning and of another method with other tasks")
            }
            (prompt, full) = found
        } else {
            let chosen = try context.options.runs.map { try context.recording.run($0) }
            if let run = chosen.first(where: { ($0.description.otherTasks ?? []).isEmpty || $0.journal.stepCount == 0 }) {
                throw context.bad("run", "\(run.id) was not evaluated on other tasks")
            }
            (prompt, full) = (chosen.filter { !Self.isFull($0) }, chosen.filter(Self.isFull))
            if prompt.isEmpty || full.isEmpty {
                throw context.bad("run", "the runs are not of both full fine-tuning and another method")
            }
        }
        let (prompt, full) = (prompt, full)
        let common = (prompt[0].description.otherTasks ?? []).filter { id in
            (prompt + full).allSatisfy { ($0.description.otherTasks ?? []).contains(id) }
        }
        let all = try common.map { id in
            func measured(_ runs: [RecordedRun], _ split: String, first: Bool) throws -> [RecordedAccuracy] {
                try runs.map { run in
                    let step = first ? 0 : run.journal.stepCount
                    guard let accuracy = RecordedAccuracy(of: run, split: split, atStep: step) else {
                        throw context.lacking("run \(run.id) has no evaluation of \(split) after \(step) updates")
                    }
                    return accuracy
                }
            }
            return Skill(
                name: Self.name(of: id, among: common, in: context.recording),
                before: (
                    try measured(prompt, SplitID.bare(id), first: true), try measured(full, SplitID.skill(id), first: true)
                ),
                full: try measured(full, SplitID.skill(id), first: false),
                inPlace: try measured(prompt, SplitID.skill(id), first: false),
                takenOff: try measured(prompt, SplitID.bare(id), first: false))
        }
        guard !all.isEmpty else { throw context.bad("run", "the runs were not evaluated on the same other tasks") }
        // What full fine-tuning changes most comes first.
        let sorted = all.enumerated().sorted { a, b in
            let (x, y) = (Self.change(a.element.before.full, a.element.full), Self.change(b.element.before.full, b.element.full))
            return (x, a.offset) < (y, b.offset)
        }
        skills = sorted.prefix(Self.mostSkills).map(\.element)
        omitted = all.count - skills.count
    }

    /// The task's name, with its id where another has the same name.
    private static func name(of id: String, among ids: [String], in recording: Recording) -> Localised {
        let tasks = recording.description.allTasks.filter { ids.contains($0.id) }
        guard let task = tasks.first(where: { $0.id == id }) else { return Localised(en: id, zhHans: id) }
        let name = Localised(task.name)
        guard tasks.contains(where: { $0.id != id && ($0.name.english == name.en || $0.name.chinese == name.zhHans) }) else {
            return name
        }
        // What tells tasks of the tiny world apart that have one name is the language, behind the id's last hyphen.
        let mark = id.split(separator: "-").last.map { String($0) } ?? id
        let languages = ["en": Localised(en: "English", zhHans: "英文"), "zh": Localised(en: "Chinese", zhHans: "中文")]
        let told = languages[mark] ?? Localised(same: mark)
        return Localised(en: "\(name.en) (\(told.en))", zhHans: "\(name.zhHans)（\(told.zhHans)）")
    }

    private static func change(_ before: [RecordedAccuracy], _ after: [RecordedAccuracy]) -> Double {
        RecordedAccuracy.gap(after, before).number
    }

    private func check() throws {
        for runs in [prompt, full] {
            if let difference = MeasuredRuns.difference(between: runs, beside: []) {
                try context.require(false, "the runs of one method differ in more than the seed: \(difference)")
            }
        }
        try context.require(
            prompt[0].model.name == full[0].model.name && prompt[0].task.id == full[0].task.id,
            "\(prompt[0].id) and \(full[0].id) are of other tasks or models")
        let seeds = [prompt, full].map { Set($0.map(\.description.seed)) }
        try context.require(
            seeds[0] == seeds[1] && prompt.count == seeds[0].count && full.count == seeds[1].count,
            "the methods were not run from the same seeds, each once")
        for run in prompt {
            let hashes = run.description.weightsSha256
            try context.require(hashes.before == hashes.after, "run \(run.id) changed the model’s weights")
            for id in run.description.otherTasks ?? [] {
                let bare = run.journal.evaluations(ofSplit: SplitID.bare(id))
                guard let (first, last) = bare.first.flatMap({ first in bare.last.map { (first, $0) } }) else { continue }
                try context.require(
                    first.accuracy.bitPattern == last.accuracy.bitPattern && first.loss.bitPattern == last.loss.bitPattern,
                    "with the prompt of run \(run.id) taken off, \(id) has a loss of \(last.loss) and an accuracy of \(last.accuracy), and before had \(first.loss) and \(first.accuracy)"
                )
            }
        }
        for skill in skills {
            let before = (skill.before.prompt + skill.before.full).map(\.number)
            try context.require(
                Set(before).count == 1, "the untuned model is measured differently by different runs on \(skill.name.en)")
            for accuracy in skill.full + skill.inPlace + skill.takenOff + skill.before.prompt {
                try context.require(
                    (0...1).contains(accuracy.number), "\(accuracy.address.text) is \(accuracy.number), not from 0 to 1")
            }
        }
    }

    // MARK: The whole

    private func mean(_ change: (Skill) -> Double) -> String {
        RecordedAccuracy.points(skills.map(change).reduce(0, +) / Double(skills.count))
    }

    func sheet() throws -> Sheet {
        try check()
        let byFull = mean { Self.change($0.before.full, $0.full) }
        let inPlace = mean { Self.change($0.before.prompt, $0.inPlace) }
        let names = (Localised(full[0].description.method.name), Localised(prompt[0].description.method.name))
        return Sheet(
            title: Localised(
                en:
                    "Other skills, on average: \(byFull) points after \(names.0.en), \(inPlace) under a prompt, 0 once it is taken off",
                zhHans: "其他技能平均：\(names.0.zhHans)后 \(byFull) 个百分点，带着提示时 \(inPlace)，取下提示后为 0"),
            description: Localised(
                en:
                    "Three panels with a row for each of \(skills.count) skills: a ring for the accuracy of the untuned model, and a mark for that after tuning on another task: by \(names.0.en), by \(names.1.en) with what was trained in place, and with it taken off.",
                zhHans:
                    "三个面板，每行一种技能，共 \(skills.count) 种：圆环为未经微调的模型的准确率，实心标记为在另一任务上微调之后的准确率，依次为\(names.0.zhHans)、\(names.1.zhHans)且保留所训练的部分、以及将其取下。"
            ),
            body: body, caption: caption, provenance: provenance)
    }

    private static let gap = 20.0
    /// The narrowest panel beside others, px.
    private static let leastPanel = 132.0

    private var body: Block {
        let type = context.type
        let names = skills.map { type.shortened(type($0.name), width: 160, font: .label) }
        let side = (names.map { type.width(of: $0, in: .label) }.max() ?? 0).rounded(.up) + 8
        let third = ((context.room - side - 2 * Self.gap) / 3).rounded(.down)
        // Where a third of the page is too narrow for a panel, they stand one below the other.
        let isStacked = third < Self.leastPanel
        let width = isStacked ? context.room - side : third
        let headWidth = isStacked ? context.room : width
        let heads: [(Localised, Localised, Paint)] = [
            (
                Localised(full[0].description.method.name), Localised(en: "its weights have changed", zhHans: "权重已经改变"), .ink
            ),
            (
                Localised(prompt[0].description.method.name),
                Localised(en: "with what was trained in place", zhHans: "所训练的部分在位"), .trained
            ),
            (
                Localised(en: "taken off again", zhHans: "取下之后"),
                Localised(en: "✓ the same to the last bit", zhHans: "✓ 逐位相同"), .frozen
            ),
        ]
        var panels = [
            rows(.ink, .square) { ($0.before.full, $0.full) }, rows(.trained, .circle) { ($0.before.prompt, $0.inPlace) },
            rows(.frozen, .diamond) { ($0.before.prompt, $0.takenOff) },
        ]
        // One scale for all three.
        let numbers = panels.map(\.textWidth).max() ?? 0
        for index in panels.indices { panels[index].textWidth = numbers }
        let drawn = panels.map { $0.block(type, width: width) }
        let headings = heads.map { head, note, paint in
            Block.column(
                [
                    type.paragraph(head, width: headWidth, font: .label.bold, paint: paint),
                    type.paragraph(note, width: headWidth, font: .digits, paint: .muted),
                ], spacing: 2)
        }
        let top = (headings.map(\.height).max() ?? 0) + 10
        let pitch =
            isStacked
            ? Point(x: 0, y: top + (drawn.map(\.height).max() ?? 0) + Self.gap) : Point(x: width + Self.gap, y: 0)
        var block = Block(size: Size(width: context.room, height: top + (drawn.map(\.height).max() ?? 0) + 2 * pitch.y))
        for (index, panel) in drawn.enumerated() {
            let place = Point(x: side, y: top) + pitch * Double(index)
            // The heading stands over the rows, whose axis begins a little to the right, or over their names.
            let x = isStacked ? 0 : place.x + AccuracyRows.inset
            block.place(headings[index], at: Point(x: x, y: place.y - 10 - headings[index].height))
            block.place(panel, at: place)
        }
        for panel in isStacked ? Array(drawn.indices) : [0] {
            for (index, name) in names.enumerated() {
                guard let row = drawn[panel].places["row \(index)"] else { continue }
                let place = Point(x: side - 8, y: top + row.centre.y + Font.label.capitalHeight / 2) + pitch * Double(panel)
                block.elements.append(.text(TextRun(name, at: place, font: .label, anchor: .end)))
            }
        }
        let note = omitted > 0 ? Elision.note(omitted: omitted, Localised(en: "skills", zhHans: "种技能")) : nil
        return .column([block, note.map { type.line($0, font: .digits, paint: .muted) }].compactMap { $0 }, spacing: 8)
    }

    private func rows(
        _ role: ColourRole, _ mark: AccuracyRows.Mark,
        _ numbers: (Skill) -> (before: [RecordedAccuracy], after: [RecordedAccuracy])
    ) -> AccuracyRows {
        let rows = skills.map { skill in
            let (before, after) = numbers(skill)
            let change = RecordedAccuracy.gap(after, before)
            return AccuracyRows.Row(
                before: RecordedAccuracy.mean(before), after: RecordedAccuracy.mean(after),
                seeds: after.map { ($0.number, $0.address.text) }, text: RecordedAccuracy.points(change.number),
                textAddress: change.address)
        }
        let width = rows.map { context.type.width(of: $0.text, in: .label) }.max() ?? 0
        return AccuracyRows(rows: rows, looks: [(role, mark)], textWidth: width.rounded(.up) + 14)
    }

    // MARK: Words

    private var caption: Localised {
        let steps = full[0].journal.stepCount
        func learned(_ runs: [RecordedRun]) -> (String, String)? {
            guard let split = MeasuredRuns.split(of: prompt + full) else { return nil }
            let before = runs.compactMap { RecordedAccuracy(of: $0, split: split.id, atStep: 0) }
            let after = runs.compactMap { RecordedAccuracy(of: $0, split: split.id) }
            return (
                NumberFormat.percentage(RecordedAccuracy.mean(before).number),
                NumberFormat.percentage(RecordedAccuracy.mean(after).number)
            )
        }
        var (en, zh) = ("", "")
        let name = Localised(full[0].task.name)
        let methods = (Localised(full[0].description.method.name), Localised(prompt[0].description.method.name))
        if let byFull = learned(full), let byPrompt = learned(prompt) {
            en =
                "All were tuned on “\(name.en)”: of its held-out examples \(methods.0.en) now answers \(byFull.1), \(methods.1.en) \(byPrompt.1) (untuned: \(byFull.0)). "
            zh =
                "所有运行都在“\(name.zhHans)”上微调，其留出样例的准确率：\(methods.0.zhHans)现为 \(byFull.1)，\(methods.1.zhHans)为 \(byPrompt.1)（未经微调：\(byFull.0)）。"
        }
        return Localised(
            en: en
                + "Ring: untuned; mark: mean after \(steps) updates; small dots: seeds; numbers: change in percentage points, in the title their mean. No input says which skill is meant, so none starts at 100\u{202F}%.",
            zhHans: zh + "圆环：未经微调；实心标记：\(steps) 次更新后的平均；小点：各种子；数字：变化的百分点，标题中为各技能的平均。输入并未说明要用哪种技能，因此起点都不是 100\u{202F}%。")
    }

    private var provenance: Localised {
        let hash = String(prompt[0].model.weightsSha256.prefix(8))
        let method = prompt[0].description.method
        let length = method.virtualTokens.map { "P = \($0)" }
        let seeds = prompt.map(\.description.seed)
        return Localised(
            en: [
                "model \(prompt[0].model.name) \(hash)…",
                [method.name.english, length].compactMap { $0 }.joined(separator: ", "),
                "lr \(prompt[0].learningRate); \(full[0].description.method.name.english), lr \(full[0].learningRate)",
                "\(MeasuredRuns.told(seeds))",
            ].joined(separator: " · "),
            zhHans: [
                "模型 \(prompt[0].model.name) \(hash)…", [method.name.chinese, length].compactMap { $0 }.joined(separator: "，"),
                "lr \(prompt[0].learningRate)；\(full[0].description.method.name.chinese)，lr \(full[0].learningRate)",
                "种子 \(MeasuredRuns.seeds(seeds, separator: "、"))",
            ].joined(separator: " · "))
    }
}
