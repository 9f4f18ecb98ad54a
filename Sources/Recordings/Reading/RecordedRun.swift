internal import Foundation

/// One run of a recording: its journal, and its frames and checkpoints, which are read when they are asked for.
public struct RecordedRun: Sendable {
    public let description: RunDescription
    /// The base model it started from.
    public let model: ModelDescription
    /// What it learned.
    public let task: TaskDescription
    /// Whether its base model is the recording's main one, whose token embeddings are kept.
    public let isOfMainModel: Bool
    public let journal: Journal
    private let files: RecordingFiles
    private let graphs: RecordedGraphs

    init(
        _ description: RunDescription, model: ModelDescription, task: TaskDescription, isOfMainModel: Bool, files: RecordingFiles,
        graphs: RecordedGraphs
    ) throws(RecordingError) {
        self.description = description
        self.model = model
        self.task = task
        self.isOfMainModel = isOfMainModel
        self.files = files
        self.graphs = graphs
        journal = try Journal(files.tensors(RecordingLayout.journal(description.id)), run: description, task: task)
    }

    public var id: String { description.id }

    /// The rows of the text as the model looks them up, `[tokens, d]`: Llama adds no positions to them.
    public var textInputName: ValueName { model.family == "llama" ? .embeddings : .tokenEmbeddings }

    /// What was computed from what.
    public func graph() throws(RecordingError) -> GraphDescription { try graphs.graph(description.graph) }

    /// The hash of the graph's file, by which graphs can be told apart unread.
    func graphHash() throws(RecordingError) -> String { try files.hash(RecordingLayout.graph(description.graph)) }

    /// The values kept of a step; `nil` if none were.
    public func frame(step: Int) throws(RecordingError) -> RecordedFrame? {
        guard let frame = description.frames.first(where: { $0.step == step }) else { return nil }
        let graph = try graph()
        let file = try files.tensors(RecordingLayout.frame(id, step: step))
        return try RecordedFrame(file, description: frame, graph: graph, run: id)
    }

    /// What was kept of large trained parameters after a number of updates; `nil` if there is no checkpoint of the step.
    public func checkpoint(step: Int) throws(RecordingError) -> RecordedCheckpoint? {
        guard description.checkpoints.contains(step) else { return nil }
        let file = try files.tensors(RecordingLayout.checkpoint(id, step: step))
        return RecordedCheckpoint(file, step: step, parameters: description.parameters)
    }

    /// A trained parameter, or what the optimizer remembers of it, as a checkpoint holds it; `nil` if there is no checkpoint of the step.
    public func checkpoint(_ name: ValueName, atStep step: Int) throws(RecordingError) -> RecordedValue? {
        try checkpoint(step: step)?.value(name)
    }

    /// What was measured beside the steps under an id; `nil` if nothing was.
    public func probe(_ id: String) throws(RecordingError) -> RecordedProbe? {
        guard let description = description.probes?.first(where: { $0.id == id }) else { return nil }
        return RecordedProbe(try files.tensors(RecordingLayout.probe(self.id, id)), description: description)
    }

    /// A value of a probe that was made at a step; `nil` if there is none.
    func probed(_ name: ValueName, atStep step: Int) throws(RecordingError) -> RecordedValue? {
        for probe in description.probes ?? [] where probe.step == step && probe.value(name) != nil {
            return try self.probe(probe.id)?.value(name)
        }
        return nil
    }

    /// What it takes on disk.
    public var sizes: RunSizes {
        RunSizes(
            journal: files.size(RecordingLayout.journal(id)),
            frames: description.frames.reduce(0) { $0 + files.size(RecordingLayout.frame(id, step: $1.step)) },
            checkpoints: description.checkpoints.reduce(0) { $0 + files.size(RecordingLayout.checkpoint(id, step: $1)) })
    }

    /// Its files within the recording's folder.
    var paths: [String] {
        [RecordingLayout.journal(id)] + description.checkpoints.map { RecordingLayout.checkpoint(id, step: $0) }
            + description.frames.map { RecordingLayout.frame(id, step: $0.step) }
            + (description.probes ?? []).map { RecordingLayout.probe(id, $0.id) }
    }

    /// Copies one of its files and compares the copy with its hash.
    func copy(_ path: String, to target: URL) throws(RecordingError) -> String { try files.copy(path, to: target) }
}

/// What a run takes on disk, in bytes.
public struct RunSizes: Hashable, Sendable {
    /// Every step's batch, loss and small trained parameters.
    public let journal: Int
    /// Every value of the steps that were kept.
    public let frames: Int
    /// Large trained parameters with their moments.
    public let checkpoints: Int
}
