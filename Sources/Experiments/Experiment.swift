internal import Autodiff
public import Foundation
internal import Interchange
public import LinearAlgebra
public import Recordings
internal import Transformer
internal import Tuning

/// Runs that become one recording: of one model on one task, or of several.
public struct Experiment: Sendable {
    /// The main model: that of every run which names no other.
    public let base: BaseModel
    /// The main task: that of every run which names no other.
    public let task: TaskData
    /// Further models that runs name.
    public let bases: [BaseModel]
    /// Further tasks that runs name, to train on or to be evaluated on.
    public let tasks: [TaskData]
    public let runs: [RunSpecification]

    public init(base: BaseModel, task: TaskData, bases: [BaseModel] = [], tasks: [TaskData] = [], runs: [RunSpecification]) {
        self.base = base
        self.task = task
        self.bases = bases
        self.tasks = tasks
        self.runs = runs
    }

    /// How far it is.
    public struct Progress: Sendable, Hashable {
        public let run: String
        public let runIndex: Int
        public let runCount: Int
        public let step: Int
        public let stepCount: Int
        /// Before the step.
        public let loss: Float
    }

    /// Trains every run and records it.
    ///
    /// - Parameters:
    ///   - folder: The recording's place; a recording that was there is replaced when the last run is done.
    ///   - version: Of foreword, for the recording's provenance.
    ///   - progress: Called after every step.
    public func record(
        to folder: URL, version: String, pool: WorkerPool, progress: (Progress) -> Void = { _ in }
    ) throws -> Recording {
        try record(to: folder, version: version, pool: pool, progress: progress) { _, _ in }
    }

    /// - Parameter finished: Called when a run is over, with its parameters as the last update left them.
    func record(
        to folder: URL, version: String, pool: WorkerPool, progress: (Progress) -> Void,
        finished: (RunSpecification, ParameterStore) throws -> Void
    ) throws -> Recording {
        try check()
        let description = RecordingDescription(
            provenance: Provenance(foreword: version, arithmetic: Arithmetic.current.recorded),
            model: base.description, task: task.description, models: bases.map(\.description), tasks: tasks.map(\.description))
        let embeddings = base.parameters[base.model.tokenEmbeddings]?.values
        let writer = try RecordingWriter(at: folder, description, vocabulary: base.vocabulary, embeddings: embeddings)
        var graphs: [RecordedGraphKey: String] = [:]
        // Other settings, such as another start, may give the same graph, which is kept once.
        var written: [GraphDescription: String] = [:]
        let mixed = Set(runs.flatMap(\.method.settings.adapters))
        var ended: [String: MixedPart] = [:]
        for (index, specification) in runs.enumerated() {
            let run = try Run(
                specification, base: base(of: specification), task: task(of: specification),
                otherTasks: try specification.otherTasks.map { try task($0, for: specification) },
                parts: try parts(of: specification, among: ended), pool: pool)
            let key = RecordedGraphKey(
                base: run.base.name, method: specification.method, clipping: specification.training.clipping,
                length: run.limits.length, classes: specification.method.hasClassHead ? run.task.description.id : nil)
            let graph: String
            if let known = graphs[key] {
                graph = known
            } else {
                let description = run.graphDescription
                graph = written[description] ?? specification.id
                if written.updateValue(graph, forKey: description) == nil { try writer.add(description, as: graph) }
                graphs[key] = graph
            }
            try run.record(with: writer, graph: graph) { step in
                progress(
                    Progress(
                        run: specification.id, runIndex: index, runCount: runs.count, step: step.index,
                        stepCount: specification.training.steps, loss: step.loss))
            }
            if mixed.contains(specification.id) { ended[specification.id] = run.part }
            try finished(specification, run.parameters)
        }
        try writer.finish()
        // It was hashed as it was written; what is read of it is compared then.
        return try Recording(opening: folder, checking: .onUse)
    }

    /// Runs that share a graph: the same computation, whatever the seed and the numbers.
    private struct RecordedGraphKey: Hashable {
        let base: String
        let method: MethodSpecification
        let clipping: Double?
        /// The most tokens of a text.
        let length: Int
        /// The task whose classes a head tells; `nil` without a head.
        let classes: String?
    }

    // MARK: What runs name

    private func check() throws(ExperimentError) {
        func first<Name: Hashable>(repeatedIn names: [Name]) -> Name? {
            var seen: Set<Name> = []
            return names.first { !seen.insert($0).inserted }
        }
        if let name = first(repeatedIn: ([base] + bases).map(\.name)) { throw .sameName(name, what: "base models") }
        if let id = first(repeatedIn: ([task] + tasks).map(\.description.id)) { throw .sameName(id, what: "tasks") }
        let words = bases.isEmpty ? [] : base.vocabulary
        if let other = bases.first(where: { $0.vocabulary != words }) { throw .otherVocabulary(other.name, main: base.name) }
    }

    private func base(of run: RunSpecification) throws(ExperimentError) -> BaseModel {
        let all = [base] + bases
        guard let name = run.base else { return base }
        guard let found = all.first(where: { $0.name == name }) else {
            throw .unknownBase(name, run: run.id, known: all.map(\.name))
        }
        return found
    }

    private func task(of run: RunSpecification) throws(ExperimentError) -> TaskData {
        try run.task.map { id throws(ExperimentError) in try task(id, for: run) } ?? task
    }

    private func task(_ id: String, for run: RunSpecification) throws(ExperimentError) -> TaskData {
        let all = [task] + tasks
        guard let found = all.first(where: { $0.description.id == id }) else {
            throw .unknownTask(id, run: run.id, known: all.map(\.description.id))
        }
        return found
    }

    private func parts(of run: RunSpecification, among ended: [String: MixedPart]) throws(ExperimentError) -> [MixedPart] {
        guard run.method.kind == .mixedBatch else { return [] }
        var parts: [MixedPart] = []
        for id in run.method.settings.adapters {
            guard let part = ended[id] else { throw .unknownAdapter(id, run: run.id, known: ended.keys.sorted()) }
            if let flaw = part.flaw(on: try base(of: run).name) { throw .adapterUnfit(id, run: run.id, reason: flaw) }
            parts.append(part)
        }
        return parts
    }
}

/// A run that ended, for a mixed batch.
struct MixedPart {
    let run: String
    let base: String
    let kind: MethodSpecification.Kind
    let task: TaskData
    let adapter: MixedAdapters.Adapter

    /// Why it cannot be mixed on a base model; `nil` if nothing is in the way.
    func flaw(on base: String) -> String? { Self.flaw(kind, of: self.base, on: base) }

    static func flaw(_ kind: MethodSpecification.Kind, of own: String, on base: String) -> String? {
        if own != base { return "it is of the base model \(own), and the batch of \(base)" }
        if kind == .mixedBatch { return "it is a mixed batch itself" }
        if kind.family.holdsBaseIn4Bits { return "it holds the base model in 4 bits, which the other runs do not" }
        return nil
    }
}

extension BaseModel {
    var description: ModelDescription {
        let checkpoint = configuration.checkpoint
        return ModelDescription(
            name: name, family: type(of: checkpoint).modelType,
            configuration: Recordings.ModelConfiguration(
                layers: model.layers, heads: model.heads, keyHeads: model.keyHeads, width: model.width,
                innerWidth: model.innerWidth, vocabularySize: model.vocabularySize, context: model.context),
            parameterCount: model.parameterCount, weightsSha256: weightsHash.hex)
    }
}

extension Arithmetic {
    /// As a recording names it.
    var recorded: String { "\(blas); kernels \(kernels)" }
}
