internal import Synchronization

/// The graphs of a recording, each read once: many runs share one, and figures and metrics ask for it again and again.
final class RecordedGraphs: Sendable {
    private let files: RecordingFiles
    private let known = Mutex<[String: GraphDescription]>([:])

    init(_ files: RecordingFiles) { self.files = files }

    func graph(_ id: String) throws(RecordingError) -> GraphDescription {
        try known.withLock { known throws(RecordingError) in
            if let graph = known[id] { return graph }
            let path = RecordingLayout.graph(id)
            let graph = try files.json(GraphDescription.self, path)
            if let flaw = graph.flaw { throw .malformed(file: files.full(path), key: "nodes", problem: flaw) }
            known[id] = graph
            return graph
        }
    }
}
