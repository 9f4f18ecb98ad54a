internal import Autodiff
public import Recordings
internal import Tuning

extension TrainingSpecification {
    /// How a recorded run was trained.
    ///
    /// - Throws: ``ReplayError`` that names the setting that this version of foreword does not know.
    public init(describedBy description: TrainingDescription) throws(ReplayError) {
        guard let shape = LearningRateSchedule.Shape(rawValue: description.schedule) else {
            throw .training(key: "schedule", problem: "expected constant, linear or cosine, but found \(description.schedule)")
        }
        let optimizer = description.optimizer
        guard optimizer.name == "AdamW", optimizer.betas.count == 2 else {
            throw .training(
                key: "optimizer", problem: "expected AdamW with two betas, but found \(optimizer.name) with \(optimizer.betas)")
        }
        guard description.batchSize >= 1 else {
            throw .training(key: "batch_size", problem: "expected a number from 1, but found \(description.batchSize)")
        }
        self.init(
            steps: description.steps, batchSize: description.batchSize,
            schedule: LearningRateSchedule(shape, peak: optimizer.learningRate, warmup: description.warmup),
            optimizer: AdamW(
                beta1: optimizer.betas[0], beta2: optimizer.betas[1], epsilon: optimizer.epsilon,
                weightDecay: optimizer.weightDecay),
            clipping: description.gradientClip, evaluateEvery: description.evaluateEvery ?? max(1, description.steps / 10))
    }
}

extension BatchLimitsDescription {
    init(_ limits: BatchLimits) {
        self.init(sequences: limits.sequences, length: limits.length, counted: limits.counted, parts: limits.parts)
    }
}

extension BatchLimits {
    /// The room that a run had for a batch. Where it is not noted, the graph tells: its attention is as wide as the longest text.
    ///
    /// - Throws: ``ReplayError`` if neither tells.
    init(
        of training: TrainingDescription, graph: GraphDescription, virtualTokens: Int
    ) throws(ReplayError) {
        if let noted = training.limits {
            guard noted.sequences >= 1, noted.length >= 1, noted.parts >= 1, noted.counted ?? 1 >= 0,
                max(noted.sequences, noted.length, noted.parts) <= 1 << 20
            else {
                throw .training(key: "limits", problem: "expected numbers from 1")
            }
            self.init(sequences: noted.sequences, length: noted.length, counted: noted.counted, parts: noted.parts)
            return
        }
        let keys = graph.node(.attentionWeights(layer: 0))?.shape.inner.last ?? 0
        guard keys > virtualTokens else {
            throw .training(key: "limits", problem: "they are missing, and the graph has no attention that tells them")
        }
        self.init(sequences: training.batchSize, length: keys - virtualTokens)
    }
}
