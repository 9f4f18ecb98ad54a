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

    /// No step at all.
    static func nothing(batchSize: Int) -> TrainingSpecification {
        TrainingSpecification(steps: 0, batchSize: max(1, batchSize), schedule: LearningRateSchedule(peak: 0), evaluateEvery: 1)
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
    /// The name of one of the experiment's further bases; `nil` for its main one.
    public var base: String?
    /// The id of one of the experiment's further tasks; `nil` for its main one.
    public var task: String?
    /// The ids of the experiment's tasks whose held-out examples are evaluated too, before the first update and after the last: with what
    /// was trained in place (``SplitID/skill(_:)``) and, where the model's own weights are not trained, with it taken off
    /// (``SplitID/bare(_:)``). A run whose answer is a class has the latter only.
    public var otherTasks: [String]
    public var method: MethodSpecification
    public var training: TrainingSpecification
    public var seed: UInt64
    public var frames: FramePolicy
    /// Whether trained parameters are kept, at every step or, if they are too large for it, after the last. Without them, a run says
    /// how well it did, but cannot be looked into.
    public var keepsParameters: Bool
    /// At which steps parameters that are too large for the journal are kept.
    public var checkpoints: CheckpointPolicy
    /// The trained parameters that the journal holds, by their names in the graph; `nil` for all, as far as they are not too many.
    public var journalled: Set<String>?
    /// The loss around the end of a soft prompt's path, to be measured after the last update; `nil` for none.
    public var landscape: LandscapeSpecification?
    /// Trained parameters of at most this many numbers together are written to the journal at every step, with their gradients and
    /// moments: 256 kB a step. More, as all weights of full fine-tuning, are in checkpoints.
    var journalLimit = Self.defaultJournalLimit
    static let defaultJournalLimit = 16_384

    public init(
        id: String, base: String? = nil, task: String? = nil, otherTasks: [String] = [], method: MethodSpecification,
        training: TrainingSpecification, seed: UInt64, frames: FramePolicy = .none, keepsParameters: Bool = true,
        checkpoints: CheckpointPolicy = .last, journalled: Set<String>? = nil, landscape: LandscapeSpecification? = nil
    ) {
        self.id = id
        self.base = base
        self.task = task
        self.otherTasks = otherTasks
        self.method = method
        self.training = training
        self.seed = seed
        self.frames = frames
        self.keepsParameters = keepsParameters
        self.checkpoints = checkpoints
        self.journalled = journalled
        self.landscape = landscape
    }

    /// A run that trains nothing: the base model as it is, evaluated once.
    ///
    /// - Parameters:
    ///   - heldOutExamples: How many held-out examples its frame of step 0 shows.
    ///   - values: Names of the values to keep in it; `nil` for all of them.
    public static func bare(
        id: String = "bare", base: String? = nil, task: String? = nil, heldOutExamples: Int = 0, values: Set<String>? = nil
    ) -> RunSpecification {
        RunSpecification(
            id: id, base: base, task: task, method: MethodSpecification(.bare), training: .nothing(batchSize: heldOutExamples),
            seed: 0, frames: FramePolicy(steps: [], values: values, heldOutExamples: heldOutExamples))
    }

    /// A run that trains nothing and has no evaluation: one forward pass of a batch in which the held-out examples of other runs are
    /// interleaved, each under the adapter of its run as training left it.
    ///
    /// - Parameters:
    ///   - adapters: The ids of runs before it, of the same base. Their methods must be ones that ``MixedAdapters`` can mix.
    ///   - examples: How many held-out examples of each run.
    ///   - values: Names of the values to keep; `nil` for all of them.
    public static func mixed(
        id: String = "mixed", base: String? = nil, adapters: [String], examples: Int, values: Set<String>? = nil
    ) -> RunSpecification {
        var method = MethodSpecification(.mixedBatch)
        method.settings.adapters = adapters
        return RunSpecification(
            id: id, base: base, method: method, training: .nothing(batchSize: examples * adapters.count), seed: 0,
            frames: FramePolicy(steps: [], values: values, heldOutExamples: examples))
    }
}
