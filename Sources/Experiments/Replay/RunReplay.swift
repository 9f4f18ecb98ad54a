internal import Autodiff
internal import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

/// A run that is made again: any of its steps, in a plan that keeps every value.
///
/// Where the journal holds the trained parameters, a step is computed from them at once; else the run goes on from where it is, from the
/// nearest checkpoint before the step, or from its start.
final class RunReplay {
    let run: RecordedRun
    let setup: TrainingSetup
    let graph: GraphDescription
    private let trainer: Trainer
    let pool: WorkerPool
    private let trainedNames: [String]
    private let isJournalled: Bool
    /// After how many updates the parameters are as they are now; `nil` if they are not the run's.
    private var position: Int?
    /// Which step, and on which batch, the keeping executor's values are of.
    private var shown: (step: Int, executor: Executor)?
    private var forward: Executor?
    /// How many steps were computed, plain ones on the way included.
    private(set) var computedSteps = 0

    /// - Throws: ``ReplayError`` if the run, made again, would not compute what was recorded.
    init(
        _ run: RecordedRun, graph: GraphDescription, on base: BaseModel, adapters: [MixedAdapters.Adapter] = [], pool: WorkerPool
    ) throws {
        let description = run.description
        let specification = try MethodSpecification(describedBy: description.method)
        let held = specification.kind.family.holdsBaseIn4Bits ? try base.heldIn4Bits() : base
        let method = try specification.method(for: MethodUse(of: description, on: held, adapters: adapters))
        let limits = try BatchLimits(of: description.training, graph: graph, virtualTokens: method.virtualTokens)
        guard limits.length + method.virtualTokens <= base.model.context else {
            throw ReplayError.training(
                key: "limits", problem: "\(limits.length) tokens do not fit into the model's \(base.model.context) positions")
        }
        self.run = run
        self.graph = graph
        self.pool = pool
        setup = try TrainingSetup(
            method, on: held, training: try TrainingSpecification(describedBy: description.training), seed: description.seed,
            limits: limits)
        trainer = try Trainer(setup.training, parameters: setup.parameters, limits: limits, pool: pool)
        trainedNames = setup.training.trainedNames
        let journalled = Set(run.journal.parameters.map(\.name.rawValue))
        isJournalled = trainedNames.allSatisfy(journalled.contains)
        try check(GraphDescription(trainer.recordingPlan))
    }

    private func check(_ made: GraphDescription) throws(ReplayError) {
        guard made != graph else { return }
        let first = zip(made.nodes, graph.nodes).first { $0 != $1 }
        let name = first?.1.name ?? (made.nodes.count > graph.nodes.count ? made : graph).nodes.last?.name ?? ""
        throw .graphDiffers(run: run.id, value: name.rawValue)
    }

    /// The parameters as they are after a number of updates: the model's, the method's, the optimizer's.
    func parameters(atStep step: Int) throws -> ParameterStore {
        try go(to: step)
        return trainer.parameters
    }

    /// The trained parameters as the method and the seed start them.
    func start() throws -> [(name: String, numbers: [Float])] {
        position = nil
        shown = nil
        try setup.restart()
        return trainedNames.map { ($0, trainer.parameters[$0]?.values ?? []) }
    }

    /// A step's values, each in its place. Of the state behind the last update, a forward pass over a batch that is given.
    func values(atStep step: Int, batch: RecordedBatch? = nil) throws -> Executor {
        if let shown, shown.step == step { return shown.executor }
        try go(to: step)
        let executor: Executor
        if step < run.journal.stepCount {
            let recorded = try run.journal.batch(atStep: step)
            executor = try trainer.untakenStep(learningRate: try rate(atStep: step)) { $0.append(recorded) }
            try check(executor.batch, is: recorded, step: step)
        } else {
            guard let batch else { throw ReplayError.noUpdate(step: step, run: run.id) }
            executor = try forwardExecutor()
            // A mixed batch has at least one adapter; all others have one for all sequences.
            let count = max(1, (setup.method as? MixedBatch)?.adapters.count ?? 1)
            guard batch.adapters.allSatisfy({ $0 < count }) else {
                throw ReplayError.journalDiffers(run: run.id, step: step, what: "its batch names an adapter that is not mixed")
            }
            try executor.load { $0.append(batch) }
            try check(executor.batch, is: batch, step: step)
            executor.compute()
        }
        computedSteps += 1
        shown = (step, executor)
        return executor
    }

    private func forwardExecutor() throws -> Executor {
        if let forward { return forward }
        let made = try Executor(
            Plan(
                setup.training.graph, computing: [setup.training.taskLoss], limits: setup.limits, keepsAll: true, updating: false),
            parameters: trainer.parameters, pool: pool)
        forward = made
        return made
    }

    private func check(_ batch: Batch, is recorded: RecordedBatch, step: Int) throws(ReplayError) {
        guard RecordedBatch(batch) == recorded else {
            throw .journalDiffers(run: run.id, step: step, what: "its batch is not one of sequences and the tokens that follow")
        }
    }

    /// The learning rate of a step to its last bit, which the journal rounds to float32.
    private func rate(atStep step: Int) throws(ReplayError) -> Double {
        let rate = setup.specification.schedule.rate(atStep: step, of: run.journal.stepCount)
        let noted = run.journal.learningRates[step]
        guard Float(rate) == noted else {
            throw .journalDiffers(
                run: run.id, step: step, what: "its learning rate is \(noted), and the schedule says \(Float(rate))")
        }
        return rate
    }

    // MARK: Going from state to state

    private func go(to step: Int) throws {
        guard position != step else { return }
        shown = nil
        if isJournalled { return try readJournal(step) }
        try goNear(step)
        while let at = position, at < step {
            let batch = try run.journal.batch(atStep: at)
            position = nil
            trainer.resume(afterSteps: at)
            try trainer.step(learningRate: try rate(atStep: at)) { $0.append(batch) }
            computedSteps += 1
            position = at + 1
        }
        trainer.resume(afterSteps: step)
    }

    private func readJournal(_ step: Int) throws {
        position = nil
        let journal = run.journal
        for name in trainedNames {
            guard let parameter = trainer.parameters[name], let value = try journal.parameter(ValueName(name), atStep: step)
            else {
                throw TuningError.missingParameter(name)
            }
            parameter.write(value.numbers)
            let moments = AdamW.moments(of: name).map { trainer.parameters[$0] }
            guard step > 0 else {
                for moment in moments { moment?.fill(with: 0) }
                continue
            }
            if let value = try journal.firstMoment(of: ValueName(name), atStep: step - 1) { moments[0]?.write(value.numbers) }
            if let value = try journal.secondMoment(of: ValueName(name), atStep: step - 1) { moments[1]?.write(value.numbers) }
        }
        trainer.resume(afterSteps: step)
        position = step
    }

    /// To a state at the step or before it: the one there is, that of a checkpoint, or the start.
    private func goNear(_ step: Int) throws {
        let here = position.flatMap { $0 <= step ? $0 : nil }
        let needed = trainer.resumableNames.map { ValueName(ofState: $0) }
        for at in run.description.checkpoints.reversed() where at <= step && at > here ?? 0 {
            guard let checkpoint = try run.checkpoint(step: at) else { continue }
            let held = Set(checkpoint.names)
            guard needed.allSatisfy(held.contains) else { continue }
            position = nil
            for name in trainer.resumableNames {
                trainer.parameters[name]?.write(try checkpoint.value(ValueName(ofState: name)).numbers)
            }
            position = at
            return
        }
        guard here == nil else { return }
        try setup.restart()
        let trained = Set(trainedNames)
        for name in trainer.resumableNames where !trained.contains(name) { trainer.parameters[name]?.fill(with: 0) }
        position = 0
    }
}

extension ValueName {
    /// The name under which a recording keeps what a run needs to go on: a moment before a step is the one that the step before it made.
    init(ofState name: String) {
        let suffix = ".before"
        self.init(name.hasPrefix("optimizer/") && name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name)
    }
}
