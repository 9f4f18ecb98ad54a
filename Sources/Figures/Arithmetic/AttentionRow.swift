internal import Drawing
internal import Recordings

/// One row of one attention head as it was recorded: a query, the keys it sees, and what comes of them.
struct AttentionRow {
    let layer: Int
    let head: Int
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
    static func needs(_ model: ModelConfiguration) -> [ValueName] {
        (0..<model.layers).flatMap { layer in
            ["query", "key", "value", "scores", "weights", "mix"].map { ValueName.block(layer, "attention.\($0)") }
                + ["key", "value"].map { ValueName.block(layer, "attention.\($0)", ofPrompt: true) }
        }
    }

    init(_ context: FigureContext, frame: RecordedFrame, sequence: Int, row: Int, layer: Int, head: Int) throws {
        func value(_ part: String, ofPrompt: Bool = false) throws -> RecordedValue {
            try frame.value(.block(layer, "attention.\(part)", ofPrompt: ofPrompt))
        }
        func vector(_ value: RecordedValue, _ row: Int) -> [Float] {
            let width = value.shape.inner[1]
            return Array(value.row(row).dropFirst(head * width).prefix(width))
        }
        let rows = frame.batch.sequence(sequence)
        let (ownKeys, ownValues) = (try value("key"), try value("value"))
        let (promptKeys, promptValues) = (try value("key", ofPrompt: true), try value("value", ofPrompt: true))
        (self.layer, self.head, self.row) = (layer, head, row)
        promptLength = promptKeys.rowCount
        keyCount = promptKeys.rowCount + rows.count
        position = row - rows.lowerBound
        let vocabulary = try context.recording.vocabulary()
        words = rows.map { TextSafety.shown(vocabulary[Int(frame.batch.tokens[$0])]) }
        let seenRows = rows.lowerBound...row
        query = vector(try value("query"), row)
        keys = (0..<promptKeys.rowCount).map { vector(promptKeys, $0) } + seenRows.map { vector(ownKeys, $0) }
        values = (0..<promptKeys.rowCount).map { vector(promptValues, $0) } + seenRows.map { vector(ownValues, $0) }
        let count = keys.count
        scores = Array(vector(try value("scores"), row).prefix(count))
        weights = Array(vector(try value("weights"), row).prefix(count))
        mix = vector(try value("mix"), row)
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
    static func chosen(_ context: FigureContext, of run: RecordedRun, frame: RecordedFrame) throws -> AttentionRow {
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
                let candidate = try AttentionRow(context, frame: frame, sequence: sequence, row: row, layer: layer, head: head)
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
