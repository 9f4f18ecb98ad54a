import Foundation
import Recordings
import Testing

/// What a reader in another language relies on: see `Fixtures/read_recording.py`.
@Suite("The files of a recording")
struct LayoutTests {
    @Test("are JSON with these keys and safetensors with these tensors")
    func layout() throws {
        let folder = try TemporaryFolder()
        try SmallRecording().write(to: folder.url)
        func json(_ path: String) throws -> Any {
            try JSONSerialization.jsonObject(with: Data(contentsOf: folder.url.appending(path: path)))
        }

        let recording = try #require(try json("recording.json") as? [String: Any])
        #expect(Set(recording.keys) == ["format", "version", "provenance", "model", "task", "runs"])
        #expect(recording["format"] as? String == "foreword-recording")
        let run = try #require((recording["runs"] as? [[String: Any]])?.first)
        #expect(
            Set(run.keys) == [
                "id", "method", "training", "seed", "graph", "parameters", "frozen_count", "weights_sha256", "frames",
                "checkpoints",
                "adapter_bytes", "seconds",
            ])
        let settings = try #require((run["method"] as? [String: Any])?["settings"] as? [String: Any])
        #expect(Set(settings.keys) == ["virtual_tokens", "initialisation", "encoderHidden"])
        #expect(run["seed"] as? UInt64 == .max)

        let nodes = try #require((try json("graphs/prompt-tuning.json") as? [String: Any])?["nodes"] as? [[String: Any]])
        let weights = try #require(nodes.first { $0["name"] as? String == "block.0.attention.weights" })
        #expect(weights["operands"] as? [String] == ["tokens.embeddings", "prompt.embeddings"])
        #expect((weights["shape"] as? [String: Any])?["rows"] as? String == "tokens")
        #expect((try json("model/vocabulary.json") as? [String])?[3] == "热")

        let journal = try header(folder.url.appending(path: "runs/prompt-tuning-7/journal.safetensors"))
        #expect(journal["loss"] == ["F32", "4"])
        #expect(journal["prompt.embeddings"] == ["F32", "5", "2", "4"])
        #expect(journal["gradient/prompt.embeddings"] == ["F32", "4", "2", "4"])
        #expect(journal["batch.tokens"] == ["I32", "14"])
        #expect(journal["batch.tokens.offsets"] == ["I32", "5"])
        #expect(journal["predictions.tokens"] == ["I32", "2", "2"])
        let frame = try header(folder.url.appending(path: "runs/prompt-tuning-7/frames/step-000000.safetensors"))
        #expect(frame["block.0.attention.weights"] == ["F32", "5", "2", "5"])
        #expect(frame["batch.sequence-starts"] == ["I32", "3"])
    }

    /// Type and shape of every tensor, read without our own reader.
    private func header(_ url: URL) throws -> [String: [String]] {
        let bytes = try Data(contentsOf: url)
        let length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        let object = try #require(try JSONSerialization.jsonObject(with: bytes[8..<(8 + length)]) as? [String: Any])
        return object.compactMapValues { entry in
            guard let entry = entry as? [String: Any], let type = entry["dtype"] as? String, let shape = entry["shape"] as? [Int]
            else {
                return nil
            }
            return [type] + shape.map(String.init)
        }
    }
}
