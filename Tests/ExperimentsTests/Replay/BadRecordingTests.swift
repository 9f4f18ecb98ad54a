import Foundation
import Interchange
import LinearAlgebra
import Recordings
import Testing

@testable import Experiments

/// Recordings that something is wrong with, and base models that are gone.
@Suite struct BadRecordingTests {
    /// An edit, and a piece of the one sentence it gets.
    struct Edit: Sendable, CustomTestStringConvertible {
        let piece: String
        let testDescription: String
        let make: @Sendable (URL) throws -> Void

        init(_ what: String, _ piece: String, make: @escaping @Sendable (URL) throws -> Void) {
            testDescription = what
            self.piece = piece
            self.make = make
        }
    }

    static let run = "runs/prompt-tuning"
    static let edits = [
        Edit("a truncated journal", "journal.safetensors is not as it was written") {
            try Spoiling.truncate("\(run)/journal.safetensors", of: $0)
        },
        Edit("a truncated frame", "step-000003.safetensors is not as it was written") {
            try Spoiling.truncate("\(run)/frames/step-000003.safetensors", of: $0)
        },
        Edit("a missing frame", "step-000003.safetensors is missing") {
            try FileManager.default.removeItem(at: $0.appending(path: "\(run)/frames/step-000003.safetensors"))
        },
        Edit("a newer format", "format version 9") {
            try Spoiling.text("\"version\" : 1", "\"version\" : 9", in: "recording.json", of: $0)
        },
        Edit("an unknown method", "the method \"mind-reading\"") {
            try Spoiling.text(
                "\"id\" : \"prompt-tuning\",\n        \"name\"", "\"id\" : \"mind-reading\",\n        \"name\"",
                in: "recording.json", of: $0)
            try Spoiling.reseal($0)
        },
        Edit("an unknown setting", "The setting virtual_tokenz") {
            try Spoiling.text("\"virtual_tokens\"", "\"virtual_tokenz\"", in: "recording.json", of: $0)
            try Spoiling.reseal($0)
        },
        Edit("a setting of another kind", "expected a number") {
            try Spoiling.text("\"virtual_tokens\" : 3", "\"virtual_tokens\" : \"three\"", in: "recording.json", of: $0)
            try Spoiling.reseal($0)
        },
        Edit("a setting with another number", "computes something else than what was recorded, first at prompt.embeddings") {
            try Spoiling.text("\"virtual_tokens\" : 3", "\"virtual_tokens\" : 4", in: "recording.json", of: $0)
            try Spoiling.reseal($0)
        },
        Edit("another schedule", "The training's schedule") {
            try Spoiling.text("\"schedule\" : \"cosine\"", "\"schedule\" : \"sawtooth\"", in: "recording.json", of: $0)
            try Spoiling.reseal($0)
        },
        Edit("impossible limits", "The training's limits") {
            try Spoiling.text("\"parts\" : 2", "\"parts\" : 0", in: "recording.json", of: $0)
            try Spoiling.reseal($0)
        },
        Edit("another learning rate", "its learning rate is") {
            try Spoiling.text("\"learning_rate\" : 0.01", "\"learning_rate\" : 0.02", in: "recording.json", of: $0)
            try Spoiling.reseal($0)
        },
        Edit("another graph", "first at loss") {
            try Spoiling.text(
                "\"name\":\"loss\",\"operands\":[\"loss.tokens\"],\"operation\":\"mean\"",
                "\"name\":\"loss\",\"operands\":[\"loss.tokens\"],\"operation\":\"median\"", in: "graphs/prompt-tuning.json",
                of: $0)
            try Spoiling.reseal($0)
        },
        Edit("a batch that no text makes", "contradicts itself at step 3") {
            try Spoiling.number(3 * 4, of: "batch.targets", in: "\(run)/journal.safetensors", of: $0) { _ in Float(bitPattern: 7)
            }
            try Spoiling.reseal($0)
        },
    ]

    @Test("An edited or damaged recording gets one sentence", arguments: edits)
    func edited(_ edit: Edit) throws {
        try ReplayedRunTests.withRecording(ReplayedRunTests.Told("prompt-tuning")) { model, folder in
            try edit.make(folder)
            var found = ""
            do {
                let recording = try Recording(opening: folder, checking: .onUse)
                let run = try ReplayedRun(of: recording, base: BaseModel(opening: model))
                if let obstacle = run.obstacle { throw obstacle }
                _ = try run.values(atStep: 3).value(.loss)
                _ = try run.values(atStep: 3, recomputing: true).value(.loss)
            } catch { found = "\(error)" }
            #expect(found.contains(edit.piece), "\(found)")
            #expect(found.hasSuffix(".") && !found.contains("\n"))
        }
    }

    @Test("A step out of range, a value that there is not, and a state without a batch are named")
    func addresses() throws {
        var told = ReplayedRunTests.Told("prompt-tuning")
        told.frames = .none
        try ReplayedRunTests.withRecording(told) { model, folder in
            let run = try ReplayedRun(of: Recording(opening: folder), base: BaseModel(opening: model))
            for step in [-1, 7] {
                let error = #expect(throws: RecordingError.self) { try run.values(atStep: step) }
                #expect(error?.description.contains("steps go from 0 to 6") == true)
            }
            let error = #expect(throws: ReplayError.self) { try run.values(atStep: 6) }
            #expect(error?.description.contains("after the last update") == true)
            let unknown = #expect(throws: RecordingError.self) { try run.values(atStep: 2).value("block.0.attention.weight") }
            #expect(unknown?.description.contains("block.0.attention.weights") == true)
        }
    }

    @Test("Without its base model a recording opens: what was kept is read, and what is not there is said")
    func withoutBase() throws {
        try ReplayedRunTests.withRecording(ReplayedRunTests.Told("prompt-tuning")) { model, folder in
            let other = try SmallModel.words(in: folder.deletingLastPathComponent(), seed: 8)
            let recording = try Recording(opening: folder)
            for (base, piece) in [(nil, "words-3 cannot be opened"), (try BaseModel(opening: other), "has other weights")] {
                let run = try ReplayedRun(of: recording, base: base)
                #expect(run.obstacle.map { "\($0)" }?.contains(piece) == true)
                #expect(run.graph == nil && run.base == nil)
                let kept = try run.values(atStep: 3)
                #expect(kept.names.count > 20 && kept.names.allSatisfy { !$0.rawValue.hasPrefix("transformer.") })
                for name in kept.names { _ = try kept.value(name) }
                // Of a step without a frame, the journal.
                let journalled = try run.values(atStep: 2)
                #expect(Set(journalled.names) == [.softPrompt, .loss, .gradientNorm, ValueName.softPrompt.gradient])
                for name in journalled.names { #expect(try !journalled.value(name).numbers.isEmpty) }
                let error = #expect(throws: ReplayError.self) { try journalled.value("block.0.attention.weights") }
                #expect(error?.description.contains("was not kept at step 2") == true)
                #expect(throws: ReplayError.self) { try run.values(atStep: 3, recomputing: true) }
            }
            // Where the reader says where it is, or the recording lies in a training folder that does.
            #expect(throws: ReplayError.self) { try BaseModel(of: recording, at: other.path) }
            #expect(try BaseModel(of: recording, at: model.path).weightsHash.hex == recording.description.model.weightsSha256)
            try Data("{\"model\": \"\(model.path)\"}".utf8)
                .write(to: folder.deletingLastPathComponent().appending(path: TrainingJob.Part.summary))
            #expect(try ReplayedRun(of: recording).obstacle == nil)
        }
    }
}
