import Foundation
import Testing

@Suite struct TraceCommandTests {
    static let reference = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "TuningTests/Fixtures/reference").path

    @Test("A trace is written, agrees with the reference, and not with another")
    func traceAndCompare() throws {
        try CommandLineTests.withFolder { folder in
            func trace(_ method: String, _ out: String, _ more: [String] = []) throws -> CommandLineTests.Outcome {
                try CommandLineTests.run(
                    [
                        "trace", "--model", "\(Self.reference)/base", "--input",
                        "\(Self.reference)/\(method)/expected.safetensors",
                        "--out", out, "--steps", "10",
                    ] + more, in: folder)
            }
            let prompt = try trace("prompt-tuning", "prompt.safetensors", ["--lr", "0.01", "--weight-decay", "0.01"])
            #expect(prompt.status == 0, "\(prompt.error)")
            #expect(prompt.output.contains("160 numbers"))
            let expected = "\(Self.reference)/prompt-tuning/expected.safetensors"
            let same = try CommandLineTests.run(["compare", expected, "prompt.safetensors"], in: folder)
            #expect(same.status == 0 && same.output.contains("17 of 17 tensors"), "\(same.output) \(same.error)")

            #expect(try trace("lora", "lora.safetensors", ["--alpha", "6", "--learning-rate", "0.01"]).status == 0)
            let other = try CommandLineTests.run(["compare", expected, "lora.safetensors", "--json"], in: folder)
            #expect(other.status == 1)
            let json = try JSONSerialization.jsonObject(with: Data(other.output.utf8)) as? [String: Any]
            #expect((json?["only_in_first"] as? [String])?.contains("gradient/prompt_encoder.default.embedding.weight") == true)
            #expect((json?["entries"] as? [[String: Any]])?.isEmpty == false)

            // A tolerance that nothing but equal bits stays within.
            #expect(
                try CommandLineTests.run(["compare", expected, "prompt.safetensors", "--tolerance", "0"], in: folder).status == 1)
        }
    }

    @Test(
        "Bad input ends with status 2 and one sentence",
        arguments: [
            ["compare", "nothing.safetensors", "nothing.safetensors"], ["compare", "bad", "bad"],
            ["compare", "bad", "bad", "--tolerance", "nan"],
            ["trace", "--model", "nowhere", "--input", "bad", "--out", "x"],
            ["trace", "--model", "\(reference)/base", "--input", "bad", "--out", "x"],
            ["trace", "--model", "\(reference)/base", "--input", "bad", "--out", "x", "--steps", "-1"],
            ["trace", "--model", "\(reference)/base", "--input", "bad", "--out", "x", "--method", "magic"],
            [
                "trace", "--model", "\(reference)/base", "--input", "\(reference)/lora/expected.safetensors", "--out", "x",
            ],
            [
                "trace", "--model", "\(reference)/base", "--input", "\(reference)/full/expected.safetensors", "--out",
                "no/such/folder/x",
            ],
        ])
    func badInput(arguments: [String]) throws {
        try CommandLineTests.withFolder { folder in
            try Data("not a tensor in sight".utf8).write(to: folder.appending(path: "bad"))
            let outcome = try CommandLineTests.run(arguments, in: folder)
            #expect(outcome.status == 2, "\(outcome.output) \(outcome.error)")
            #expect(outcome.output.isEmpty && !outcome.error.isEmpty)
        }
    }
}
