import Foundation
import Testing

/// `explain`, run as a process on what `train` wrote.
@Suite struct ExplainCommandTests {
    static let training = [
        "train", "--data", OwnDataTests.path("opposites.csv"), "--template", "{text} =", "--method", "prompt-tuning", "--steps",
        "3",
        "--batch-size", "2", "--out", "out",
    ]

    /// What is asked for, and a piece of the only sentence that comes back.
    static let badInput = [
        (["explain", "nowhere", "s0/loss"], "nowhere"), (["explain", "out", "s0/los"], "near it: loss"),
        (["explain", "out", "s9/loss"], "0 to 3"), (["explain", "out", "s0/loss[0"], "column"),
        (["explain", "out", "s0/prompt.embeddings"], "one is explained at a time"),
        (["explain", "out", "s0/loss", "--depth", "0"], "--depth"),
        (["explain", "out", "s0/loss", "--model", "elsewhere"], "elsewhere"),
        (["explain", "out", "s0/loss", "--model", "tiny-world-1x64"], "other weights"),
        (["explain", "out", "loss", "--run", "nobody"], "nobody"), (["explain", "out", "cosine(s0/loss)"], "two vectors"),
    ]

    @Test("A number is explained in both languages, as text and as JSON; what cannot be gets one sentence and status 2")
    func explain() throws {
        try CommandLineTests.withFolder { folder in
            let trained = try CommandLineTests.run(Self.training, in: folder)
            #expect(trained.status == 0, "\(trained.error)")
            for (language, piece) in [("en", "within rounding"), ("zh", "舍入误差")] {
                // Step 1 was not kept.
                for address in ["s0/L1/H2/attn[3,0]", "s1/L1/H2/attn[3,0]", "s1/gradient/prompt.embeddings[0,5]"] {
                    let outcome = try CommandLineTests.run(
                        ["explain", "out", address, "--lang", language, "--depth", "2"], in: folder)
                    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
                    #expect(outcome.output.contains(piece), "\(outcome.output)")
                }
            }
            let json = try OwnDataTests.object(
                try CommandLineTests.run(["explain", "out/recording", "loss", "--step", "2", "--json"], in: folder))
            #expect(json["address"] as? String == "s2/loss" && json["agrees"] as? Bool == true)
            for (arguments, piece) in Self.badInput {
                let outcome = try CommandLineTests.run(arguments, in: folder)
                #expect(outcome.status == 2 && outcome.output.isEmpty, "\(arguments): \(outcome)")
                #expect(outcome.error.contains(piece), "\(outcome.error)")
                #expect(outcome.error.split(separator: "\n").count == 1 || arguments.contains("--depth"), "\(outcome.error)")
            }
        }
    }
}
