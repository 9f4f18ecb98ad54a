import Foundation
import Testing

/// The stepper, run as a process by scripts.
@Suite struct StepCommandTests {
    static func withRecording(_ body: (URL) throws -> Void) throws {
        try CommandLineTests.withFolder { folder in
            try HandRecording.write(to: folder.appending(path: "recording"))
            try body(folder)
        }
    }

    static func step(_ script: String, _ more: [String] = [], in folder: URL) throws -> CommandLineTests.Outcome {
        try Data(script.utf8).write(to: folder.appending(path: "script.txt"))
        return try CommandLineTests.run(["step", "recording", "--commands", "script.txt"] + more, in: folder)
    }

    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/stepper")

    @Test("A scripted session writes what it should, in both languages", arguments: ["en", "zh"])
    func session(language: String) throws {
        try Self.withRecording { folder in
            let script = try String(contentsOf: Self.fixtures.appending(path: "session.txt"), encoding: .utf8)
            let outcome = try Self.step(script, ["--lang", language], in: folder)
            #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
            let expected = try String(contentsOf: Self.fixtures.appending(path: "expected.\(language).txt"), encoding: .utf8)
            let (found, wanted) = (outcome.output.split(separator: "\n"), expected.split(separator: "\n"))
            for (a, b) in zip(found, wanted) { #expect(a == b) }
            #expect(found.count == wanted.count)
            #expect(!outcome.output.contains("\u{1B}"))
            #expect(try Self.step(script, ["--lang", language], in: folder).output == outcome.output)
        }
    }

    /// A script, and pieces of its one sentence.
    static let errors: [(String, [String])] = [
        ("nxt", ["line 1", "near it: next"]), ("# fine\n\nstep 9", ["line 3", "no step 9", "0 to 2"]),
        ("step -1", ["no step -1"]),
        ("step two", ["first or last"]), ("phase sideways", ["forward, loss, backward, optimizer"]),
        ("value los", ["near it: loss"]),
        ("value s7/loss", ["no step 7"]), ("value loss[", ["column"]), ("value logits[0,3]", ["1 × 3"]),
        ("element 0,0", ["no value here"]),
        ("value loss\nelement 0,1", ["line 2", "1 × 1"]), ("value loss\nelement 0;1", ["whole numbers"]),
        ("show colours", ["heat"]),
        ("break loss <", ["column 7", "\n  loss <\n        ^"]), ("break 损失 < 1", ["column 1"]),
        ("watch prompt.embedings", ["near it"]),
        ("delete 3", ["no breakpoint 3"]), ("search attention is all", ["attention is all"]), ("search", ["needs a text"]),
        ("back 3", ["alone"]),
        ("next 0", ["from 1"]), ("run other", ["other"]),
    ]

    @Test("An error in a script ends it with status 2, and one sentence with the line", arguments: errors)
    func scriptErrors(script: String, pieces: [String]) throws {
        try Self.withRecording { folder in
            let outcome = try Self.step(script + "\nwhere\n", in: folder)
            #expect(outcome.status == 2, "\(outcome.output)")
            #expect(outcome.error.hasPrefix("foreword: script.txt, line "), "\(outcome.error)")
            for piece in pieces { #expect(outcome.error.contains(piece), "\(outcome.error)") }
            #expect(
                outcome.error.split(separator: "\n").count
                    == (outcome.error.contains("column ") && outcome.error.contains("^") ? 3 : 1), "\(outcome.error)")
            #expect(!outcome.output.contains("> where"), "nothing is done after it")
        }
    }

    @Test("What stands in the way before the first step is said in one sentence")
    func refused() throws {
        try Self.withRecording { folder in
            let cases: [([String], String)] = [
                (["step", "nowhere"], "nowhere"), (["step", "recording", "--run", "prompt-2"], "prompt-1"),
                (["step", "recording", "--model", "nowhere"], "nowhere"),
                (["step", "recording", "--commands", "nowhere"], "nowhere"),
                (["step", "recording", "--width", "3"], "20 to 1000"),
            ]
            for (arguments, piece) in cases {
                let outcome = try CommandLineTests.run(arguments, in: folder)
                #expect(outcome.status == 2 && outcome.error.contains(piece), "\(outcome.error)")
                #expect(outcome.output.isEmpty)
            }
        }
    }

    @Test("Standard input that is no terminal is a script, and its end ends the session")
    func standardInput() throws {
        try Self.withRecording { folder in
            let outcome = try CommandLineTests.run(["step", "recording"], in: folder)
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(outcome.output.contains("\nrun prompt-1 · step 0 of 3\n"))
        }
    }

    @Test(
        "Steps of a real run are shown within the width, kept and computed again",
        arguments: [20, 80, 200], ["en", "zh"])
    func widths(width: Int, language: String) throws {
        try CommandLineTests.withFolder { folder in
            try Self.record(in: folder)
            let script = """
                out
                into
                into
                into
                next
                value block.0.attention.weights
                show heat
                show statistics
                show numbers
                into
                value block.1.mlp.hidden[2,200]
                show heat
                watch loss
                watch norm(logits)
                later 2
                value updated/prompt.embeddings[3,7]
                value transformer.wte.weight
                break loss < 1000
                continue
                reverse
                phase backward
                into
                help
                """
            let outcome = try CommandLineTests.run(
                ["step", "out/recording", "--commands", "-", "--width", "\(width)", "--lang", language], in: folder, input: script
            )
            #expect(outcome.status == 0, "\(outcome.error)")
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.count > 150)
            // The command lines are echoed as they are.
            for line in lines where !line.hasPrefix("> ") { #expect(Self.columns(line) <= width, "\(line)") }
            if width == 200 { #expect(lines.contains { Self.columns($0) > 150 }) }
            #expect(!outcome.output.contains("\u{1B}"))
        }
    }

    static func record(in folder: URL) throws {
        let trained = try CommandLineTests.run(
            ["train", "--task", "opposite-en", "--method", "prompt-tuning", "--steps", "6", "--out", "out"], in: folder)
        try #require(trained.status == 0, "\(trained.error)")
    }

    /// Chinese characters and full-width punctuation take two columns; said here once more, not asked of what is tested.
    static func columns(_ text: Substring) -> Int {
        text.unicodeScalars.reduce(0) { $0 + ((0x2E80...0xFFE6).contains($1.value) ? 2 : 1) }
    }
}
