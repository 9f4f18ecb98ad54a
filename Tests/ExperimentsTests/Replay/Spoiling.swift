import Foundation
import Interchange

/// Edits a recording, as someone would who does it on purpose or by mistake.
enum Spoiling {
    struct Missing: Error { let what: String }

    /// Makes one number of a tensor another.
    static func number(
        _ element: Int, of tensor: String, in path: String, of folder: URL, change: (Float) -> Float = { $0 + 0.5 }
    ) throws {
        let url = folder.appending(path: path)
        var bytes = try Data(contentsOf: url)
        let headerSize = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = try JSONSerialization.jsonObject(with: bytes[8..<8 + headerSize]) as? [String: Any]
        guard let entry = header?[tensor] as? [String: Any], let offsets = entry["data_offsets"] as? [Int] else {
            throw Missing(what: tensor)
        }
        let place = 8 + headerSize + offsets[0] + 4 * element
        let bits = bytes[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let changed = change(Float(bitPattern: bits)).bitPattern
        for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: changed >> UInt32(8 * byte)) }
        try bytes.write(to: url)
    }

    static func text(_ from: String, _ to: String, in path: String, of folder: URL) throws {
        let url = folder.appending(path: path)
        let text = try String(contentsOf: url, encoding: .utf8)
        guard text.contains(from) else { throw Missing(what: from) }
        try text.replacing(from, with: to, maxReplacements: 1).write(to: url, atomically: true, encoding: .utf8)
    }

    static func truncate(_ path: String, of folder: URL) throws {
        let url = folder.appending(path: path)
        let bytes = try Data(contentsOf: url)
        try bytes.prefix(bytes.count / 2).write(to: url)
    }

    /// Makes the hashes fit again.
    static func reseal(_ folder: URL) throws {
        let list = folder.appending(path: "SHA256SUMS")
        let paths = try String(contentsOf: list, encoding: .utf8).split(separator: "\n").map { String($0.dropFirst(66)) }
        let lines = try paths.map { "\(try ContentHash(ofFile: folder.appending(path: $0)).hex)  \($0)\n" }
        try lines.joined().write(to: list, atomically: true, encoding: .utf8)
    }
}
