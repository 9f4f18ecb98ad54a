public import Foundation
internal import Interchange

/// Writes a recording, step by step.
///
/// Everything goes to a temporary folder beside the final one, which takes its place in ``finish()``. A run that is killed leaves
/// the old recording, or none. What is written is on disk after each call, but for the last few kilobytes of each journal.
///
/// ```swift
/// let writer = try RecordingWriter(at: folder, description, vocabulary: words, embeddings: wte)
/// try writer.add(graph, as: "prompt-tuning")
/// let run = try writer.startRun(runDescription)
/// for step in … { try run.append(journalStep) }
/// try run.finish(outcome)
/// try writer.finish()
/// ```
public final class RecordingWriter {
    /// `nil` once the recording is in its place.
    private var folder: AtomicFolder?
    private let destination: URL
    private let location: URL
    private var description: RecordingDescription
    private var graphs: [String: GraphDescription] = [:]
    private var hashes: [String: String] = [:]
    private var openRun: String?
    /// Where the journal of the open run is collected.
    private static let spoolFolder = "journal.unfinished"

    /// - Parameters:
    ///   - destination: The recording's folder. Only another recording, or an empty folder, is replaced.
    ///   - description: Without runs; they come with ``startRun(_:)``.
    ///   - vocabulary: The text of every token, by its id.
    ///   - embeddings: The main model's token embeddings, `[V, d]`, for figures that look for the words nearest to a vector.
    public init(
        at destination: URL, _ description: RecordingDescription, vocabulary: [String], embeddings: [Float]? = nil
    ) throws(RecordingError) {
        let configuration = description.model.configuration
        if let flaw = description.flaw { throw .inconsistent(flaw.problem) }
        guard vocabulary.count == configuration.vocabularySize else {
            throw .inconsistent("\(vocabulary.count) words for a vocabulary of \(configuration.vocabularySize)")
        }
        self.description = description
        self.description.runs = []
        self.destination = destination
        let folder = try Self.folder(at: destination)
        location = folder.location
        self.folder = consume folder
        try writeJSON(vocabulary, to: RecordingLayout.vocabulary, indented: false)
        if let embeddings {
            let shape = [configuration.vocabularySize, configuration.width]
            guard embeddings.count == shape[0] * shape[1] else {
                throw .inconsistent("\(embeddings.count) numbers for embeddings of shape \(shape)")
            }
            try write(
                [RecordingLayout.embeddingsTensor: Tensor(embeddings, shape: shape)], to: RecordingLayout.embeddings,
                metadata: [:])
        }
    }

    private static func folder(at destination: URL) throws(RecordingError) -> AtomicFolder {
        do { return try AtomicFolder(replacing: destination, marker: RecordingLayout.description) } catch {
            throw .cannotWrite(destination.path, reason: error.problem)
        }
    }

    /// Adds the graph that runs refer to.
    public func add(_ graph: GraphDescription, as id: String) throws(RecordingError) {
        if let flaw = RecordingLayout.flaw(ofID: id) ?? graph.flaw { throw .inconsistent(flaw) }
        guard graphs.updateValue(graph, forKey: id) == nil else { throw .inconsistent("two graphs are called \"\(id)\"") }
        try writeJSON(graph, to: RecordingLayout.graph(id), indented: false)
    }

    /// Begins a run. The run before it must have been finished.
    ///
    /// - Parameter run: Its frames, checkpoints, seconds and the hash afterwards are filled in by ``RunWriter/finish(_:)``.
    public func startRun(_ run: RunDescription) throws(RecordingError) -> RunWriter {
        if let openRun { throw .inconsistent("run \(openRun) is not finished, and \(run.id) is to begin") }
        if let flaw = RecordingLayout.flaw(ofID: run.id) { throw .inconsistent(flaw) }
        guard !description.runs.contains(where: { $0.id == run.id }) else {
            throw .inconsistent("two runs are called \"\(run.id)\"")
        }
        guard let graph = graphs[run.graph] else {
            throw .inconsistent("run \(run.id) names the graph \"\(run.graph)\", which was not added")
        }
        if let flaw = description.flaw(of: run) { throw .inconsistent("run \(run.id): \(flaw.problem)") }
        let task = description.task(of: run) ?? description.task
        let spool = JournalSpool(in: location.appending(path: Self.spoolFolder))
        do { try FileManager.default.createDirectory(at: spool.folder, withIntermediateDirectories: true) } catch {
            throw .cannotWrite(spool.folder.path, reason: error.localizedDescription)
        }
        openRun = run.id
        return RunWriter(run, graph: graph, task: task, spool: spool, writer: self)
    }

    /// Adds a run of another recording as it is.
    func take(over run: RecordedRun, graph: String) throws(RecordingError) {
        if let openRun { throw .inconsistent("run \(openRun) is not finished, and \(run.id) is to be added") }
        guard !description.runs.contains(where: { $0.id == run.id }) else {
            throw .inconsistent("two runs are called \"\(run.id)\"")
        }
        if let flaw = description.flaw(of: run.description) { throw .inconsistent("run \(run.id): \(flaw.problem)") }
        for path in run.paths { hashes[path] = try run.copy(path, to: try url(path)) }
        var described = run.description
        described.graph = graph
        description.runs.append(described)
    }

    /// Puts the recording in its place.
    public func finish() throws(RecordingError) {
        if let openRun { throw .inconsistent("run \(openRun) is not finished") }
        try writeJSON(description, to: RecordingLayout.description, indented: true)
        let list = hashes.sorted { $0.key < $1.key }.map { Checksums.line(hash: $0.value, path: $0.key) }.joined()
        guard let folder = folder.take() else { throw .inconsistent("the recording is finished already") }
        do {
            try AtomicFile.write(list, to: location.appending(path: RecordingLayout.checksums))
            try folder.commit()
        } catch { throw .cannotWrite(destination.path, reason: error.problem) }
    }

    /// Takes over a run whose journal is written.
    func finished(_ run: RunDescription) throws(RecordingError) {
        let spool = location.appending(path: Self.spoolFolder)
        do { try FileManager.default.removeItem(at: spool) } catch {
            throw .cannotWrite(spool.path, reason: error.localizedDescription)
        }
        description.runs.append(run)
        openRun = nil
    }

    func write(
        _ tensors: [String: Tensor], to path: String, metadata: [String: String]
    ) throws(RecordingError) {
        let url = try url(path)
        do { try SafetensorsFile.write(tensors, metadata: metadata, to: url) } catch {
            throw .cannotWrite(url.path, reason: error.problem)
        }
        hashes[path] = try Checksums.hash(ofFile: url)
    }

    private func writeJSON(_ content: some Encodable, to path: String, indented: Bool) throws(RecordingError) {
        let url = try url(path)
        do { try RecordingJSON.data(content, indented: indented).write(to: url) } catch {
            throw .cannotWrite(url.path, reason: error.localizedDescription)
        }
        hashes[path] = try Checksums.hash(ofFile: url)
    }

    /// Where a file is to be written, its folder made.
    private func url(_ path: String) throws(RecordingError) -> URL {
        let url = location.appending(path: path)
        do {
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(url.path, reason: error.localizedDescription)
        }
        return url
    }
}
