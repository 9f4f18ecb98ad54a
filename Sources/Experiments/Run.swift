internal import Autodiff
internal import Foundation
internal import Interchange
internal import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

/// One run: a method that trains on a task from one seed, and writes down what happens.
final class Run {
    let specification: RunSpecification
    let base: BaseModel
    let task: TaskData
    private let otherTasks: [TaskData]
    /// The runs whose adapters are mixed; empty of a run of its own.
    private let parts: [MixedPart]
    private let use: MethodUse
    let method: any TuningMethod
    /// The model's and the method's, as the last step left them.
    let parameters: ParameterStore
    private let setup: TrainingSetup
    private let training: TrainingGraph
    private let trainer: Trainer
    let evaluator: Evaluator
    private let pool: WorkerPool
    let limits: BatchLimits

    /// Likeliest tokens that are kept of each answer.
    private static let candidates = 5

    init(
        _ specification: RunSpecification, base: BaseModel, task: TaskData, otherTasks: [TaskData] = [],
        parts: [MixedPart] = [], pool: WorkerPool
    ) throws {
        // A method that wants them has its own copy of the projections in 4 bits, and none in float32.
        let base = specification.method.kind.family.holdsBaseIn4Bits && base.quantised == nil ? try base.heldIn4Bits() : base
        self.specification = specification
        self.base = base
        self.task = task
        self.otherTasks = otherTasks
        self.parts = parts
        self.pool = pool
        use = MethodUse(
            base: base, steps: specification.training.steps, labels: task.labels,
            classes: specification.method.hasClassHead ? try task.classes() : [], adapters: parts.map(\.adapter))
        let method = try specification.method.method(for: use)
        self.method = method
        let shown = parts.isEmpty ? [task] : parts.map(\.task)
        let longest = shown.map(\.longest).max() ?? 0
        let length = longest + method.placedTokens
        guard length + method.virtualTokens <= base.model.context else {
            throw TuningError.textTooLong(
                tokens: longest, virtualTokens: method.addedTokens, context: base.model.context)
        }
        guard !task[.train].isEmpty || specification.training.steps == 0 else { throw TuningError.noExamples("train on") }
        try specification.checkLandscape(of: method, on: base.model)
        limits = BatchLimits(
            sequences: specification.training.batchSize, length: length,
            counted: shown.map(\.longestCompletion).max() ?? 0)
        setup = try TrainingSetup(
            method, on: base, training: specification.training, seed: specification.seed, limits: limits)
        parameters = setup.parameters
        training = setup.training
        trainer = try Trainer(training, parameters: parameters, limits: limits, pool: pool)
        evaluator = try Evaluator(
            model: base.model, method: method, parameters: parameters,
            limits: BatchLimits(evaluating: task.longest, counted: task.longestCompletion, by: base.model), pool: pool)
    }

    /// What a mixed batch takes of it.
    var part: MixedPart {
        MixedPart(
            run: specification.id, base: base.name, kind: specification.method.kind, task: task,
            adapter: method is BareModel ? .none : MixedAdapters.Adapter(method, parameters: parameters))
    }

    /// Everything a step computes.
    var graphDescription: GraphDescription { GraphDescription(trainer.recordingPlan) }

    /// Trains from the first step to the last.
    func record(with writer: RecordingWriter, graph: String, progress: (Trainer.Step) -> Void) throws {
        let start = ContinuousClock.now
        let hash = try weightsHash()
        let names = training.trainedNames
        let shapes = names.map { name in
            base.configuration.shapes[name] ?? [parameters[name]?.rows ?? 0, parameters[name]?.columns ?? 0]
        }
        let total = shapes.reduce(0) { $0 + $1.reduce(1, *) }
        let chosen = names.map { specification.journalled?.contains($0) ?? true }
        let chosenTotal = zip(shapes, chosen).reduce(0) { $0 + ($1.1 ? $1.0.reduce(1, *) : 0) }
        let isJournalled =
            specification.keepsParameters && chosenTotal <= specification.journalLimit
            && !names.contains(where: setup.isBaseWeight)
        let described = zip(zip(names, shapes), chosen).map { parameter, isChosen in
            ParameterDescription(name: ValueName(parameter.0), shape: parameter.1, inJournal: isJournalled && isChosen)
        }
        let journal = StepJournal(of: trainer, names: described.filter(\.inJournal).map(\.name.rawValue))
        let run = try writer.startRun(
            RunDescription(
                id: specification.id, model: specification.base, task: specification.task, otherTasks: specification.otherTasks,
                method: specification.method.description(for: use),
                training: specification.training.description(limits),
                seed: specification.seed, graph: graph, parameters: described, frozenCount: frozenCount(names),
                weightsSha256: WeightsHashes(before: hash, after: hash)))
        let checkpointed = specification.keepsParameters ? described.filter { !$0.inJournal }.map(\.name.rawValue) : []

        if specification.keepsParameters { try writeQuantisation(into: run) }
        var path: [[Float]] = []
        func notePath() {
            guard specification.landscape != nil, let prompt = parameters[ValueName.softPrompt.rawValue] else { return }
            path.append(prompt.values)
        }

        let schedule = specification.training.schedule
        let steps = specification.training.steps
        let examples = task[.train]
        var order = BatchOrder(
            exampleCount: examples.count, batchSize: specification.training.batchSize, seed: specification.seed)
        var stepSeconds: [Double] = []
        var copying = RecordingSeconds()
        let interval = specification.checkpoints.interval(numbers: total, steps: steps)
        try evaluateOtherTasks(after: 0, into: run)
        for step in 0..<steps {
            if !checkpointed.isEmpty, step > 0, let interval, step % interval == 0 {
                try run.writeCheckpoint(step: step, values: resumableValues())
            }
            if step % specification.training.evaluateEvery == 0 { try evaluate(after: step, into: run) }
            let chosen = order.examples(atStep: step)
            let pack = packing(chosen.lazy.map { examples[$0] })
            var clock = ContinuousClock.now
            let before = journal.parameters()
            copying.journal += (ContinuousClock.now - clock).seconds
            notePath()
            let rate = schedule.rate(atStep: step, of: steps)
            let taken: Trainer.Step
            var gradients: [[Float]]?
            if specification.frames.keeps(step: step, of: steps) {
                var frame: (batch: RecordedBatch, values: [(name: ValueName, numbers: [Float])])?
                taken = try trainer.keptStep(learningRate: rate, pack: pack) { executor in
                    clock = ContinuousClock.now
                    frame = (RecordedBatch(executor.batch), frameValues(of: executor))
                    copying.frames += (ContinuousClock.now - clock).seconds
                    gradients = journal.gradients(in: executor)
                }
                if let frame { try run.writeFrame(step: step, batch: frame.batch, values: frame.values) }
            } else {
                clock = ContinuousClock.now
                taken = try trainer.step(learningRate: rate, pack: pack)
                stepSeconds.append((ContinuousClock.now - clock).seconds)
            }
            guard taken.loss.isFinite else {
                throw TuningError.lossNotFinite(step: step, firstBadValue: try firstBadValue(atStep: step))
            }
            clock = ContinuousClock.now
            let entry = journal.entry(of: taken, before: before, gradients: gradients)
            copying.journal += (ContinuousClock.now - clock).seconds
            try run.append(entry)
            progress(taken)
        }
        if parts.isEmpty { try evaluate(after: steps, into: run) }
        if steps > 0 { try evaluateOtherTasks(after: steps, into: run) }
        if !checkpointed.isEmpty, specification.checkpoints != .none {
            try run.writeCheckpoint(step: steps, values: resumableValues())
        }
        notePath()
        if let landscape = specification.landscape { try writeLandscape(landscape, after: steps, path: path, into: run) }
        if !parts.isEmpty {
            try writeMixedFrame(into: run)
        } else if specification.frames.heldOutExamples > 0 {
            try writeHeldOutFrame(after: steps, into: run)
        }
        try run.finish(
            RunOutcome(
                parameters: journal.parameters(), weightsSha256: try weightsHash(),
                adapterBytes: try adapterBytes(names),
                seconds: RunSeconds(
                    total: (ContinuousClock.now - start).seconds, step: stepSeconds.median, recording: copying),
                memory: RunMemory(trainer.memory)))
    }

    /// Fills a batch with examples as the method shows them to the model.
    private func packing(_ examples: some Collection<Tuning.Example>) -> (inout Batch) -> Void {
        { [method, model = base.model] batch in
            for example in examples { batch.append(method.prepared(example, for: model), virtualTokens: method.virtualTokens) }
        }
    }

    private func weightsHash() throws -> String { try base.hash(with: parameters) }

    private func frozenCount(_ trained: [String]) -> Int {
        let trained = Set(trained)
        return base.model.parameters.reduce(0) { trained.contains($1.name) ? $0 : $0 + $1.count }
    }

    /// What a run needs to go on: the trained parameters, their moments, and what the method remembers. A moment has the name of what the
    /// update made, for it is the next one's start.
    private func resumableValues() -> [(name: ValueName, numbers: [Float])] {
        trainer.resumableNames.map { name in (ValueName(ofState: name), trainer.parameters[name]?.values ?? []) }
    }

    /// What a frame keeps: of the values of a step those that the policy names, without the model's frozen weights.
    private func frameValues(of executor: Executor) -> [(name: ValueName, numbers: [Float])] {
        let graph = executor.plan.graph
        let trained = Set(training.trained.map { training.graph[$0.parameter].name })
        return (executor.plan.parameters + executor.plan.order).compactMap { value in
            let name = graph[value].name
            let isFrozen = setup.isBaseWeight(name) && !trained.contains(name)
            return specification.frames.keeps(name) && !isFrozen ? (ValueName(name), executor.numbers(value)) : nil
        }
    }

    private func evaluate(after step: Int, into run: RunWriter) throws {
        for split in TaskData.Split.allCases where !task[split].isEmpty {
            let isShown =
                split == task.shown && task.isDescribed(split) && (step == 0 || step == specification.training.steps)
            var predictions: [RecordedPrediction] = []
            let score = try evaluator.score(task.evaluated(split), candidates: isShown ? Self.candidates : 0) { answer in
                guard isShown else { return }
                let index = predictions.count
                predictions.append(
                    RecordedPrediction(
                        example: index, target: method.prepared(task[split][index], for: base.model).targets.first ?? 0,
                        targetProbability: answer.probabilities.first ?? 0, isRight: answer.isRight,
                        tokens: answer.likeliest.map(\.token), probabilities: answer.likeliest.map(\.probability)))
            }
            try run.append(
                RecordedEvaluation(
                    step: step, split: split.rawValue, loss: score.loss, accuracy: Float(score.accuracy),
                    predictions: predictions))
        }
    }

    /// What else the model can do: with what was trained in place, and with it taken off.
    private func evaluateOtherTasks(after step: Int, into run: RunWriter) throws {
        let trainsModel = training.trainedNames.contains(where: setup.isBaseWeight)
        for other in otherTasks {
            let examples = other.evaluated(other.shown)
            guard !examples.isEmpty else { throw TuningError.noExamples("evaluate \(other.description.id) on") }
            var ways: [(split: String, method: any TuningMethod)] = []
            if !method.answersWithClass { ways.append((SplitID.skill(other.description.id), method)) }
            if !trainsModel {
                let quantised = specification.method.kind.family.holdsBaseIn4Bits ? try base.in4Bits : nil
                ways.append((SplitID.bare(other.description.id), BareModel(quantised: quantised)))
            }
            for (split, method) in ways {
                let evaluator = try Evaluator(
                    model: base.model, method: method, parameters: parameters,
                    limits: BatchLimits(
                        evaluating: min(other.longest, base.model.context - method.addedTokens), counted: other.longestCompletion,
                        by: base.model), pool: pool)
                let score = try evaluator.score(examples)
                try run.append(
                    RecordedEvaluation(step: step, split: split, loss: score.loss, accuracy: Float(score.accuracy)))
            }
        }
    }

    /// The first value of a step, in the order of computation, that holds something else than finite numbers; parameters count as
    /// computed before.
    ///
    /// A step leaves nothing behind to look at, so the run is made again from the start up to it, which gives the same bits, and the
    /// step in a plan that keeps every value.
    private func firstBadValue(atStep bad: Int) throws -> String {
        let again = try Run(specification, base: base, task: task, pool: pool)
        var order = BatchOrder(
            exampleCount: task[.train].count, batchSize: specification.training.batchSize, seed: specification.seed)
        var name = ValueName.loss.rawValue
        for step in 0...bad {
            let chosen = order.examples(atStep: step)
            let rate = specification.training.schedule.rate(atStep: step, of: specification.training.steps)
            let examples = task[.train]
            let pack = packing(chosen.lazy.map { examples[$0] })
            if step < bad {
                try again.trainer.step(learningRate: rate, pack: pack)
            } else {
                try again.trainer.keptStep(learningRate: rate, pack: pack) { executor in
                    let plan = executor.plan
                    let value = (plan.parameters + plan.order).first { !executor.numbers($0).allSatisfy(\.isFinite) }
                    if let value { name = plan.graph[value].name }
                }
            }
        }
        return name
    }

    /// A forward pass over held-out examples of other runs, one of each in turn, each under the adapter of its run.
    private func writeMixedFrame(into run: RunWriter) throws {
        guard let mixed = method as? MixedBatch else { return }
        let executor = try Executor(
            Plan(training.graph, computing: [training.taskLoss], limits: limits, keepsAll: true, updating: false),
            parameters: trainer.parameters, pool: pool)
        var sequences: [SequenceDescription] = []
        var rows: [(example: Tuning.Example, adapter: Int)] = []
        for index in 0..<specification.frames.heldOutExamples {
            for (adapter, part) in parts.enumerated() where part.task[part.task.shown].indices.contains(index) {
                sequences.append(SequenceDescription(run: part.run, split: part.task.shown.rawValue, example: index))
                rows.append((mixed.prepared(part.task[part.task.shown][index], adapter: adapter, for: base.model), adapter))
            }
        }
        try executor.load { batch in
            for (example, adapter) in rows {
                batch.append(example, virtualTokens: mixed.adapters[adapter].virtualTokens, adapter: adapter)
            }
        }
        executor.compute()
        try run.writeFrame(
            step: 0, batch: RecordedBatch(executor.batch), sequences: sequences, values: frameValues(of: executor))
    }

    /// A forward pass over the first held-out examples, with the parameters as training left them.
    private func writeHeldOutFrame(after step: Int, into run: RunWriter) throws {
        let executor = try Executor(
            Plan(training.graph, computing: [training.taskLoss], limits: limits, keepsAll: true, updating: false),
            parameters: trainer.parameters, pool: pool)
        let shown = task[task.shown].prefix(min(specification.frames.heldOutExamples, limits.sequences))
        guard !shown.isEmpty else { return }
        try executor.load(packing(shown))
        executor.compute()
        try run.writeFrame(
            step: step, split: task.shown.rawValue, batch: RecordedBatch(executor.batch),
            values: frameValues(of: executor))
    }

    /// The size of what has to be kept to use the result: of the adapter's tensors, or of all that was trained, as a safetensors file.
    private func adapterBytes(_ names: [String]) throws -> Int {
        if method is BareModel || !parts.isEmpty { return 0 }
        if let (adapters, head) = method.adapterParts {
            let saved = try adapters.reduce(0) { sum, adapter in
                let tensors = try adapter.adapter(parameters, on: base, called: base.name).tensors
                return sum + SafetensorsFile.byteCount(ofFloats: tensors.mapValues(\.shape))
            }
            let classes = head.map { [ClassificationHead.parameter: [$0.classes.count, base.model.width]] }
            return saved + (classes.map(SafetensorsFile.byteCount) ?? 0)
        }
        let shapes = names.compactMap { name in
            parameters[name].map { (name, base.configuration.shapes[name] ?? [$0.rows, $0.columns]) }
        }
        return SafetensorsFile.byteCount(ofFloats: Dictionary(uniqueKeysWithValues: shapes))
    }
}

extension BatchLimits {
    /// Room for an evaluation. How many examples are evaluated at a time depends on the model alone, so that the same examples in the
    /// same order always give the same bits, in training and afterwards.
    init(evaluating length: Int, counted: Int, by model: any LanguageModel) {
        self.init(sequences: max(1, min(32, 8_192 / model.context)), length: length, counted: counted)
    }
}

extension RunMemory {
    init(_ memory: TrainingMemory) {
        self.init(
            baseWeights: memory.modelWeights, addedWeights: memory.addedWeights, optimizer: memory.optimizer,
            gradients: memory.gradients, activations: memory.activations, total: memory.total)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

extension [Double] {
    /// The middle one of the numbers in order, 0 of none.
    var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}
