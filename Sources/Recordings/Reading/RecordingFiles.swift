internal import Foundation
internal import Interchange

/// The files of a recording's folder, each compared with its hash before it is used.
struct RecordingFiles: Sendable {
    let folder: URL
    private let checking: Recording.Checking
    /// Path within the folder → SHA-256 in hexadecimal.
    private let hashes: [String: String]

    init(folder: URL, checking: Recording.Checking) throws(RecordingError) {
        self.folder = folder
        self.checking = checking
        func url(_ path: String) -> URL { folder.appending(path: path) }
        let name = folder.path
        guard FileManager.default.fileExists(atPath: url(RecordingLayout.description).path) else {
            throw .notARecording(folder: name, reason: "it has no recording.json")
        }
        // Before anything else is asked of it: a newer format may have other files and other keys.
        try Self.checkFormat(url(RecordingLayout.description), folder: name)
        guard let list = try? String(contentsOf: url(RecordingLayout.checksums), encoding: .utf8) else {
            throw .missingFile(RecordingLayout.checksums, folder: name)
        }
        var hashes: [String: String] = [:]
        for (index, line) in list.split(separator: "\n").enumerated() {
            guard let entry = Checksums.read(line) else {
                throw .malformed(
                    file: url(RecordingLayout.checksums).path, key: "line \(index + 1)",
                    problem: "expected 64 hexadecimal digits, two spaces and a path within the folder")
            }
            hashes[entry.path] = entry.hash
        }
        self.hashes = hashes
        for path in hashes.keys.sorted() {
            guard FileManager.default.fileExists(atPath: url(path).path) else { throw .missingFile(path, folder: name) }
        }
        switch checking {
        case .onOpening: for path in hashes.keys.sorted() { try check(path) }
        case .onUse: break
        }
    }

    func has(_ path: String) -> Bool { hashes[path] != nil }

    /// The size of a file in bytes; 0 if it is not there.
    func size(_ path: String) -> Int {
        (try? folder.appending(path: path).resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0
    }

    /// The path for a message.
    func full(_ path: String) -> String { folder.appending(path: path).path }

    func tensors(_ path: String) throws(RecordingError) -> TensorFile {
        try checkOnUse(path)
        return try TensorFile(at: folder.appending(path: path))
    }

    func json<Content: Decodable>(_ type: Content.Type, _ path: String) throws(RecordingError) -> Content {
        try checkOnUse(path)
        return try RecordingJSON.read(type, at: folder.appending(path: path))
    }

    /// Copies a file and compares the copy with its hash, which tells of a damaged file and of a damaged copy.
    ///
    /// - Returns: The hash.
    func copy(_ path: String, to target: URL) throws(RecordingError) -> String {
        let hash = try hash(path)
        do { try FileManager.default.copyItem(at: folder.appending(path: path), to: target) } catch {
            throw .cannotWrite(target.path, reason: error.localizedDescription)
        }
        guard try Checksums.hash(ofFile: target) == hash else { throw .changed(file: path, folder: folder.path) }
        return hash
    }

    private func checkOnUse(_ path: String) throws(RecordingError) {
        _ = try hash(path)
        if checking == .onUse { try check(path) }
    }

    var paths: [String] { hashes.keys.sorted() }

    /// The hash that a file is said to have.
    func hash(_ path: String) throws(RecordingError) -> String {
        guard let hash = hashes[path] else { throw .missingFile(path, folder: folder.path) }
        return hash
    }

    func check(_ path: String) throws(RecordingError) {
        guard try Checksums.hash(ofFile: folder.appending(path: path)) == hashes[path] else {
            throw .changed(file: path, folder: folder.path)
        }
    }

    private static func checkFormat(_ url: URL, folder: String) throws(RecordingError) {
        struct Head: Decodable {
            let format: String?
            let version: Int?
        }
        let head: Head
        do { head = try RecordingJSON.read(Head.self, at: url) } catch {
            guard case .malformed(_, let key, let problem) = error else { throw error }
            throw .notARecording(folder: folder, reason: "its recording.json cannot be read (\(key): \(problem))")
        }
        guard head.format == RecordingDescription.marker, let version = head.version else {
            throw .notARecording(folder: folder, reason: "its recording.json is not marked as \(RecordingDescription.marker)")
        }
        guard version <= RecordingDescription.currentVersion else {
            throw .newerVersion(found: version, known: RecordingDescription.currentVersion, folder: folder)
        }
    }
}

/// JSON as recordings use it: keys in snake_case, the same bytes for the same content.
enum RecordingJSON {
    static func read<Content: Decodable>(_ type: Content.Type, at url: URL) throws(RecordingError) -> Content {
        let data: Data
        do { data = try Data(contentsOf: url) } catch { throw .unreadable(file: url.path, reason: error.localizedDescription) }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(type, from: data) } catch let error as DecodingError {
            throw problem(error, in: url.path)
        } catch {
            throw .unreadable(file: url.path, reason: error.localizedDescription)
        }
    }

    static func data(_ content: some Encodable, indented: Bool) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting =
            indented ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(content) + Data("\n".utf8)
    }

    private static func problem(_ error: DecodingError, in file: String) -> RecordingError {
        func key(_ path: [any CodingKey]) -> String {
            let text = path.reduce(into: "") { text, key in
                if let index = key.intValue { text += "[\(index)]" } else { text += (text.isEmpty ? "" : ".") + key.stringValue }
            }
            return text.isEmpty ? "its top" : text
        }
        switch error {
        case .keyNotFound(let missing, let context):
            return .malformed(file: file, key: key(context.codingPath + [missing]), problem: "the key is missing")
        case .valueNotFound(let type, let context), .typeMismatch(let type, let context):
            return .malformed(file: file, key: key(context.codingPath), problem: "a value of another kind was expected (\(type))")
        case .dataCorrupted(let context):
            // Of a text that is no JSON, Foundation says no more than that; the parser of our own says where.
            var place = key(context.codingPath)
            var problem = context.debugDescription
            if context.codingPath.isEmpty {
                problem = "a number is out of range"
                do { _ = try JSON(reading: URL(filePath: file)) } catch {
                    (place, problem) = (error.place ?? place, error.problem)
                }
            }
            return .malformed(file: file, key: place, problem: problem)
        @unknown default:
            return .malformed(file: file, key: "an unknown key", problem: "\(error)")
        }
    }
}
