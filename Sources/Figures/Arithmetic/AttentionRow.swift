internal import Drawing
internal import Recordings

/// One row of one attention head as it was recorded: a query, the keys it sees, and what comes of them.
struct AttentionRow {
    /// Where the keys and values in front of the text's come from.
    enum Front {
        /// The rows of a soft prompt, from which every block makes them.
        case softPrompt
        /// A prefix, which consists of them.
        case prefix

        /// `part` is `key` or `value`.
        func name(_ part: String, layer: Int) -> ValueName {
            switch self {
            case .softPrompt: .block(layer, "attention.\(part)", ofPrompt: true)
            case .prefix: .block(layer, "attention.prefix.\(part)")
            }
        }
    }

    let front: Front
    let layer: Int
    let head: Int
    /// The head whose keys and values the query's head reads: another one where they are grouped.
    let keyHead: Int
    /// The query's row in the batch.
    let row: Int
    /// P: how many of the keys are the prompt's. They come first.
    let promptLength: Int
    /// How many keys there are, those behind the query counted too.
    let keyCount: Int
    /// The words of the sequence.
    let words: [String]
    /// The query's place in the sequence.
    let position: Int
    /// `[head width]`.
    let query: [Float]
    /// Of the keys that the query sees, each `[head width]`.
    let keys: [[Float]]
    let values: [[Float]]
    let scores: [Float]
    let weights: [Float]
    /// `[head width]`.
    let mix: [Float]

    /// How many keys the query sees.
    var seen: Int { promptLength + position + 1 }
    /// λ: the part of the attention that the prompt gets.
    var share: Double { weights[..<promptLength].reduce(0.0) { $0 + Double($1) } }

    /// What is needed of a frame.
    static func needs(_ model: ModelConfiguration) -> [ValueName] { needs(model, front: .softPrompt) }

    static func needs(_ model: ModelConfiguration, front: Front) -> [ValueName] {
        (0..<model.layers).flatMap { layer in
            ["query", "key", "value", "scores", "weights", "mix"].map { ValueName.block(layer, "attention.\($0)") }
                + ["key", "value"].map { front.name($0, layer: layer) }
        }
    }

    init(
        _ context: FigureContext, frame: RecordedFrame, front: Front = .softPrompt, sequence: Int, row: Int, layer: Int, head: Int
    ) throws {
        func value(_ part: String) throws -> RecordedValue { try frame.value(.block(layer, "attention.\(part)")) }
        let queries = try value("query")
        let (ownKeys, ownValues) = (try value("key"), try value("value"))
        let (promptKeys, promptValues) = (
            try frame.value(front.name("key", layer: layer)), try frame.value(front.name("value", layer: layer))
        )
        let keyHead = head / max(1, queries.shape.inner[0] / max(1, ownKeys.shape.inner[0]))
        /// The part of a row that belongs to a head.
        func part(_ value: RecordedValue, _ row: Int, head: Int) -> [Float] {
            let width = value.shape.inner[1]
            return Array(value.row(row).dropFirst(head * width).prefix(width))
        }
        func vector(_ value: RecordedValue, _ row: Int) -> [Float] { part(value, row, head: keyHead) }
        let rows = frame.batch.sequence(sequence)
        (self.front, self.layer, self.head, self.keyHead, self.row) = (front, layer, head, keyHead, row)
        promptLength = promptKeys.rowCount
        keyCount = promptKeys.rowCount + rows.count
        position = row - rows.lowerBound
        let vocabulary = try context.recording.vocabulary()
        words = rows.map { TextSafety.shown(vocabulary[Int(frame.batch.tokens[$0])]) }
        let seenRows = rows.lowerBound...row
        query = part(queries, row, head: head)
        keys = (0..<promptKeys.rowCount).map { vector(promptKeys, $0) } + seenRows.map { vector(ownKeys, $0) }
        values = (0..<promptKeys.rowCount).map { vector(promptValues, $0) } + seenRows.map { vector(ownValues, $0) }
        let count = keys.count
        scores = Array(part(try value("scores"), row, head: head).prefix(count))
        weights = Array(part(try value("weights"), row, head: head).prefix(count))
        mix = part(try value("mix"), row, head: head)
    }

    // MARK: Computed again, in float64

    var scale: Double { 1 / Double(query.count).squareRoot() }
    var products: [Double] { keys.map { VectorArithmetic.dot(query, $0) } }
    var largestScore: Double { products.map { $0 * scale }.max() ?? 0 }
    /// The exponentials, with the largest score taken off.
    var exponentials: [Double] { products.map { Exponential.of($0 * scale - largestScore) } }

    /// The mean of some of the values by their weights, which need not add up to 1; zero where they add up to nothing.
    func mean(of range: Range<Int>) -> [Double] {
        let sum = range.reduce(0.0) { $0 + Double(weights[$1]) }
        return mix.indices.map { index in
            let weighted = range.reduce(0.0) { $0 + Double(weights[$1]) * Double(values[$1][index]) }
            return sum > 0 ? weighted / sum : 0
        }
    }

    /// Holds what was recorded against what comes out when it is computed again.
    func check(_ context: FigureContext) throws {
        let place = "row \(row) of head \(head) in layer \(layer)"
        let (scores, exponentials) = (products.map { $0 * scale }, exponentials)
        let sum = exponentials.reduce(0, +)
        for index in keys.indices {
            try context.require(
                abs(scores[index] - Double(self.scores[index])) <= 1e-4 * max(1, abs(scores[index])),
                "score \(index) of \(place) is recorded as \(self.scores[index]), and its query and key give \(scores[index])")
            try context.require(
                abs(exponentials[index] / sum - Double(weights[index])) <= 1e-4,
                "weight \(index) of \(place) is recorded as \(weights[index]), and its scores give \(exponentials[index] / sum)")
        }
        for (index, found) in mean(of: 0..<keys.count).enumerated() {
            try context.require(
                abs(found - Double(mix[index])) <= 1e-4 * max(1, abs(found)),
                "element \(index) of the mix of \(place) is recorded as \(mix[index]), and its weights and values give \(found)")
        }
    }

    // MARK: Which one is shown

    /// The row at which a sequence's answer is predicted, of the head that is asked for; without one, of the head that divides its
    /// attention most evenly between prompt and text, since there both can be seen at work.
    static func chosen(
        _ context: FigureContext, of run: RecordedRun, frame: RecordedFrame, front: Front = .softPrompt
    ) throws -> AttentionRow {
        let sequence = try context.example(of: frame)
        guard let counted = frame.batch.counted(ofSequence: sequence).first else {
            throw context.bad("example", "no token of example \(sequence) is counted")
        }
        let row = Int(frame.batch.countedRows[counted])
        let configuration = run.model.configuration
        let layers = try context.chosen("layer", context.options.layer, of: configuration.layers)
        let heads = try context.chosen("head", context.options.head, of: configuration.heads)
        var best: AttentionRow?
        for layer in layers {
            for head in heads {
                let candidate = try AttentionRow(
                    context, frame: frame, front: front, sequence: sequence, row: row, layer: layer, head: head)
                if best.map({ abs(candidate.share - 0.5) < abs($0.share - 0.5) }) ?? true { best = candidate }
            }
        }
        guard let best else { throw context.lacking("the model has no attention heads") }
        return best
    }
}

extension FigureContext {
    /// The one that is asked for, or all.
    func chosen(_ option: String, _ index: Int?, of count: Int) throws -> [Int] {
        guard let index else { return Array(0..<count) }
        guard (0..<count).contains(index) else { throw bad(option, "the model has \(option)s 0 to \(count - 1)") }
        return [index]
    }
}
