internal import Foundation
internal import Interchange

/// `SHA256SUMS`: the hash of every file of a recording, in the format of `sha256sum`, so that anyone can check them.
enum Checksums {
    static func line(hash: String, path: String) -> String { "\(hash)  \(path)\n" }

    /// Reads one line; `nil` if it is not one, or leaves the folder.
    static func read(_ line: Substring) -> (hash: String, path: String)? {
        let path = line.dropFirst(66)
        guard let hash = ContentHash(hex: String(line.prefix(64))), line.dropFirst(64).hasPrefix("  "), !path.isEmpty,
            !path.hasPrefix("/"), !path.split(separator: "/").contains("..")
        else { return nil }
        return (hash.hex, String(path))
    }

    static func hash(ofFile url: URL) throws(RecordingError) -> String {
        do { return try ContentHash(ofFile: url).hex } catch { throw .unreadable(file: url.path, reason: error.problem) }
    }
}
