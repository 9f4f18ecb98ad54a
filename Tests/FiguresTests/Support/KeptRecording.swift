import Figures
import Foundation
import Interchange
import Recordings

/// The recordings of the gallery: of real runs, with everything that any figure shows.
enum KeptRecording {
    private static let folders = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "figures/recordings")
    /// That of prompt tuning.
    static let folder = folders.appending(path: "prompt-tuning")

    static func open() throws -> Recording { try Recording(opening: folder) }

    /// One that can show a figure: that of prompt tuning if it can, else the first by name.
    static func open(showing figure: Figure) throws -> Recording {
        let names = try FileManager.default.contentsOfDirectory(atPath: folders.path).sorted()
        for url in [folder] + names.map({ folders.appending(path: $0) }) {
            let recording = try Recording(opening: url)
            if try figure.needs.lack(in: recording) == nil { return recording }
        }
        throw FigureError.cannotShow(figure: figure.id, reason: "no recording of the gallery can show it")
    }

    static func open(_ name: String) throws -> Recording { try Recording(opening: folders.appending(path: name)) }

    static let frame = "runs/prompt-tuning-1/frames/step-000050.safetensors"
    static let trainingFrame = "runs/prompt-tuning-1/frames/step-000049.safetensors"
    static let journal = "runs/prompt-tuning-1/journal.safetensors"

    /// A copy in which one number of a file is another, to test that figures notice.
    ///
    /// - Parameters:
    ///   - tensor: Its name in the file.
    ///   - element: The number's place in it.
    ///   - name: The recording's name.
    static func withSpoiled(
        _ path: String, _ tensor: String, element: Int, of name: String = "prompt-tuning", change: (Float) -> Float,
        _ body: (Recording) throws -> Void
    ) throws {
        try withEdited(path, of: name) { url in
            var bytes = try Data(contentsOf: url)
            let headerSize = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            let header = try JSONSerialization.jsonObject(with: bytes[8..<8 + headerSize]) as? [String: Any]
            guard let entry = header?[tensor] as? [String: Any], let offsets = entry["data_offsets"] as? [Int] else {
                throw Missing(tensor: tensor)
            }
            let place = 8 + headerSize + offsets[0] + 4 * element
            let bits = bytes[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let changed = change(Float(bitPattern: bits)).bitPattern
            for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: changed >> UInt32(8 * byte)) }
            try bytes.write(to: url)
        } body: {
            try body($0)
        }
    }

    /// A copy whose `recording.json` says something else at one place.
    static func withSpoiledText(
        _ text: String, _ other: String, of name: String, _ body: (Recording) throws -> Void
    ) throws {
        try withEdited("recording.json", of: name) { url in
            let content = try String(contentsOf: url, encoding: .utf8)
            guard content.contains(text) else { throw Missing(tensor: text) }
            try content.replacing(text, with: other, maxReplacements: 1).write(to: url, atomically: true, encoding: .utf8)
        } body: {
            try body($0)
        }
    }

    private static func withEdited(
        _ path: String, of name: String, edit: (URL) throws -> Void, body: (Recording) throws -> Void
    ) throws {
        let copy = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")
        try FileManager.default.copyItem(at: folders.appending(path: name), to: copy)
        defer { try? FileManager.default.removeItem(at: copy) }
        let url = copy.appending(path: path)
        try edit(url)
        try renewHash(of: path, in: copy)
        try body(try Recording(opening: copy))
    }

    /// A copy in which the graph of a run is another, to test that figures notice.
    static func withChangedGraph(
        _ graph: String, of name: String = "prompt-tuning", change: (inout GraphDescription) -> Void,
        _ body: (Recording) throws -> Void
    ) throws {
        try withEdited("graphs/\(graph).json", of: name) { url in
            var description = try JSONDecoder().decode(GraphDescription.self, from: Data(contentsOf: url))
            change(&description)
            try JSONEncoder().encode(description).write(to: url)
        } body: {
            try body($0)
        }
    }

    private static func renewHash(of path: String, in copy: URL) throws {
        let sums = copy.appending(path: "SHA256SUMS")
        let hash = try ContentHash(ofFile: copy.appending(path: path)).hex
        let lines = try String(contentsOf: sums, encoding: .utf8).split(separator: "\n").map { line in
            line.hasSuffix("  " + path) ? "\(hash)  \(path)" : String(line)
        }
        try (lines.joined(separator: "\n") + "\n").write(to: sums, atomically: true, encoding: .utf8)
    }

    struct Missing: Error { let tensor: String }
}
