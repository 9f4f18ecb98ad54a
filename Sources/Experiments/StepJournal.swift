internal import Autodiff
internal import LinearAlgebra
internal import Recordings
internal import Tuning

/// Takes down what the journal keeps of a step: the trained numbers before it, their gradients, and the moments after it.
struct StepJournal {
    private let trainer: Trainer
    /// The parameters that the journal holds.
    let names: [String]
    private let gradients: [Value]
    private let moments: [[String]]

    init(of trainer: Trainer, names: [String]) {
        self.trainer = trainer
        self.names = names
        let (training, wanted) = (trainer.training, Set(names))
        gradients = training.trained.filter { wanted.contains(training.graph[$0.parameter].name) }.map(\.gradient)
        moments = names.map(AdamW.moments)
    }

    /// How many numbers are trained.
    var count: Int { names.reduce(0) { $0 + (trainer.parameters[$1].map { $0.rows * $0.columns } ?? 0) } }

    /// The parameters as they are now.
    func parameters() -> [[Float]] { names.map { trainer.parameters[$0]?.values ?? [] } }

    /// The gradients that a step left in what it ran in.
    func gradients(in executor: Executor) -> [[Float]] { gradients.map { executor.numbers($0) } }

    /// The entry of the step that was just taken.
    ///
    /// - Parameters:
    ///   - before: The parameters before it.
    ///   - gradients: Where they had to be read before the step was over.
    func entry(of step: Trainer.Step, before: [[Float]], gradients: [[Float]]? = nil) -> JournalStep {
        JournalStep(
            loss: step.loss, learningRate: Float(step.learningRate), gradientNorm: step.gradientNorm,
            batch: RecordedBatch(trainer.lastExecutor.batch), parameters: before,
            gradients: gradients ?? self.gradients(in: trainer.executor),
            firstMoments: moments.map { trainer.parameters[$0[0]]?.values ?? [] },
            secondMoments: moments.map { trainer.parameters[$0[1]]?.values ?? [] })
    }
}
