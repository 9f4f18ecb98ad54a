internal import Interchange

/// Writes one run of a recording. Begun by ``RecordingWriter/startRun(_:)``.
public final class RunWriter {
    private var run: RunDescription
    private let graph: GraphDescription
    private let nodes: [ValueName: NodeDescription]
    private let task: TaskDescription
    private var spool: JournalSpool
    private let writer: RecordingWriter
    private let journalled: [ParameterDescription]

    private var steps = 0
    private var spent = RecordingSeconds()
    private var evaluations: [RecordedEvaluation] = []
    private var batchOffsets: [RecordedBatch.List: [Int32]] = [:]

    init(
        _ run: RunDescription, graph: GraphDescription, task: TaskDescription, spool: JournalSpool, writer: RecordingWriter
    ) {
        self.run = run
        self.run.frames = []
        self.run.checkpoints = []
        self.run.probes = nil
        self.graph = graph
        self.task = task
        self.writer = writer
        nodes = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.name, $0) })
        journalled = run.parameters.filter(\.inJournal)
        self.spool = spool
        for list in RecordedBatch.List.allCases { batchOffsets[list] = [0] }
    }

    /// Adds a step to the journal. Steps are counted from 0, in the order they are added.
    ///
    /// Takes the time of copying what the step holds: microseconds for a soft prompt.
    public func append(_ step: JournalStep) throws(RecordingError) {
        let start = ContinuousClock.now
        defer { spent.journal += start.secondsSince }
        if let flaw = step.batch.flaw { throw .inconsistent("the batch of step \(steps) is not sound: \(flaw)") }
        try spool.append([step.loss], to: ValueName.loss.rawValue)
        try spool.append([step.learningRate], to: ValueName.learningRate.rawValue)
        try spool.append([step.gradientNorm], to: ValueName.gradientNorm.rawValue)
        for list in RecordedBatch.List.allCases {
            let numbers = step.batch[list]
            try spool.append(numbers, to: list.rawValue)
            let end = (batchOffsets[list]?.last ?? 0) + Int32(numbers.count)
            batchOffsets[list]?.append(end)
        }
        try append(step.parameters, "parameters") { $0 }
        try append(step.gradients, "gradients", as: \.gradient)
        try append(step.firstMoments, "first moments", as: \.firstMoment)
        try append(step.secondMoments, "second moments", as: \.secondMoment)
        steps += 1
    }

    /// Adds the result of an evaluation to the journal.
    ///
    /// - Parameter evaluation: All evaluations of a run that hold predictions keep the same number of likeliest tokens.
    public func append(_ evaluation: RecordedEvaluation) throws(RecordingError) {
        guard run.evaluatedSplits(of: task).contains(evaluation.split) else {
            throw .inconsistent("the task has no split \"\(evaluation.split)\"")
        }
        let widths = Set(
            (evaluations + [evaluation]).flatMap(\.predictions).flatMap { [$0.tokens.count, $0.probabilities.count] })
        guard widths.count <= 1 else { throw .inconsistent("predictions of run \(run.id) differ in how many tokens they keep") }
        evaluations.append(evaluation)
    }

    /// Writes the values of a step.
    ///
    /// - Parameters:
    ///   - step: After how many updates. Values of the optimizer's phase belong to the update that follows.
    ///   - split: Whose batch it is, if not the step's own.
    ///   - batch: The batch that the values belong to.
    ///   - sequences: Of a mixed batch, where each sequence comes from.
    ///   - values: All values of the graph or a selection of them, each with `rows × columns` numbers.
    public func writeFrame(
        step: Int, split: String? = nil, batch: RecordedBatch, sequences: [SequenceDescription]? = nil,
        values: [(name: ValueName, numbers: [Float])]
    ) throws(RecordingError) {
        let start = ContinuousClock.now
        defer { spent.frames += start.secondsSince }
        if let flaw = batch.flaw { throw .inconsistent("the batch of frame \(step) is not sound: \(flaw)") }
        if let sequences, sequences.count != batch.sequenceCount {
            throw .inconsistent("frame \(step) has \(batch.sequenceCount) sequences, and \(sequences.count) are described")
        }
        if let split, task.split(split) == nil { throw .inconsistent("the task has no split \"\(split)\"") }
        guard !run.frames.contains(where: { $0.step == step }) else {
            throw .inconsistent("run \(run.id) has two frames of step \(step)")
        }
        var tensors: [String: Tensor] = [:]
        for list in RecordedBatch.List.allCases {
            let numbers = batch[list]
            tensors[list.rawValue] = Tensor(integers: numbers, shape: [numbers.count])
        }
        if !batch.adapters.isEmpty {
            tensors[RecordedBatch.adaptersTensor] = Tensor(integers: batch.adapters, shape: [batch.adapters.count])
        }
        var phases: Set<RecordedPhase> = []
        for (name, numbers) in values {
            guard let node = nodes[name] else { throw .inconsistent("the graph \(run.graph) has no value \(name)") }
            let rows = batch.rowCount(node.shape.rows)
            guard numbers.count == rows * node.shape.columns else {
                throw .inconsistent(
                    "\(name) of step \(step) has \(numbers.count) numbers, \(node.shape) with \(rows) rows needs others")
            }
            phases.insert(node.phase)
            tensors[name.rawValue] = Tensor(numbers, shape: [rows] + node.shape.inner)
        }
        try writer.write(
            tensors, to: RecordingLayout.frame(run.id, step: step), metadata: ["run": run.id, "step": String(step)])
        run.frames.append(
            FrameDescription(
                step: step, phases: RecordedPhase.allCases.filter(phases.contains), split: split, sequences: sequences))
    }

    /// Writes trained parameters, and if wanted what the optimizer remembers of them, that are too large for the journal.
    ///
    /// - Parameters:
    ///   - step: After how many updates.
    ///   - values: By name, such as `transformer.wpe.weight` and `optimizer/transformer.wpe.weight.first-moment`.
    public func writeCheckpoint(step: Int, values: [(name: ValueName, numbers: [Float])]) throws(RecordingError) {
        let start = ContinuousClock.now
        defer { spent.checkpoints += start.secondsSince }
        guard !run.checkpoints.contains(step) else { throw .inconsistent("run \(run.id) has two checkpoints of step \(step)") }
        var tensors: [String: Tensor] = [:]
        for (name, numbers) in values {
            guard let parameter = run.parameters.first(where: { $0.name == name || $0.name == name.stateSubject }),
                numbers.count == parameter.count
            else {
                throw .inconsistent("\(name) of checkpoint \(step) is not a trained parameter, or has not as many numbers")
            }
            tensors[name.rawValue] = Tensor(numbers, shape: parameter.shape)
        }
        try writer.write(
            tensors, to: RecordingLayout.checkpoint(run.id, step: step), metadata: ["run": run.id, "step": String(step)])
        run.checkpoints.append(step)
    }

    /// Writes what was measured beside the steps.
    ///
    /// - Parameters:
    ///   - probe: What it is. The split is that of the batch.
    ///   - batch: What was measured on; `nil` for a probe without a split.
    ///   - numbers: Those of each value, in the order of the description.
    public func writeProbe(
        _ probe: ProbeDescription, batch: RecordedBatch? = nil, numbers: [[Float]]
    ) throws(RecordingError) {
        let start = ContinuousClock.now
        defer { spent.frames += start.secondsSince }
        if let flaw = RecordingLayout.flaw(ofID: probe.id) { throw .inconsistent(flaw) }
        guard run.probes?.contains(where: { $0.id == probe.id }) != true else {
            throw .inconsistent("run \(run.id) has two probes called \(probe.id)")
        }
        guard (batch == nil) == (probe.split == nil), probe.split.map({ task.split($0) != nil }) ?? true else {
            throw .inconsistent(
                "the probe \(probe.id) of run \(run.id) has a batch without a split of the task, or the other way round")
        }
        guard numbers.map(\.count) == probe.values.map(\.count) else {
            throw .inconsistent("the numbers of probe \(probe.id) of run \(run.id) do not fit the shapes of its values")
        }
        var tensors: [String: Tensor] = [:]
        for (value, numbers) in zip(probe.values, numbers) { tensors[value.name.rawValue] = Tensor(numbers, shape: value.shape) }
        if let batch {
            if let flaw = batch.flaw { throw .inconsistent("the batch of probe \(probe.id) is not sound: \(flaw)") }
            for list in RecordedBatch.List.allCases {
                tensors[list.rawValue] = Tensor(integers: batch[list], shape: [batch[list].count])
            }
        }
        try writer.write(
            tensors, to: RecordingLayout.probe(run.id, probe.id), metadata: ["run": run.id, "step": String(probe.step)])
        run.probes = (run.probes ?? []) + [probe]
    }

    /// Ends the run and writes its journal.
    ///
    /// Where the outcome says what copying took, the writer adds what it took itself, and to all seconds the time of this call.
    public func finish(_ outcome: RunOutcome) throws(RecordingError) {
        let start = ContinuousClock.now
        try append(outcome.parameters, "final parameters") { $0 }
        run.training.steps = steps
        run.frames.sort { $0.step < $1.step }
        run.checkpoints.sort()
        run.weightsSha256.after = outcome.weightsSha256
        run.adapterBytes = outcome.adapterBytes ?? run.adapterBytes
        run.memory = outcome.memory ?? run.memory
        let probed = (run.probes ?? []).map(\.step)
        for step in run.frames.map(\.step) + run.checkpoints + evaluations.map(\.step) + probed where !(0...steps).contains(step)
        {
            throw .inconsistent("something was recorded at step \(step) of run \(run.id), which has \(steps) steps")
        }
        try writer.write(journal(), to: RecordingLayout.journal(run.id), metadata: ["run": run.id, "steps": String(steps)])
        run.seconds = outcome.seconds
        if let copying = outcome.seconds?.recording {
            run.seconds?.total += start.secondsSince
            run.seconds?.recording = RecordingSeconds(
                journal: copying.journal + spent.journal + start.secondsSince, frames: copying.frames + spent.frames,
                checkpoints: copying.checkpoints + spent.checkpoints)
        }
        try writer.finished(run)
    }

    private func append(
        _ values: [[Float]], _ what: String, as name: (ValueName) -> ValueName
    ) throws(RecordingError) {
        guard values.map(\.count) == journalled.map(\.count) else {
            throw .inconsistent("the \(what) of step \(steps) do not fit the journalled parameters of run \(run.id)")
        }
        for (parameter, numbers) in zip(journalled, values) { try spool.append(numbers, to: name(parameter.name).rawValue) }
    }

    private func journal() throws(RecordingError) -> [String: Tensor] {
        var tensors = evaluationTensors()
        func add(_ name: String, _ type: ElementType, shape: (Int) -> [Int]) throws(RecordingError) {
            let bytes = try spool.bytes(name)
            do { tensors[name] = try Tensor(type, shape: shape(bytes.count / type.width), bytes: bytes) } catch {
                throw .inconsistent("\(name) of run \(run.id): \(error.problem)")
            }
        }
        for name in [ValueName.loss, .learningRate, .gradientNorm] { try add(name.rawValue, .float32) { [$0] } }
        for list in RecordedBatch.List.allCases {
            try add(list.rawValue, .int32) { [$0] }
            let offsets = batchOffsets[list] ?? []
            tensors[RecordingLayout.offsets(of: list.rawValue)] = Tensor(integers: offsets, shape: [offsets.count])
        }
        for parameter in journalled {
            try add(parameter.name.rawValue, .float32) { _ in [steps + 1] + parameter.shape }
            for name in [parameter.name.gradient, parameter.name.firstMoment, parameter.name.secondMoment] {
                try add(name.rawValue, .float32) { _ in [steps] + parameter.shape }
            }
        }
        return tensors
    }

    private func evaluationTensors() -> [String: Tensor] {
        typealias Name = RecordingLayout.Evaluations
        let predictions = evaluations.flatMap(\.predictions)
        let width = predictions.first?.tokens.count ?? 0
        func integers(_ numbers: [Int], _ shape: [Int]) -> Tensor { Tensor(integers: numbers.map { Int32($0) }, shape: shape) }
        let splits = run.evaluatedSplits(of: task)
        func splitIndex(_ id: String) -> Int { splits.firstIndex(of: id) ?? 0 }
        let offsets = evaluations.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.predictions.count) }
        let (count, rows) = (evaluations.count, predictions.count)
        return [
            Name.step: integers(evaluations.map(\.step), [count]),
            Name.split: integers(evaluations.map { splitIndex($0.split) }, [count]),
            Name.loss: Tensor(evaluations.map(\.loss), shape: [count]),
            Name.accuracy: Tensor(evaluations.map(\.accuracy), shape: [count]),
            Name.predictionOffsets: integers(offsets, [count + 1]),
            Name.example: integers(predictions.map(\.example), [rows]),
            Name.target: Tensor(integers: predictions.map(\.target), shape: [rows]),
            Name.targetProbability: Tensor(predictions.map(\.targetProbability), shape: [rows]),
            Name.isRight: integers(predictions.map { $0.isRight ? 1 : 0 }, [rows]),
            Name.tokens: Tensor(integers: predictions.flatMap(\.tokens), shape: [rows, width]),
            Name.probabilities: Tensor(predictions.flatMap(\.probabilities), shape: [rows, width]),
        ]
    }
}

extension ContinuousClock.Instant {
    fileprivate var secondsSince: Double {
        let (seconds, attoseconds) = (ContinuousClock.now - self).components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

/// What is known of a run when it is over.
public struct RunOutcome: Sendable {
    /// The journalled parameters after the last step.
    public var parameters: [[Float]]
    /// SHA-256 of the base model's weights afterwards, in hexadecimal.
    public var weightsSha256: String
    /// The size of what has to be kept to use the result.
    public var adapterBytes: Int?
    /// Of recording, where it is measured, what was spent on copying numbers for the writer.
    public var seconds: RunSeconds?
    /// What training had allocated, where it is measured.
    public var memory: RunMemory?

    public init(
        parameters: [[Float]], weightsSha256: String, adapterBytes: Int? = nil, seconds: RunSeconds? = nil,
        memory: RunMemory? = nil
    ) {
        self.parameters = parameters
        self.weightsSha256 = weightsSha256
        self.adapterBytes = adapterBytes
        self.seconds = seconds
        self.memory = memory
    }
}
