import Foundation
import Testing

/// `verify`, `diff` and what `train` and `inspect` say of recordings, run as processes.
@Suite struct RecordingCommandsTests {
    typealias Outcome = CommandLineTests.Outcome

    static func train(_ name: String, _ arguments: [String], in folder: URL) throws {
        let outcome = try CommandLineTests.run(
            ["train", "--task", "opposite-en", "--batch-size", "4", "--out", name] + arguments, in: folder)
        #expect(outcome.status == 0, "\(outcome.error)")
    }

    @Test("A recording is verified, told from another one, and measured")
    func recordings() throws {
        try CommandLineTests.withFolder { folder in
            func run(_ arguments: String...) throws -> Outcome { try CommandLineTests.run(arguments, in: folder) }
            let prompt = ["--method", "prompt-tuning", "--steps", "5"]
            try Self.train("one", prompt + ["--frames", "every:2,last"], in: folder)
            try Self.train("same", prompt + ["--frames", "none"], in: folder)
            try Self.train("other", prompt + ["--seed", "2"], in: folder)
            try Self.train(
                "full", ["--method", "full-fine-tuning", "--steps", "4", "--frames", "all", "--checkpoints", "every:3"],
                in: folder)

            for name in ["one", "full"] {
                let verified = try run("verify", name, "--steps", "all", "--lang", "zh")
                #expect(verified.status == 0 && !verified.output.contains("✗") && !verified.output.contains("?"), "\(verified)")
                #expect(verified.output.contains("逐位一致"))
            }
            let report = try OwnDataTests.object(run("verify", "one/recording", "--json"))
            let runs = try #require(report["runs"] as? [[String: Any]])
            #expect((runs[0]["checks"] as? [[String: Any]])?.count == 14)

            let inspected = try OwnDataTests.object(run("inspect", "full/recording", "--json"))
            let facts = try #require((inspected["runs"] as? [[String: Any]])?.first)
            #expect(facts["frames"] as? [Int] == [0, 1, 2, 3] && facts["checkpoints"] as? [Int] == [3, 4])
            for key in ["journal_bytes", "frames_bytes", "checkpoints_bytes"] { #expect(facts[key] as? Int ?? 0 > 0) }
            for part in ["journal", "frames", "checkpoints"] {
                let share = try #require(facts["\(part)_share_of_time"] as? Double)
                #expect(share > 0 && share < 1)
            }

            let equal = try run("diff", "one", "same")
            #expect(equal.status == 0 && equal.output == "prompt-tuning: equal, bit for bit\n", "\(equal)")
            let different = try run("diff", "one", "other")
            #expect(different.status == 1, "\(different.error)")
            for piece in ["they part at step 0", "seed: 1 and 2", "first      prompt.embeddings"] {
                #expect(different.output.contains(piece), "\(different.output)")
            }
            let pair = try run("diff", "one", "full", "--run", "prompt-tuning", "full-fine-tuning", "--json")
            #expect(pair.status == 1)
            #expect(try OwnDataTests.object(pair)["runs"] as? [Any] != nil)

            // An edited frame fails; a base model that is another one fails; a damaged journal is refused.
            let frame = folder.appending(path: "one/recording/runs/prompt-tuning/frames/step-000002.safetensors")
            var bytes = try Data(contentsOf: frame)
            bytes[bytes.count - 2] ^= 1
            try bytes.write(to: frame)
            let edited = try run("verify", "one")
            #expect(edited.status == 1 && edited.output.contains("✗ every file is as it was written"), "\(edited)")
            for (arguments, piece) in [
                (["verify", "one", "--steps", "9"], "steps go from 0 to 5"), (["verify", "one", "--model", "none"], "none"),
                (["diff", "one", "same", "--run", "prompt-tuning", "prompt-tunig"], "prompt-tunig"),
            ] {
                let outcome = try CommandLineTests.run(arguments, in: folder)
                #expect(outcome.status == 2 && outcome.error.contains(piece), "\(outcome)")
            }
            let journal = folder.appending(path: "same/recording/runs/prompt-tuning/journal.safetensors")
            try Data(contentsOf: journal).prefix(1_000).write(to: journal)
            for arguments in [["verify", "same"], ["diff", "same", "one"]] {
                let outcome = try CommandLineTests.run(arguments, in: folder)
                #expect(
                    outcome.status == 2 && outcome.error.contains("journal.safetensors") && outcome.output.isEmpty, "\(outcome)")
            }
        }
    }
}
