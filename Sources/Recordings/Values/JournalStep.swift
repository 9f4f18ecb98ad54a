/// What the journal keeps of one step: enough to compute the step again, bit for bit, together with the base model.
///
/// Parameters, gradients and moments are those of the run's journalled parameters, in the order of its description.
public struct JournalStep: Sendable {
    public var loss: Float
    public var learningRate: Float
    /// The L2 norm of the gradient over all trained parameters, before clipping.
    public var gradientNorm: Float
    public var batch: RecordedBatch
    /// Before the step.
    public var parameters: [[Float]]
    /// As the optimizer received them, before clipping.
    public var gradients: [[Float]]
    /// After the step.
    public var firstMoments: [[Float]]
    /// After the step.
    public var secondMoments: [[Float]]

    public init(
        loss: Float, learningRate: Float, gradientNorm: Float, batch: RecordedBatch, parameters: [[Float]] = [],
        gradients: [[Float]] = [], firstMoments: [[Float]] = [], secondMoments: [[Float]] = []
    ) {
        self.loss = loss
        self.learningRate = learningRate
        self.gradientNorm = gradientNorm
        self.batch = batch
        self.parameters = parameters
        self.gradients = gradients
        self.firstMoments = firstMoments
        self.secondMoments = secondMoments
    }
}
