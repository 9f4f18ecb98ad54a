public import Autodiff
public import LinearAlgebra

/// Takes one training step after another. After the first step nothing is allocated.
///
/// A step that is to be looked at runs the same graph in a plan that keeps every value: the numbers are the same, bit for bit.
public final class Trainer {
    public let training: TrainingGraph
    /// All parameters: the model's, the method's, the optimizer's.
    public let parameters: ParameterStore
    /// Steps taken.
    public private(set) var steps = 0
    private let limits: BatchLimits
    private let pool: WorkerPool
    /// What plain steps run in: it holds the last one's loss, gradient norm and gradients.
    public let executor: Executor
    /// What the last step ran in, plain or kept: it holds the step's batch.
    public private(set) var lastExecutor: Executor
    private var keepingExecutor: Executor?
    private let rates: Matrix
    /// What a method that acts after steps asks for: the applied gradients by their parameters' names.
    private let gradients: [String: Value]

    /// What a step did.
    public struct Step: Sendable, Hashable {
        /// Counts from 0.
        public let index: Int
        /// What training lowers, before the update.
        public let loss: Float
        /// The task's part of it: all of it, where the method adds no penalty.
        public let taskLoss: Float
        /// Before clipping.
        public let gradientNorm: Float
        public let learningRate: Double
    }

    /// - Parameters:
    ///   - training: The step.
    ///   - parameters: The model's and the method's parameters, filled. What is trained is changed in place.
    ///   - limits: Room for the largest batch.
    public init(_ training: TrainingGraph, parameters: ParameterStore, limits: BatchLimits, pool: WorkerPool)
        throws(ExecutorError)
    {
        self.training = training
        self.parameters = parameters.joined(with: ParameterStore(training.state))
        self.limits = limits
        self.pool = pool
        let plan = Plan(training.graph, computing: training.results, limits: limits)
        executor = try Executor(plan, parameters: self.parameters, pool: pool)
        lastExecutor = executor
        guard let rates = self.parameters[AdamW.rates] else { throw .missingParameter(AdamW.rates) }
        self.rates = rates
        gradients = Dictionary(
            uniqueKeysWithValues: zip(training.trained, training.appliedGradients).map { pair, gradient in
                (training.graph[pair.parameter].name, gradient)
            })
    }

    /// Goes on where an earlier run stopped: its parameters and moments are in ``parameters`` already.
    public func resume(afterSteps count: Int) { steps = count }

    /// The names of what a run needs to go on: the trained parameters, their moments, and what the method remembers.
    public var resumableNames: [String] {
        training.trained.map { training.graph[$0.parameter].name }.flatMap { [$0] + AdamW.moments(of: $0) }
            + (training.hook?.state.map(\.name) ?? [])
    }

    /// Takes one step.
    ///
    /// - Parameters:
    ///   - learningRate: Of this step.
    ///   - pack: Fills the batch.
    /// - Throws: ``ExecutorError`` if the batch is larger than the limits.
    @discardableResult
    public func step(learningRate: Double, pack: (inout Batch) -> Void) throws(ExecutorError) -> Step {
        try step(with: executor, learningRate: learningRate, pack: pack) { _ in }
    }

    /// Takes one step like any other and adds what each operation took to `times`, which ``Executor/makeTimes()`` of ``executor`` made.
    @discardableResult
    public func timedStep(
        learningRate: Double, times: ExecutionTimes, pack: (inout Batch) -> Void
    ) throws(ExecutorError) -> Step {
        try step(with: executor, learningRate: learningRate, times: times, pack: pack) { _ in }
    }

    /// Takes one step in which every value keeps its place, and lets `look` read them before the parameters change.
    @discardableResult
    public func keptStep(
        learningRate: Double, pack: (inout Batch) -> Void, look: (Executor) -> Void
    ) throws(ExecutorError) -> Step {
        try step(with: keeping(), learningRate: learningRate, pack: pack, look: look)
    }

    /// Computes a step in which every value keeps its place, but does not take it: all parameters stay as they are.
    ///
    /// - Returns: Where the values are to be read, until the next step.
    public func untakenStep(learningRate: Double, pack: (inout Batch) -> Void) throws(ExecutorError) -> Executor {
        let executor = try keeping()
        try prepare(executor, learningRate: learningRate, pack: pack)
        executor.compute()
        return executor
    }

    private func keeping() throws(ExecutorError) -> Executor {
        if let keepingExecutor { return keepingExecutor }
        let made = try Executor(recordingPlan, parameters: parameters, pool: pool)
        keepingExecutor = made
        return made
    }

    private func prepare(
        _ executor: Executor, learningRate: Double, pack: (inout Batch) -> Void
    ) throws(ExecutorError) {
        try executor.load(pack)
        let numbers = training.optimizer.rates(step: steps + 1, learningRate: learningRate)
        (rates[0, 0], rates[0, 1], rates[0, 2]) = (numbers.decay, numbers.step, numbers.root)
        lastExecutor = executor
    }

    /// The plan of a step that keeps every value.
    public var recordingPlan: Plan { Plan(training.graph, computing: training.results, limits: limits, keepsAll: true) }

    private func step(
        with executor: Executor, learningRate: Double, times: ExecutionTimes? = nil, pack: (inout Batch) -> Void,
        look: (Executor) -> Void
    ) throws(ExecutorError) -> Step {
        try prepare(executor, learningRate: learningRate, pack: pack)
        if let times { executor.compute(timing: times) } else { executor.compute() }
        look(executor)
        executor.commit()
        if let hook = training.hook {
            hook.finish(step: steps + 1, parameters: parameters) { name in
                gradients[name].flatMap { executor.matrix($0) }
            }
        }
        defer { steps += 1 }
        return Step(
            index: steps, loss: executor.matrix(training.loss)?[0, 0] ?? .nan,
            taskLoss: executor.matrix(training.taskLoss)?[0, 0] ?? .nan,
            gradientNorm: executor.matrix(training.gradientNorm)?[0, 0] ?? .nan, learningRate: learningRate)
    }
}
