/// What is counted or measured of a run as a whole and stands in `recording.json`. As a value it belongs to every step:
/// `s0/measured/seconds-a-step`.
public enum MeasuredValue: String, CaseIterable, Hashable, Sendable {
    case trainedNumbers = "trained-numbers"
    case adapterBytes = "adapter-bytes"
    /// The median step, without evaluation and recording.
    case secondsAStep = "seconds-a-step"
    /// The bytes of AdamW's two moments, a single-precision number each for every trained number.
    case momentBytes = "moment-bytes"
    /// The multiplications and additions of a step's products on the way to its loss.
    case forwardArithmetic = "forward-arithmetic"
    /// The multiplications and additions of a step's products on the way back.
    case backwardArithmetic = "backward-arithmetic"
    case memoryOfBaseWeights = "memory.base-weights"
    case memoryOfAddedWeights = "memory.added-weights"
    case memoryOfOptimizer = "memory.optimizer"
    case memoryOfGradients = "memory.gradients"
    case memoryOfActivations = "memory.activations"
    case memory = "memory.total"
    /// The base model's weights.
    case modelNumbers = "model-numbers"
    case modelNumbersInEmbeddings = "model-numbers.embeddings"
    case modelNumbersInAttention = "model-numbers.attention"
    case modelNumbersInMLP = "model-numbers.mlp"
    case modelNumbersInHead = "model-numbers.head"
    case trainedNumbersInFront = "trained-numbers.in-front"
    case trainedNumbersInEmbeddings = "trained-numbers.embeddings"
    case trainedNumbersInAttention = "trained-numbers.attention"
    case trainedNumbersInMLP = "trained-numbers.mlp"
    case trainedNumbersInHead = "trained-numbers.head"

    private static let prefix = "measured/"

    public init?(_ name: ValueName) {
        guard name.rawValue.hasPrefix(Self.prefix) else { return nil }
        self.init(rawValue: String(name.rawValue.dropFirst(Self.prefix.count)))
    }

    public var name: ValueName { ValueName(Self.prefix + rawValue) }

    /// The number; `nil` where it was not measured.
    ///
    /// - Parameter step: Whose batch it is counted for, where it depends on one.
    public func number(of recorded: RecordedRun, atStep step: Int = 0) throws(RecordingError) -> Double? {
        let run = recorded.description
        switch self {
        case .trainedNumbers: return Double(run.trainedCount)
        case .adapterBytes: return run.adapterBytes.map(Double.init)
        case .secondsAStep: return run.seconds?.step
        case .momentBytes: return Double(2 * MemoryLayout<Float>.size * run.trainedCount)
        case .forwardArithmetic, .backwardArithmetic:
            guard step < recorded.journal.stepCount else { return nil }
            let count = MatrixArithmetic.count(try recorded.graph(), batch: try recorded.journal.batch(atStep: step))
            return self == .forwardArithmetic ? count.forward : count.backward
        case .memoryOfBaseWeights: return run.memory.map { Double($0.baseWeights) }
        case .memoryOfAddedWeights: return run.memory.map { Double($0.addedWeights) }
        case .memoryOfOptimizer: return run.memory.map { Double($0.optimizer) }
        case .memoryOfGradients: return run.memory.map { Double($0.gradients) }
        case .memoryOfActivations: return run.memory.map { Double($0.activations) }
        case .memory: return run.memory.map { Double($0.total) }
        case .modelNumbers: return Double(recorded.model.parameterCount)
        case .modelNumbersInEmbeddings, .modelNumbersInAttention, .modelNumbersInMLP, .modelNumbersInHead:
            guard let part, let counts = try recorded.modelCounts() else { return nil }
            return Double(counts[part, default: 0])
        case .trainedNumbersInFront, .trainedNumbersInEmbeddings, .trainedNumbersInAttention, .trainedNumbersInMLP,
            .trainedNumbersInHead:
            return part.map { Double(recorded.trainedCount(in: $0)) }
        }
    }

    /// The part of the model that it is counted in; `nil` for what belongs to all of it.
    private var part: ModelPart? { rawValue.split(separator: ".").last.flatMap { ModelPart(rawValue: String($0)) } }

    /// The numbers that were trained in a part of the model.
    public static func trainedNumbers(in part: ModelPart) -> MeasuredValue {
        switch part {
        case .inFront: .trainedNumbersInFront
        case .embeddings: .trainedNumbersInEmbeddings
        case .attention: .trainedNumbersInAttention
        case .mlp: .trainedNumbersInMLP
        case .head: .trainedNumbersInHead
        }
    }

    /// The base model's weights in a part of it; `nil` in front of it, where it has none.
    public static func modelNumbers(in part: ModelPart) -> MeasuredValue? {
        switch part {
        case .inFront: nil
        case .embeddings: .modelNumbersInEmbeddings
        case .attention: .modelNumbersInAttention
        case .mlp: .modelNumbersInMLP
        case .head: .modelNumbersInHead
        }
    }

    /// Where it is.
    public func address(in run: String) -> Address { Address(run: run, step: 0, name) }
}
