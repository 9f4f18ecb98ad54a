import Foundation
import Recordings
import Testing

@Suite("A damaged recording")
struct DamageTests {
    static let files = [
        "recording.json", "model/vocabulary.json", "model/embeddings.safetensors", "graphs/prompt-tuning.json",
        "runs/prompt-tuning-7/journal.safetensors", "runs/prompt-tuning-7/frames/step-000000.safetensors",
        "runs/prompt-tuning-7/checkpoints/step-000004.safetensors",
    ]

    private func reasonOfRefusal(of folder: URL) -> String? {
        do {
            _ = try Recording(opening: folder)
            return nil
        } catch { return error.description }
    }

    @Test("is refused by name of the file that is missing", arguments: files)
    func missing(_ file: String) throws {
        let folder = try TemporaryFolder()
        try SmallRecording().write(to: folder.url)
        try FileManager.default.removeItem(at: folder.url.appending(path: file))
        #expect(reasonOfRefusal(of: folder.url)?.contains(file) == true)
    }

    @Test("is refused by name of the file that was cut short", arguments: files)
    func truncated(_ file: String) throws {
        let folder = try TemporaryFolder()
        try SmallRecording().write(to: folder.url)
        let url = folder.url.appending(path: file)
        let bytes = try Data(contentsOf: url)
        try bytes.prefix(bytes.count / 2).write(to: url)
        #expect(reasonOfRefusal(of: folder.url)?.contains(file) == true)
    }

    @Test("is refused wherever one bit is turned", arguments: files)
    func bitFlips(_ file: String) throws {
        let folder = try TemporaryFolder()
        try SmallRecording().write(to: folder.url)
        let url = folder.url.appending(path: file)
        let bytes = try Data(contentsOf: url)
        for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 25)) {
            var changed = bytes
            changed[place] ^= 1 << (place % 8)
            try changed.write(to: url)
            #expect(reasonOfRefusal(of: folder.url) != nil, "bit at byte \(place) of \(file)")
        }
    }

    @Test(
        "of another format is not mistaken for one of ours",
        arguments: [
            ("\"version\" : 1", "\"version\" : 2", "format version 2"), ("foreword-recording", "other-recording", "not marked"),
        ])
    func format(_ from: String, _ to: String, _ reason: String) throws {
        let folder = try TemporaryFolder()
        try SmallRecording().write(to: folder.url)
        let url = folder.url.appending(path: "recording.json")
        let text = try String(contentsOf: url, encoding: .utf8)
        #expect(text.contains(from))
        try text.replacingOccurrences(of: from, with: to).write(to: url, atomically: true, encoding: .utf8)
        #expect(reasonOfRefusal(of: folder.url)?.contains(reason) == true)
    }

    @Test(
        "whose hashes were made to fit is still checked for sense",
        arguments: [
            ("\"steps\" : 4", "\"steps\" : 5", "shape"), ("\"id\" : \"prompt-tuning-7\"", "\"id\" : \"../7\"", "letters"),
            ("\"step\" : 3", "\"step\" : 30", "outside"), ("\"width\" : 4", "\"widths\" : 4", "width"),
            ("\"seed\" : 18446744073709551615", "\"seed\" : -1", "range"), ("\"task\" : {", "\"task\" , {", "line"),
            ("\"seed\"", "\"seeds\"", "runs[0].seed"),
        ])
    func sense(_ from: String, _ to: String, _ reason: String) throws {
        let folder = try TemporaryFolder()
        try SmallRecording().write(to: folder.url)
        let url = folder.url.appending(path: "recording.json")
        let text = try String(contentsOf: url, encoding: .utf8)
        #expect(text.contains(from))
        try text.replacingOccurrences(of: from, with: to).write(to: url, atomically: true, encoding: .utf8)
        try Resealing.reseal(folder.url)
        let found = reasonOfRefusal(of: folder.url)
        #expect(found?.contains(reason) == true, "\(found ?? "it was opened")")
    }

    @Test("a folder that is none is refused, with what to give instead")
    func noRecording() throws {
        let folder = try TemporaryFolder()
        #expect(reasonOfRefusal(of: folder.url)?.hasSuffix("give the folder that holds recording.json.") == true)
    }
}
