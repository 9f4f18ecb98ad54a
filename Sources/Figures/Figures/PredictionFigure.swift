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
    /// The same where each takes more of the height.
    private static let mostTallExamples = 6

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

    /// Where the parts of an example stand, px.
    private struct Layout {
        /// The wanted word, and what the model held likely before and after.
        let wanted: Double
        let columns: [Double]
        /// The width of each of the last two.
        let column: Double
        /// Whether input and wanted word stand above what the model held likely, for want of room beside it.
        let isStacked: Bool
        /// Whether bars stand below their words, for want of room before them.
        let hasBarsBelow: Bool

        private static let gap = 24.0
        /// What a bar, its number and the first letters of a word need.
        private static let leastColumn = 180.0

        init(room: Double, input: Double, wanted: Double) {
            self.wanted = input
            let beside = ((room - input - wanted - Self.gap) / 2).rounded(.down)
            isStacked = beside < Self.leastColumn
            column = isStacked ? ((room - Self.gap) / 2).rounded(.down) : beside
            hasBarsBelow = column < Self.leastColumn
            let first = isStacked ? 0 : input + wanted
            columns = [first, first + column + Self.gap]
        }
    }

    private func table() -> Block {
        let type = context.type
        func input(_ prediction: RecordedPrediction) -> String {
            split.examples.map { TextSafety.shown($0[prediction.example].input) } ?? "#\(prediction.example + 1)"
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
        func chosen(_ capacity: Int) -> (examples: [Int], inputs: [String], wanted: [String], layout: Layout) {
            let examples = Array(Elision(count: after.predictions.count, capacity: capacity).shown.prefix(capacity))
            let inputs = examples.map { type.shortened(input(after.predictions[$0]), width: 150, font: .label.mono) }
            let wanted = examples.map {
                type.shortened(TextSafety.shown(words[Int(after.predictions[$0].target)]), width: 90, font: .label.bold)
            }
            let layout = Layout(
                room: context.room, input: width(inputs, .label.mono, heads[0]) + 20,
                wanted: width(wanted, .label.bold, heads[1]) + 24)
            return (examples, inputs, wanted, layout)
        }
        let most = chosen(Self.mostExamples)
        let (examples, inputs, wanted, layout) = most.layout.hasBarsBelow ? chosen(Self.mostTallExamples) : most
        let lineHeight = 16.0
        var block = Block(size: Size(width: context.room, height: 0))
        let lower = layout.isStacked ? lineHeight + 4 : 0
        let places = [Point.zero, Point(x: layout.wanted, y: 0)] + layout.columns.map { Point(x: $0, y: lower) }
        for (head, place) in zip(heads, places) {
            // Over the same columns, what comes second is told from what comes first.
            block.place(type.line(head, font: place.y > 0 ? .label : .label.bold, paint: .muted), at: place)
        }
        var y = 26.0 + lower
        for (rank, index) in examples.enumerated() {
            let (old, new) = (
                before.predictions.first { $0.example == after.predictions[index].example }, after.predictions[index]
            )
            block.elements.append(.line(Point(x: 0, y: y - 4), Point(x: context.room, y: y - 4), Stroke(.rule)))
            block.place(type.line(inputs[rank], font: .label.mono), at: Point(x: 0, y: y))
            block.place(type.line(wanted[rank], font: .label.bold, paint: .good), at: Point(x: layout.wanted, y: y))
            if layout.isStacked { y += lineHeight + 4 }
            let pitch = layout.hasBarsBelow ? lineHeight + 6 : lineHeight
            for (prediction, evaluation, x) in [(old, before, layout.columns[0]), (new, after, layout.columns[1])] {
                guard let prediction else { continue }
                let place = evaluation.predictions.firstIndex { $0.example == prediction.example }
                for (line, token) in prediction.tokens.prefix(Self.words).enumerated() {
                    let answer = Answer(
                        word: TextSafety.shown(words[Int(token)]), probability: Double(prediction.probabilities[line]),
                        isWanted: token == prediction.target,
                        address: Address(run: run.id, step: evaluation.step, .evaluationProbabilities(split.id), place, line)
                            .text)
                    let origin = Point(x: x, y: y + Double(line) * pitch)
                    if layout.hasBarsBelow {
                        put(answer, aboveBarAt: origin, width: layout.column, into: &block)
                    } else {
                        put(answer, behindBarAt: origin, width: layout.column, into: &block)
                    }
                }
            }
            y += Double(Self.words) * pitch + 8
        }
        block.size.height = y - 8
        let left = after.predictions.count - examples.count
        let note = left > 0 ? Elision.note(omitted: left, Localised(en: "examples", zhHans: "个样例")) : nil
        return .column([block] + [note].compactMap { $0.map { type.line($0, font: .digits, paint: .muted) } }, spacing: 10)
    }

    /// A word that the model held likely.
    private struct Answer {
        let word: String
        let probability: Double
        let isWanted: Bool
        let address: String

        var number: String {
            probability > 0 && probability < 0.005 ? "<0.01" : NumberFormat.fixed(probability, decimals: 2)
        }
    }

    /// Bar, number and word on one line.
    private func put(_ answer: Answer, behindBarAt origin: Point, width: Double, into block: inout Block) {
        block.elements.append(bar(answer, at: origin + Point(x: 0, y: 4), length: Self.bar, height: 9))
        block.place(
            context.type.line(answer.number, font: .label).addressed(answer.address),
            at: Point(x: origin.x + Self.bar + 6, y: origin.y))
        block.place(word(answer, width: width - Self.bar - 72), at: Point(x: origin.x + Self.bar + 54, y: origin.y))
    }

    /// Word and number on one line, and the bar below them.
    private func put(_ answer: Answer, aboveBarAt origin: Point, width: Double, into block: inout Block) {
        let number = context.type.line(answer.number, font: .label).addressed(answer.address)
        block.elements.append(bar(answer, at: origin + Point(x: 0, y: Font.label.lineHeight), length: width, height: 3))
        block.place(number, at: Point(x: origin.x + width - number.width, y: origin.y))
        block.place(word(answer, width: width - number.width - 26), at: origin)
    }

    private func bar(_ answer: Answer, at origin: Point, length: Double, height: Double) -> Element {
        let bar = Rectangle(
            x: origin.x, y: origin.y, width: max(1, (answer.probability * length).rounded()), height: height)
        return .group(
            Group(address: answer.address, [.rectangle(bar, fill: answer.isWanted ? .good : .role(.ink, strength: 0.55))]))
    }

    private func word(_ answer: Answer, width: Double) -> Block {
        let text = context.type.shortened(answer.word, width: width, font: .label.bold)
        return context.type.line(
            (answer.isWanted ? "✓ " : "") + text, font: answer.isWanted ? .label.bold : .label,
            paint: answer.isWanted ? .good : .ink)
    }

    /// Answers shown of each example.
    private static let words = 3
    /// The length of a bar that stands for certainty, px.
    private static let bar = 72.0
}
