internal import Autodiff
internal import Recordings
public import Tuning

/// How long and how fast a run trains.
public struct TrainingSpecification: Sendable, Hashable {
    public var steps: Int
    /// Examples of a step.
    public var batchSize: Int
    public var schedule: LearningRateSchedule
    public var optimizer: AdamW
    /// The largest global norm of a gradient; `nil` for no clipping.
    public var clipping: Double?
    /// Steps from one evaluation to the next; there is always one before the first step and one after the last.
    public var evaluateEvery: Int

    public init(
        steps: Int, batchSize: Int, schedule: LearningRateSchedule, optimizer: AdamW = AdamW(), clipping: Double? = nil,
        evaluateEvery: Int
    ) {
        self.steps = steps
        self.batchSize = batchSize
        self.schedule = schedule
        self.optimizer = optimizer
        self.clipping = clipping
        self.evaluateEvery = evaluateEvery
    }

    func description(_ limits: BatchLimits) -> TrainingDescription {
        TrainingDescription(
            steps: steps, batchSize: batchSize,
            optimizer: OptimizerDescription(
                learningRate: schedule.peak, weightDecay: optimizer.weightDecay, betas: [optimizer.beta1, optimizer.beta2],
                epsilon: optimizer.epsilon),
            schedule: schedule.shape.rawValue, warmup: schedule.warmup, gradientClip: clipping, evaluateEvery: evaluateEvery,
            limits: BatchLimitsDescription(limits))
    }
}

/// Which steps' values a recording keeps, and which values of them.
public struct FramePolicy: Sendable, Hashable {
    public var steps: FrameSteps
    /// Names of the values to keep; `nil` for all of them.
    public var values: Set<String>?
    /// How many held-out examples a last frame shows, after training; 0 for none.
    public var heldOutExamples: Int

    public init(steps: FrameSteps, values: Set<String>? = nil, heldOutExamples: Int = 0) {
        self.steps = steps
        self.values = values
        self.heldOutExamples = heldOutExamples
    }

    public static let none = FramePolicy(steps: [])

    func keeps(step: Int, of total: Int) -> Bool { steps.holds(step, of: total) }
    func keeps(_ name: String) -> Bool { values?.contains(name) ?? true }
}

/// One run of an experiment.
public struct RunSpecification: Sendable, Hashable {
    /// Its name in the recording.
    public var id: String
    public var method: MethodSpecification
    public var training: TrainingSpecification
    public var seed: UInt64
    public var frames: FramePolicy
    /// Whether trained parameters are kept, at every step or, if they are too large for it, after the last. Without them, a run says
    /// how well it did, but cannot be looked into.
    public var keepsParameters: Bool
    /// At which steps parameters that are too large for the journal are kept.
    public var checkpoints: CheckpointPolicy
    /// Trained parameters of at most this many numbers together are written to the journal at every step, with their gradients and
    /// moments: 256 kB a step. More, as all weights of full fine-tuning, are in checkpoints.
    var journalLimit = Self.defaultJournalLimit
    static let defaultJournalLimit = 16_384

    public init(
        id: String, method: MethodSpecification, training: TrainingSpecification, seed: UInt64, frames: FramePolicy = .none,
        keepsParameters: Bool = true, checkpoints: CheckpointPolicy = .last
    ) {
        self.id = id
        self.method = method
        self.training = training
        self.seed = seed
        self.frames = frames
        self.keepsParameters = keepsParameters
        self.checkpoints = checkpoints
    }
}
