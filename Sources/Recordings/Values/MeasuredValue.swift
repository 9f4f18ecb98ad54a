/// What is counted or measured of a run as a whole and stands in `recording.json`. As a value it belongs to every step:
/// `s0/measured/seconds-a-step`.
public enum MeasuredValue: String, CaseIterable, Hashable, Sendable {
    case trainedNumbers = "trained-numbers"
    case adapterBytes = "adapter-bytes"
    /// The median step, without evaluation and recording.
    case secondsAStep = "seconds-a-step"
    case memoryOfBaseWeights = "memory.base-weights"
    case memoryOfAddedWeights = "memory.added-weights"
    case memoryOfOptimizer = "memory.optimizer"
    case memoryOfGradients = "memory.gradients"
    case memoryOfActivations = "memory.activations"
    case memory = "memory.total"

    private static let prefix = "measured/"

    public init?(_ name: ValueName) {
        guard name.rawValue.hasPrefix(Self.prefix) else { return nil }
        self.init(rawValue: String(name.rawValue.dropFirst(Self.prefix.count)))
    }

    public var name: ValueName { ValueName(Self.prefix + rawValue) }

    /// The number; `nil` where it was not measured.
    public func number(of run: RunDescription) -> Double? {
        switch self {
        case .trainedNumbers: Double(run.trainedCount)
        case .adapterBytes: run.adapterBytes.map(Double.init)
        case .secondsAStep: run.seconds?.step
        case .memoryOfBaseWeights: run.memory.map { Double($0.baseWeights) }
        case .memoryOfAddedWeights: run.memory.map { Double($0.addedWeights) }
        case .memoryOfOptimizer: run.memory.map { Double($0.optimizer) }
        case .memoryOfGradients: run.memory.map { Double($0.gradients) }
        case .memoryOfActivations: run.memory.map { Double($0.activations) }
        case .memory: run.memory.map { Double($0.total) }
        }
    }

    /// Where it is.
    public func address(in run: String) -> Address { Address(run: run, step: 0, name) }
}
