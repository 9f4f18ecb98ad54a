public import Foundation

/// A recording, opened for reading. It needs neither the engine nor the model that made it.
///
/// ```swift
/// let recording = try Recording(opening: folder)
/// let weights = try recording.run("prompt-tuning-7").frame(step: 0)?.value("block.0.attention.weights")
/// let prompt = try recording.run("prompt-tuning-7").journal.parameter("prompt.embeddings", atStep: 120)
/// ```
public struct Recording: Sendable {
    /// When the bytes of the files are compared with their hashes.
    public enum Checking: Sendable {
        /// All of them on opening.
        case onOpening
        /// Each file when it is read, so that a long recording opens at once.
        case onUse
    }

    public let folder: URL
    public let description: RecordingDescription
    /// The runs, in the order they were recorded.
    public let runs: [RecordedRun]
    private let files: RecordingFiles

    /// Opens a recording and checks it: every file is there, what is read is as it was written, and its parts fit together.
    public init(opening folder: URL, checking: Checking = .onOpening) throws(RecordingError) {
        let files = try RecordingFiles(folder: folder, checking: checking)
        let description = try Self.readDescription(files)
        var runs: [RecordedRun] = []
        let graphs = RecordedGraphs(files)
        for run in description.runs {
            // Both are there: a description with a run that names others is refused.
            let (model, task) = (description.model(of: run) ?? description.model, description.task(of: run) ?? description.task)
            runs.append(
                try RecordedRun(
                    run, model: model, task: task, isOfMainModel: model == description.model, files: files, graphs: graphs))
        }
        self.folder = folder
        self.files = files
        self.description = description
        self.runs = runs
    }

    /// The paths of all files that are listed with their hashes, within the folder.
    public var paths: [String] { files.paths }

    /// Compares a file's bytes with its hash.
    ///
    /// - Throws: ``RecordingError/changed(file:folder:)`` if they do not fit, or why the file cannot be read.
    public func checkFile(_ path: String) throws(RecordingError) { try files.check(path) }

    /// A run by its id; without one, the only run.
    public func run(_ id: String? = nil) throws(RecordingError) -> RecordedRun {
        guard let id else {
            guard let only = runs.first, runs.count == 1 else { throw .address(.runNeeded(runs.map(\.id))) }
            return only
        }
        guard let run = runs.first(where: { $0.id == id }) else {
            let near = NearNames.of(id, among: runs.map(\.id))
            throw .address(.unknownRun(id, near: near.isEmpty ? Array(runs.map(\.id).prefix(3)) : near))
        }
        return run
    }

    /// The text of every token, by its id.
    public func vocabulary() throws(RecordingError) -> [String] {
        let words = try files.json([String].self, RecordingLayout.vocabulary)
        let size = description.model.configuration.vocabularySize
        guard words.count == size else {
            throw .malformed(
                file: files.full(RecordingLayout.vocabulary), key: "its length",
                problem: "it has \(words.count) tokens, the model \(size)")
        }
        return words
    }

    /// The main model's token embeddings, `[V, d]`; `nil` if the recording was made without them. They are not those of a run of another
    /// model (``RecordedRun/isOfMainModel``).
    public func vocabularyEmbeddings() throws(RecordingError) -> RecordedValue? {
        guard files.has(RecordingLayout.embeddings) else { return nil }
        let configuration = description.model.configuration
        let shape = [configuration.vocabularySize, configuration.width]
        let numbers = try files.tensors(RecordingLayout.embeddings).floats(RecordingLayout.embeddingsTensor, shape: shape)
        return RecordedValue(
            name: .vocabularyEmbeddings, shape: RecordedShape(.fixed(shape[0]), shape[1]), numbers: numbers)
    }

    private static func readDescription(_ files: RecordingFiles) throws(RecordingError) -> RecordingDescription {
        let description = try files.json(RecordingDescription.self, RecordingLayout.description)
        func require(_ isSound: Bool, _ key: String, _ problem: @autoclosure () -> String) throws(RecordingError) {
            guard isSound else { throw .malformed(file: files.full(RecordingLayout.description), key: key, problem: problem()) }
        }
        if let (key, problem) = description.flaw { try require(false, key, problem) }
        var ids: Set<String> = []
        for (index, run) in description.runs.enumerated() {
            let key = "runs[\(index)]"
            if let flaw = RecordingLayout.flaw(ofID: run.id) { try require(false, "\(key).id", flaw) }
            if let flaw = RecordingLayout.flaw(ofID: run.graph) { try require(false, "\(key).graph", flaw) }
            if let (part, problem) = description.flaw(of: run) { try require(false, "\(key).\(part)", problem) }
            try require(ids.insert(run.id).inserted, "\(key).id", "two runs are called \"\(run.id)\"")
            try require(run.training.steps >= 0, "\(key).training.steps", "\(run.training.steps) is not a number of steps")
            let steps = 0...run.training.steps
            try require(run.frames.allSatisfy { steps.contains($0.step) }, "\(key).frames", "a frame lies outside steps \(steps)")
            try require(
                run.checkpoints.allSatisfy(steps.contains), "\(key).checkpoints", "a checkpoint lies outside steps \(steps)")
            for (place, probe) in (run.probes ?? []).enumerated() {
                let key = "\(key).probes[\(place)]"
                if let flaw = RecordingLayout.flaw(ofID: probe.id) { try require(false, "\(key).id", flaw) }
                try require(steps.contains(probe.step), "\(key).step", "it lies outside steps \(steps)")
                for value in probe.values {
                    try require(value.shape.allSatisfy { $0 >= 0 }, "\(key).values", "\(value.name) has a negative axis")
                }
            }
            for parameter in run.parameters {
                try require(parameter.shape.allSatisfy { $0 >= 0 }, "\(key).parameters", "\(parameter.name) has a negative axis")
            }
        }
        return description
    }
}
