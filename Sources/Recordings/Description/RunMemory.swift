/// What a run's training had allocated, in bytes, counted from the storage itself: all of it is laid out before the first step, and
/// steps allocate nothing more. What only recording and evaluation need is not in it.
public struct RunMemory: Codable, Hashable, Sendable {
    /// The base model's weights as they are held: in float32, or in 4 bits with their maxima.
    public var baseWeights: Int
    /// What the method adds to the model, such as a soft prompt or narrow matrices.
    public var addedWeights: Int
    /// What the optimizer keeps from step to step: AdamW's moments and rates, and what the method remembers.
    public var optimizer: Int
    /// The gradients of what is trained.
    public var gradients: Int
    /// All other numbers in flight: activations, their gradients, and room to compute in.
    public var activations: Int
    /// All storage together.
    public var total: Int

    public init(baseWeights: Int, addedWeights: Int, optimizer: Int, gradients: Int, activations: Int, total: Int) {
        self.baseWeights = baseWeights
        self.addedWeights = addedWeights
        self.optimizer = optimizer
        self.gradients = gradients
        self.activations = activations
        self.total = total
    }
}
