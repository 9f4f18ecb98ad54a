import Foundation
import LinearAlgebra
import Recordings
import Testing

@testable import Experiments

@Suite struct VerificationTests {
    static let methods = ReplayedRunTests.methods.filter {
        [
            "prompt-tuning", "prompt-tuning, class head", "prompt-tuning, template", "prompt-tuning, clipped",
            "prefix-tuning, network", "p-tuning, LSTM", "qlora", "adalora", "full-fine-tuning, clipped, every 2 steps",
            "hard-prompt", "prefix-tuning+lora", "prefix-tuning, Llama", "prompt-tuning+lora, Llama",
        ].contains($0.testDescription)
    }

    @Test("A sound recording holds in all that is checked, whatever the method", arguments: methods)
    func sound(_ told: ReplayedRunTests.Told) throws {
        try ReplayedRunTests.withRecording(told) { model, folder in
            let verification = try Verification(
                of: Recording(opening: folder, checking: .onUse), base: BaseModel(opening: model), steps: .all)
            let run = try #require(verification.runs.first)
            #expect(run.steps == (told.kind == "hard-prompt" ? [0] : Array(0...6)))
            var absent: Set<String> = []
            for check in run.checks {
                #expect(check.outcome != .fails && check.outcome != .unknown, "\(check.id): \(check.reason ?? "")")
                if check.outcome == .absent { absent.insert(check.id) }
            }
            let trains = told.kind != "hard-prompt"
            var expected: Set<String> = trains ? [] : ["start", "journal-again", "updates", "softmax-gradient", "norm-gradient"]
            if ["qlora", "adalora", "full-fine-tuning"].contains(told.kind) || told.testDescription.hasSuffix("template") {
                expected.insert("prefix-share")
            }
            // Only who asks for it has a landscape, and only QLoRA weights in 4 bits.
            expected.insert("landscape")
            if told.kind != "qlora" { expected.insert("quantisation") }
            if told.kind == "full-fine-tuning" { expected.formUnion(["start", "updates"]) }
            #expect(absent == expected)
            #expect(verification.holds)
        }
    }

    @Test("Every check is in the list once, and says in both languages what holds")
    func list() {
        #expect(Set(RunChecks.all.map(\.id)).count == RunChecks.all.count)
        #expect(RunChecks.all.allSatisfy { !$0.claim.english.isEmpty && !$0.claim.chinese.isEmpty })
    }

    /// An edit whose hashes are made to fit, and the checks that must notice it.
    struct Edit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let checks: Set<String>
        var isSealed = true
        let make: @Sendable (URL) throws -> Void

        init(_ what: String, _ checks: Set<String>, isSealed: Bool = true, make: @escaping @Sendable (URL) throws -> Void) {
            testDescription = what
            self.checks = checks
            self.isSealed = isSealed
            self.make = make
        }

        init(_ tensor: String, ofFrame step: Int, _ checks: Set<String>, by: Float = 0.5) {
            self.init("\(tensor) of frame \(step)", checks) {
                try Spoiling.number(
                    0, of: tensor, in: "runs/prompt-tuning/frames/step-00000\(step).safetensors", of: $0, change: { $0 + by })
            }
        }

        init(_ tensor: String, inJournalAt element: Int, _ checks: Set<String>) {
            self.init("\(tensor) in the journal at \(element)", checks) {
                try Spoiling.number(element, of: tensor, in: "runs/prompt-tuning/journal.safetensors", of: $0)
            }
        }
    }

    static let edits = [
        Edit("block.0.attention.weights", ofFrame: 3, ["frames-again", "attention-rows", "prefix-share"]),
        Edit("probabilities", ofFrame: 0, ["frames-again", "attention-rows"]),
        Edit("block.0.attention.mix", ofFrame: 6, ["frames-again", "prefix-share"]),
        Edit("gradient/block.0.attention.scores", ofFrame: 3, ["frames-again", "softmax-gradient"]),
        Edit("gradient/block.0.output", ofFrame: 0, ["frames-again", "norm-gradient"]),
        Edit("embeddings", ofFrame: 3, ["frames-again"], by: 1e-6),
        Edit("loss", inJournalAt: 2, ["journal-again"]),
        Edit("optimizer/prompt.embeddings.first-moment", inJournalAt: 3 * 48, ["journal-again", "updates"]),
        Edit("gradient/prompt.embeddings", inJournalAt: 48, ["journal-again"]),
        Edit("prompt.embeddings", inJournalAt: 0, ["start", "journal-again", "updates", "frames-again"]),
        Edit("the hash afterwards", ["frozen-weights"]) {
            try Spoiling.text("\"after\" : \"", "\"after\" : \"0", in: "recording.json", of: $0)
        },
        Edit("the base model's size", ["base-model"]) {
            try Spoiling.text("\"parameter_count\" : ", "\"parameter_count\" : 1", in: "recording.json", of: $0)
        },
        Edit("a gradient of a frozen weight", ["frozen-gradients", "base-model"]) {
            try Spoiling.text(
                "\"name\":\"gradient/block.0.output\"", "\"name\":\"gradient/transformer.wte.weight\"",
                in: "graphs/prompt-tuning.json", of: $0)
            let url = $0.appending(path: "graphs/prompt-tuning.json")
            let text = try String(contentsOf: url, encoding: .utf8)
            try text.replacing("\"gradient/block.0.output\"", with: "\"gradient/transformer.wte.weight\"")
                .write(to: url, atomically: true, encoding: .utf8)
        },
        Edit("a file that is not sealed", ["file-hashes"], isSealed: false) {
            try Spoiling.text("hot", "hat", in: "model/vocabulary.json", of: $0)
        },
        Edit("a truncated frame", ["file-hashes", "frames-again"], isSealed: false) {
            try Spoiling.truncate("runs/prompt-tuning/frames/step-000003.safetensors", of: $0)
        },
    ]

    @Test("Whatever is edited, some check notices, and the recording does not hold", arguments: edits)
    func edited(_ edit: Edit) throws {
        try ReplayedRunTests.withRecording(ReplayedRunTests.Told("prompt-tuning")) { model, folder in
            try edit.make(folder)
            if edit.isSealed { try Spoiling.reseal(folder) }
            let verification = try Verification(
                of: Recording(opening: folder, checking: .onUse), base: BaseModel(opening: model), steps: .all)
            #expect(!verification.holds)
            let failed = Set(verification.runs[0].checks.filter { $0.outcome == .fails }.map(\.id))
            #expect(failed.isSuperset(of: edit.checks), "\(failed)")
            #expect(verification.runs[0].checks.allSatisfy { $0.outcome != .fails || $0.reason?.isEmpty == false })
            _ = try JSONEncoder().encode(verification)
        }
    }

    @Test("Without the base model what was kept is still checked, and what cannot be is said")
    func withoutBase() throws {
        try ReplayedRunTests.withRecording(ReplayedRunTests.Told("prompt-tuning")) { _, folder in
            let verification = try Verification(of: Recording(opening: folder), steps: .chosen([0]))
            #expect(verification.holds)
            let outcomes = Dictionary(uniqueKeysWithValues: verification.runs[0].checks.map { ($0.id, $0.outcome) })
            for id in ["file-hashes", "frozen-weights", "frozen-gradients", "updates", "attention-rows", "prefix-share"] {
                #expect(outcomes[id] == .holds, "\(id)")
            }
            for id in ["base-model", "start", "journal-again", "frames-again", "norm-gradient"] {
                #expect(outcomes[id] == .unknown, "\(id)")
            }
        }
    }
}
