internal import Drawing
internal import Recordings

extension Figure {
    /// What the model held likely for some held-out inputs, before and after training.
    static let prediction = Figure(
        id: "prediction",
        question: Localised(en: "What did it answer?", zhHans: "它回答了什么？"),
        needs: FigureNeeds(
            also: Localised(en: "a run that kept its answers before and after", zhHans: "保存了训练前后答案的运行"),
            check: { recording throws(RecordingError) in
                recording.runs.contains { PredictionDrawing.pair(of: $0) != nil }
                    ? nil : "no run kept its answers before and after"
            })
    ) { try PredictionDrawing($0).sheet() }
}

private struct PredictionDrawing {
    let context: FigureContext
    let run: RecordedRun
    let before: RecordedEvaluation
    let after: RecordedEvaluation
    let words: [String]
    let split: SplitDescription

    /// The first and the last evaluation of a split whose answers were kept.
    static func pair(of run: RecordedRun) -> (before: RecordedEvaluation, after: RecordedEvaluation)? {
        let kept = run.journal.evaluations.filter { !$0.predictions.isEmpty }
        guard let last = kept.last, let first = kept.first(where: { $0.split == last.split && $0.step < last.step }) else {
            return nil
        }
        return (first, last)
    }

    init(_ context: FigureContext) throws {
        self.context = context
        run = try context.run { Self.pair(of: $0) != nil }
        guard let pair = Self.pair(of: run), let split = run.task.split(pair.after.split) else {
            throw context.lacking("run \(run.id) kept no answers")
        }
        (before, after) = pair
        self.split = split
        words = try context.recording.vocabulary()
    }

    private func check() throws {
        for evaluation in [before, after] {
            for prediction in evaluation.predictions {
                let sum = prediction.probabilities.reduce(0.0) { $0 + Double($1) }
                try context.require(
                    prediction.probabilities.allSatisfy { (0...1).contains($0) } && sum <= 1 + 1e-4,
                    "the probabilities of example \(prediction.example) at step \(evaluation.step) add up to \(sum)")
            }
            let right = Double(evaluation.predictions.count(where: \.isRight)) / Double(max(evaluation.predictions.count, 1))
            try context.require(
                abs(right - Double(evaluation.accuracy)) < 1e-4,
                "\(right) of the answers at step \(evaluation.step) are right, and the accuracy is \(evaluation.accuracy)")
        }
    }

    private static let mostExamples = 8

    func sheet() throws -> Sheet {
        try check()
        let (first, last) = (NumberFormat.percentage(Double(before.accuracy)), NumberFormat.percentage(Double(after.accuracy)))
        let examples = split.name.english
        return Sheet(
            title: Localised(
                en:
                    "\(examples.prefix(1).uppercased() + examples.dropFirst()) answered right: \(first) before training, \(last) after",
                zhHans: "\(split.name.chinese)：训练前答对 \(first)，训练后答对 \(last)"),
            description: Localised(
                en:
                    "A table of \(split.name.english): the input, the answer that is wanted, and the likeliest answers with their probabilities before training and after \(after.step) updates.",
                zhHans: "\(split.name.chinese)的表格：输入、期望的答案，以及训练前和 \(after.step) 次更新后最可能的答案及其概率。"),
            body: table(),
            caption: Localised(
                en:
                    "Bars are probabilities of the next word; the wanted one is green and bold and has a tick. An answer counts as right where the wanted word is the likeliest.",
                zhHans: "横条为下一个词的概率；期望的词为绿色粗体并带对勾。期望的词概率最大时算答对。"),
            provenance: context.provenance(run, step: after.step))
    }

    private func table() -> Block {
        let type = context.type
        let chosen = Elision(count: after.predictions.count, capacity: Self.mostExamples)
        let examples = Array(chosen.shown.prefix(Self.mostExamples))
        func input(_ prediction: RecordedPrediction) -> String {
            split.examples.map { TextSafety.shown($0[prediction.example].input) } ?? "#\(prediction.example + 1)"
        }
        let inputs = examples.map { type.shortened(input(after.predictions[$0]), width: 150, font: .label.mono) }
        let wanted = examples.map {
            type.shortened(TextSafety.shown(words[Int(after.predictions[$0].target)]), width: 90, font: .label.bold)
        }
        let heads = [
            Localised(en: "input", zhHans: "输入"), Localised(en: "wanted", zhHans: "期望"),
            Localised(en: "before", zhHans: "训练前"),
            Localised(
                en: "after \(NumberFormat.whole(after.step)) updates", zhHans: "\(NumberFormat.whole(after.step)) 次更新后"),
        ]
        func width(_ texts: [String], _ font: Font, _ head: Localised) -> Double {
            max(texts.map { type.width(of: $0, in: font) }.max() ?? 0, type.width(of: type(head), in: .label.bold)).rounded(.up)
        }
        let first = width(inputs, .label.mono, heads[0]) + 20
        let second = width(wanted, .label.bold, heads[1]) + 24
        let column = ((context.room - first - second - 24) / 2).rounded(.down)
        let starts = [0, first, first + second, first + second + column + 24]
        var block = Block(size: Size(width: context.room, height: 0))
        for (head, x) in zip(heads, starts) {
            block.place(type.line(head, font: .label.bold, paint: .muted), at: Point(x: x, y: 0))
        }
        var y = 26.0
        let lineHeight = 16.0
        for (rank, index) in examples.enumerated() {
            let (old, new) = (
                before.predictions.first { $0.example == after.predictions[index].example }, after.predictions[index]
            )
            block.elements.append(.line(Point(x: 0, y: y - 4), Point(x: context.room, y: y - 4), Stroke(.rule)))
            block.place(type.line(inputs[rank], font: .label.mono), at: Point(x: starts[0], y: y))
            block.place(type.line(wanted[rank], font: .label.bold, paint: .good), at: Point(x: starts[1], y: y))
            for (prediction, evaluation, x) in [(old, before, starts[2]), (new, after, starts[3])] {
                guard let prediction else { continue }
                for (line, token) in prediction.tokens.prefix(Self.words).enumerated() {
                    let p = Double(prediction.probabilities[line])
                    let top = y + Double(line) * lineHeight
                    let isWanted = token == prediction.target
                    let place = evaluation.predictions.firstIndex { $0.example == prediction.example }
                    let address = Address(run: run.id, step: evaluation.step, .evaluationProbabilities(split.id), place, line)
                        .text
                    let bar = Rectangle(x: x, y: top + 4, width: max(1, (p * Self.bar).rounded()), height: 9)
                    block.elements.append(
                        .group(
                            Group(
                                address: address, [.rectangle(bar, fill: isWanted ? .good : .role(.ink, strength: 0.55))])))
                    let number = p > 0 && p < 0.005 ? "<0.01" : NumberFormat.fixed(p, decimals: 2)
                    block.place(
                        type.line(number, font: .label).addressed(address), at: Point(x: x + Self.bar + 6, y: top))
                    let text = type.shortened(
                        TextSafety.shown(words[Int(token)]), width: column - Self.bar - 72, font: .label.bold)
                    block.place(
                        type.line(
                            (isWanted ? "✓ " : "") + text, font: isWanted ? .label.bold : .label,
                            paint: isWanted ? .good : .ink), at: Point(x: x + Self.bar + 54, y: top))
                }
            }
            y += Double(Self.words) * lineHeight + 8
        }
        block.size.height = y - 8
        let left = after.predictions.count - examples.count
        let note = left > 0 ? Elision.note(omitted: left, Localised(en: "examples", zhHans: "个样例")) : nil
        return .column([block] + [note].compactMap { $0.map { type.line($0, font: .digits, paint: .muted) } }, spacing: 10)
    }

    /// Answers shown of each example.
    private static let words = 3
    /// The length of a bar that stands for certainty, px.
    private static let bar = 72.0
}
