internal import Autodiff
public import Foundation
internal import Interchange
public import LinearAlgebra
public import Recordings
internal import Transformer
internal import Tuning

/// Runs of one model on one task, which become one recording.
public struct Experiment: Sendable {
    public let base: BaseModel
    public let task: TaskData
    public let runs: [RunSpecification]

    public init(base: BaseModel, task: TaskData, runs: [RunSpecification]) {
        self.base = base
        self.task = task
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
        let description = RecordingDescription(
            provenance: Provenance(foreword: version, arithmetic: Arithmetic.current.recorded),
            model: base.description, task: task.description)
        let embeddings = base.parameters[base.model.tokenEmbeddings]?.values
        let writer = try RecordingWriter(at: folder, description, vocabulary: base.vocabulary, embeddings: embeddings)
        var graphs: [RecordedGraphKey: String] = [:]
        // Other settings, such as another start, may give the same graph, which is kept once.
        var written: [GraphDescription: String] = [:]
        for (index, specification) in runs.enumerated() {
            let run = try Run(specification, base: base, task: task, pool: pool)
            let key = RecordedGraphKey(method: specification.method, clipping: specification.training.clipping)
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
            try finished(specification, run.parameters)
        }
        try writer.finish()
        return try Recording(opening: folder)
    }

    /// Runs that share a graph: the same computation, whatever the seed and the numbers.
    private struct RecordedGraphKey: Hashable {
        let method: MethodSpecification
        let clipping: Double?
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
