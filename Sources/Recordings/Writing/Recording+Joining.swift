public import Foundation

extension Recording {
    /// Writes one recording with the runs of several, which are of the same models and the same tasks.
    ///
    /// Nothing is computed: files are copied as they are, each compared with its hash. Graphs that are the same are kept once.
    ///
    /// - Throws: ``RecordingError`` that says what does not go together, or which file cannot be read or written.
    public static func join(_ recordings: [Recording], at destination: URL) throws(RecordingError) {
        guard let first = recordings.first else { throw .inconsistent("a recording is joined of at least one") }
        let writer = try RecordingWriter(
            at: destination, first.description, vocabulary: try first.vocabulary(),
            embeddings: try first.vocabularyEmbeddings()?.numbers)
        // By the hash of its file: the same graph is written as the same bytes.
        var graphs: [String: String] = [:]
        for recording in recordings {
            let (own, others) = (recording.description, first.description)
            guard own.allModels == others.allModels, own.allTasks == others.allTasks else {
                throw .inconsistent(
                    "\(recording.folder.path) is of another model or task than \(first.folder.path), so that they make no one recording"
                )
            }
            for run in recording.runs {
                let hash = try run.graphHash()
                let name = graphs[hash] ?? run.id
                if graphs.updateValue(name, forKey: hash) == nil { try writer.add(try run.graph(), as: name) }
                try writer.take(over: run, graph: name)
            }
        }
        try writer.finish()
    }
}
