/// How well a run did on a split of the task's data, after a number of updates.
public struct RecordedEvaluation: Hashable, Sendable {
    /// After how many updates.
    public var step: Int
    /// The split's id.
    public var split: String
    /// The mean cross-entropy of the counted tokens.
    public var loss: Float
    /// The share of examples answered right, from 0 to 1.
    public var accuracy: Float
    /// What was answered, example by example; empty where it was not kept.
    public var predictions: [RecordedPrediction]

    public init(step: Int, split: String, loss: Float, accuracy: Float, predictions: [RecordedPrediction] = []) {
        self.step = step
        self.split = split
        self.loss = loss
        self.accuracy = accuracy
        self.predictions = predictions
    }
}

/// What a model held likely as the first token of an answer.
public struct RecordedPrediction: Hashable, Sendable {
    /// Which example of the split.
    public var example: Int
    /// The token that was wanted.
    public var target: Int32
    /// The probability of that token.
    public var targetProbability: Float
    /// Whether the whole answer was right.
    public var isRight: Bool
    /// The likeliest tokens, the likeliest first.
    public var tokens: [Int32]
    /// Their probabilities.
    public var probabilities: [Float]

    public init(
        example: Int, target: Int32, targetProbability: Float, isRight: Bool, tokens: [Int32], probabilities: [Float]
    ) {
        self.example = example
        self.target = target
        self.targetProbability = targetProbability
        self.isRight = isRight
        self.tokens = tokens
        self.probabilities = probabilities
    }
}

extension ValueName {
    /// The probabilities of the likeliest tokens that an evaluation of a split found, `[answers, tokens]`: of each answer that was
    /// kept, the likeliest token first.
    public static func evaluationProbabilities(_ split: String) -> ValueName {
        ValueName("evaluation/\(split).probabilities")
    }
}

extension RecordedEvaluation {
    /// The value that ``ValueName/evaluationProbabilities(_:)`` names; `nil` where no answers were kept.
    var probabilities: RecordedValue? {
        guard let width = predictions.first?.probabilities.count else { return nil }
        return RecordedValue(
            name: .evaluationProbabilities(split), shape: RecordedShape(.fixed(predictions.count), width),
            numbers: predictions.flatMap(\.probabilities))
    }
}
