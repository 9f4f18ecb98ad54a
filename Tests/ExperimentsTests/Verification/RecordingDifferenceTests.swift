import Foundation
import LinearAlgebra
import Recordings
import Testing
import Tuning

@testable import Experiments

@Suite struct RecordingDifferenceTests {
    typealias Told = ReplayedRunTests.Told

    /// Two recordings of the same model.
    static func withTwo(_ a: Told, _ b: Told, _ body: (BaseModel, URL, URL) throws -> Void) throws {
        try ReplayedRunTests.withRecording(a, threads: 1) { model, one in
            try ReplayedRunTests.withRecording(b, threads: 2) { _, other in
                try body(BaseModel(opening: model), one, other)
            }
        }
    }

    static func difference(_ base: BaseModel, _ a: URL, _ b: URL) throws -> RecordingDifference {
        try RecordingDifference(Recording(opening: a), Recording(opening: b), bases: (base, base))
    }

    @Test(
        "The same run recorded twice is equal, whatever frames were kept",
        arguments: ["prompt-tuning", "lora", "full-fine-tuning"])
    func equal(_ method: String) throws {
        var other = Told(method)
        other.frames = FramePolicy(steps: FrameSteps([1, 3]))
        try Self.withTwo(Told(method), other) { base, a, b in
            let difference = try Self.difference(base, a, b)
            #expect(difference.isEqual && difference.runs.count == 1)
            _ = try JSONEncoder().encode(difference)
        }
    }

    /// Another run, the step at which both part, and the first value that does.
    static let others: [(run: Told, step: Int, first: String, told: String?)] = [
        (Told("prompt-tuning", clipping: 1e-3), 0, "", "clipping"),
        (Told("prompt-tuning") { $0.start = .random(deviation: 0.1) }, 0, "prompt.embeddings", "initialisation"),
        (Told("prompt-tuning", task: "kind-en"), 0, "tokens.embeddings", nil),
    ]

    @Test("Two runs part at the first step whose numbers differ, and the first value of it is named", arguments: others)
    func parting(_ other: (run: Told, step: Int, first: String, told: String?)) throws {
        try Self.withTwo(Told("prompt-tuning"), other.run) { base, a, b in
            let run = try #require(try Self.difference(base, a, b).runs.first)
            #expect(!run.isEqual)
            #expect(run.step == other.step)
            if !other.first.isEmpty { #expect(run.first?.value == other.first) }
            #expect(run.first?.by.count ?? 0 > 0)
            if let told = other.told { #expect(run.told.contains { $0.hasPrefix(told) }) }
        }
    }

    @Test("Runs that go on for longer, and edits of the journal or of a frame, are found")
    func edits() throws {
        var longer = Told("prompt-tuning")
        longer.frames = FramePolicy(steps: FrameSteps([0, 3]))
        try Self.withTwo(Told("prompt-tuning"), longer) { base, a, b in
            let frame = "runs/prompt-tuning/frames/step-000003.safetensors"
            let journalPath = "runs/prompt-tuning/journal.safetensors"
            let sound = try [frame, journalPath].map { try Data(contentsOf: b.appending(path: $0)) }
            try Spoiling.number(5, of: "block.0.attention.mix", in: frame, of: b)
            try Spoiling.reseal(b)
            let kept = try #require(try Self.difference(base, a, b).runs.first)
            #expect(kept.step == 3 && kept.journal.isEmpty)
            #expect(kept.first?.value == "block.0.attention.mix" && kept.first?.by.element == 5 && kept.first?.by.count == 1)
            #expect(abs((kept.first?.by.largest ?? 0) - 0.5) < 1e-6)

            try Spoiling.number(2, of: "loss", in: journalPath, of: b)
            try Spoiling.reseal(b)
            let journal = try #require(try Self.difference(base, a, b).runs.first)
            #expect(journal.step == 2 && journal.journal.map(\.value) == ["loss"])
            #expect(journal.first == nil && journal.note?.contains("edited") == true)

            // Of the state behind the last update there are parameters only.
            for (path, bytes) in zip([frame, journalPath], sound) { try bytes.write(to: b.appending(path: path)) }
            try Spoiling.number(6 * 48, of: "prompt.embeddings", in: journalPath, of: b)
            try Spoiling.reseal(b)
            let end = try #require(try Self.difference(base, a, b).runs.first)
            #expect(end.step == 6 && end.first?.value == "prompt.embeddings", "\(end)")
        }
    }

    @Test("Runs are matched by name, or as they are told; one that is not there is named")
    func names() throws {
        try Self.withTwo(Told("prompt-tuning"), Told("lora")) { base, a, b in
            let (one, other) = (try Recording(opening: a), try Recording(opening: b))
            let unmatched = try RecordingDifference(one, other, bases: (base, base))
            #expect(unmatched.onlyInA == ["prompt-tuning"] && unmatched.onlyInB == ["lora"] && !unmatched.isEqual)
            let pair = try RecordingDifference(one, other, runs: ("prompt-tuning", "lora"), bases: (base, base))
            #expect(pair.runs.first?.told.contains("method: prompt-tuning and lora") == true)
            #expect(pair.runs.first?.step == 0)
            let error = #expect(throws: RecordingError.self) {
                try RecordingDifference(one, other, runs: ("prompt-tuning", "lorra"), bases: (base, base))
            }
            #expect(error?.description.contains("\"lorra\"") == true)
        }
    }
}
