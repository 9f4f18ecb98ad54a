extension ValueName {
    /// How many numbers a run trains.
    public static let trainedNumbers = ValueName("cost/trained-numbers")
    /// The bytes of AdamW's two moments, a single-precision number each for every trained number.
    public static let optimizerBytes = ValueName("cost/optimizer-bytes")
    /// The bytes of what has to be kept for a task.
    public static let adapterBytes = ValueName("cost/adapter-bytes")
    /// The median step's seconds, without evaluation and recording.
    public static let stepSeconds = ValueName("cost/step-seconds")
    /// The multiplications and additions of a step's products on the way to its loss.
    public static let forwardArithmetic = ValueName("cost/forward-arithmetic")
    /// The multiplications and additions of a step's products on the way back.
    public static let backwardArithmetic = ValueName("cost/backward-arithmetic")

    /// The probabilities of the likeliest tokens that an evaluation of a split found, `[answers, tokens]`: of each answer that was
    /// kept, the likeliest token first.
    public static func evaluationProbabilities(_ split: String) -> ValueName {
        ValueName("evaluation/\(split).probabilities")
    }
}

extension RecordedRun {
    /// What is counted and measured of the run, as a value of its steps; `nil` if the name is none of these or the run has it not.
    func cost(_ name: ValueName, atStep step: Int) throws(RecordingError) -> Double? {
        switch name {
        case .trainedNumbers: return Double(description.trainedCount)
        case .optimizerBytes: return Double(2 * MemoryLayout<Float>.size * description.trainedCount)
        case .adapterBytes: return description.adapterBytes.map { Double($0) }
        case .stepSeconds: return description.seconds?.step
        case .forwardArithmetic, .backwardArithmetic:
            guard step < journal.stepCount else { return nil }
            let count = MatrixArithmetic.count(try graph(), batch: try journal.batch(atStep: step))
            return name == .forwardArithmetic ? count.forward : count.backward
        default: return nil
        }
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
