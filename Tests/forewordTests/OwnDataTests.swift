import Foundation
import Testing

/// `train`, `evaluate`, `generate` and `inspect` on a reader's own files, run as processes.
@Suite struct OwnDataTests {
    static let fixtures = PackageTests.root.appending(path: "Tests/forewordTests/Fixtures")

    static func path(_ name: String) -> String { fixtures.appending(path: name).path }

    static func object(_ outcome: CommandLineTests.Outcome) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any], "\(outcome.error)")
    }

    static func run(_ arguments: [String], in folder: URL) throws -> CommandLineTests.Outcome {
        try CommandLineTests.run(arguments, in: folder)
    }

    @Test("Opposites: train, evaluate what was held out with the same result, generate, inspect")
    func roundTrip() throws {
        try CommandLineTests.withFolder { folder in
            let data = ["--template", "{text} ="]
            let train = try Self.run(
                [
                    "train", "--data", Self.path("opposites.csv"), "--validation", Self.path("opposites-validation.csv"),
                    "--method",
                    "prompt-tuning", "--steps", "80", "--batch-size", "6", "--out", "out", "--json",
                ] + data, in: folder)
            #expect(train.status == 0 && train.error.isEmpty, "\(train.error)")
            let splits = try #require(try Self.object(train)["splits"] as? [[String: Any]])
            let held = try #require(splits.first { $0["name"] as? String == "validation" })
            #expect(held["rows"] as? Int == 5)
            #expect(try #require(held["accuracy_after"] as? Double) >= 0.8)

            let evaluation = try Self.object(
                try Self.run(
                    ["evaluate", "--adapter", "out", "--data", Self.path("opposites-validation.csv"), "--json"] + data, in: folder
                ))
            #expect(evaluation["loss"] as? Double == held["loss_after"] as? Double)
            #expect(evaluation["accuracy"] as? Double == held["accuracy_after"] as? Double)

            let generated = try Self.run(
                ["generate", "--adapter", "out/adapter", "--prompt", "hot =", "--stop", ";"], in: folder)
            #expect(generated.output == "cold\n", "\(generated.error)")
            let drawn = try ["5", "5", "6"].map { seed in
                try Self.run(["generate", "--prompt", "hot =", "--temperature", "3", "--seed", seed], in: folder).output
            }
            #expect(drawn[0] == drawn[1] && drawn[0] != drawn[2])

            for (arguments, piece) in [
                (["inspect", "out/adapter", "--model", "tiny-world-4x64"], "fits: yes"), (["inspect", "out"], "training"),
                (["inspect", "out/recording"], "prompt-tuning"),
                (["inspect", "tiny-world-4x64"], "transformer.wte.weight  F32  304 × 64"),
            ] {
                let outcome = try Self.run(arguments, in: folder)
                #expect(outcome.status == 0 && outcome.output.contains(piece), "\(outcome.output) \(outcome.error)")
            }
            let figure = try Self.run(
                ["figure", "loss-curve", "--recording", "out/recording", "--format", "svg", "--out", "-"], in: folder)
            #expect(figure.status == 0 && figure.output.hasPrefix("<?xml"), "\(figure.error)")
        }
    }

    /// A data file, and how it is read.
    static let layouts: [(String, [String])] = [
        ("tone.tsv", ["--column", "text=review", "--column", "label=stars", "--template", "{review} =", "--split", "0.25"]),
        ("completions.jsonl", ["--no-end-token"]),
        ("instructions.jsonl", ["--init-text", "opposite :"]),
        (
            "opposites.csv",
            ["--template", "{text} =", "--init", "class-labels", "--schedule", "cosine", "--warmup", "1", "--clip", "1"]
        ),
    ]

    @Test("Every layout of columns trains, and a run on the same seed gives the same numbers", arguments: layouts)
    func layout(file: String, options: [String]) throws {
        try CommandLineTests.withFolder { folder in
            let losses = try ["a", "b"].map { name in
                let outcome = try Self.run(
                    ["train", "--data", Self.path(file), "--method", "prompt-tuning", "--epochs", "2", "--out", name, "--json"]
                        + options,
                    in: folder)
                return try #require(try Self.object(outcome)["last_loss"] as? Double)
            }
            #expect(losses[0] == losses[1] && losses[0].isFinite)
        }
    }

    @Test("Scores over label words: the labels of the data, or those that are given")
    func labels() throws {
        try CommandLineTests.withFolder { folder in
            let common = [
                "evaluate", "--data", Self.path("tone.tsv"), "--column", "text=review", "--column", "label=stars", "--template",
                "tone : {review} =", "--json",
            ]
            for (options, count) in [([], 2), (["--labels", "good,bad,new"], 3)] as [([String], Int)] {
                let result = try Self.object(try Self.run(common + options, in: folder))
                let classification = try #require(result["classification"] as? [String: Any])
                #expect((classification["labels"] as? [Any])?.count == count)
                #expect(classification["accuracy"] as? Double == 1, "the model knows the tone of a review")
            }
        }
    }

    /// Data, options, and a piece of the one sentence that it gets.
    static let badData: [(String, String, [String], String)] = [
        ("a.csv", "text,label\nhot =,cold\nhot =,zzz\n", [], #"a.csv, line 3, completion, word "zzz""#),
        ("a.csv", "text,label\nhot =,\n", [], #"a.csv, line 2, column "label""#),
        ("a.csv", "text,label\nhot =,cold,new\n", [], "a.csv, line 2"),
        ("a.csv", "text,label\n\"hot =,cold\n", [], "a.csv, line 2"),
        ("a.csv", "one,two\nhot =,cold\n", [], "expected text and label"),
        ("a.csv", "", [], "a.csv, line 1"),
        ("a.csv", "text,label\n", [], "no rows"),
        ("a.csv", "text,label\nhot =,cold\n", ["--column", "label=stars"], "stars"),
        ("a.csv", "text,label\nhot =,cold\n", ["--column", "stars=label"], "messages"),
        ("a.csv", "text,label\nhot =,cold\n", ["--template", "{text"], "brace"),
        ("a.csv", "text,label\nhot =,cold\n", ["--template", "{words} ="], "words"),
        ("a.csv", "text,label\nhot =,cold\n", ["--validation", "none.csv"], "none.csv"),
        ("a.csv", "text,label\nhot =,cold\n", ["--split", "0.5"], "one row"),
        ("a.csv", "text,label\nhot =,cold\n", ["--split", "1.5"], "--split"),
        ("a.csv", "text,label\nhot =,cold\n", ["--virtual-tokens", "63"], "room for 1 behind 63 virtual tokens"),
        ("a.csv", "text,label\nhot =,cold\n", ["--virtual-tokens", "64"], "64"),
        ("a.csv", "text,label\nhot =,cold\n", ["--init-text", "zzz"], "zzz"),
        ("a.csv", "text,label\nhot =,cold\n", ["--frames", "second"], "--frames"),
        ("a.csv", "text,label\nhot =,cold\n", ["--task", "opposite-en"], "--task"),
        ("a.csv", "text,label\nhot =,cold\n", ["--learning-rate", "1e30", "--steps", "40", "--out", "b"], "step"),
        ("a.jsonl", "{\"text\": \"hot =\", \"label\": \"cold\"}\n{\"text\": 1,\n", [], "a.jsonl, line 2"),
        ("a.txt", "hot", [], "a.txt"),
    ]

    @Test("Bad data and options that do not go together get one sentence and status 2", arguments: badData)
    func refused(name: String, text: String, options: [String], piece: String) throws {
        try CommandLineTests.withFolder { folder in
            try Data(text.utf8).write(to: folder.appending(path: name))
            let arguments = ["train", "--data", name, "--method", "prompt-tuning"] + options
            let outcome = try Self.run(options.contains("--out") ? arguments : arguments + ["--out", "out"], in: folder)
            #expect(outcome.status == 2, "\(outcome.output)")
            #expect(outcome.error.contains(piece), "\(outcome.error)")
            #expect(outcome.output.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [name], "nothing is left behind")
        }
    }

    @Test("Rows that are too long: an error, cut, or left out with their number on standard error")
    func tooLong() throws {
        try CommandLineTests.withFolder { folder in
            let long = Array(repeating: "the", count: 70).joined(separator: " ")
            try Data("text,label\nhot =,cold\n\(long) =,bad\n".utf8).write(to: folder.appending(path: "a.csv"))
            let train = ["train", "--data", "a.csv", "--method", "prompt-tuning", "--steps", "2", "--out", "out", "--too-long"]
            let error = try Self.run(train + ["error"], in: folder)
            #expect(error.status == 2 && error.error.contains("a.csv, line 3"), "\(error.error)")
            let skip = try Self.run(train + ["skip"], in: folder)
            #expect(skip.status == 0 && skip.error.contains("Rows left out because they are too long: 1"), "\(skip.error)")
            let cut = try Self.run(train + ["truncate"], in: folder)
            #expect(cut.status == 0 && cut.error.contains("Rows whose prompt was cut: 1"), "\(cut.error)")
        }
    }

    @Test("An adapter of another base is warned of on standard error; what is no folder of ours is refused")
    func otherBase() throws {
        try CommandLineTests.withFolder { folder in
            let source = PackageTests.root.appending(path: "Sources/Experiments/Models/tiny-world-4x64")
            let model = folder.appending(path: "model")
            try FileManager.default.copyItem(at: source, to: model)
            let full = try Self.run(
                [
                    "train", "--task", "opposite-en", "--method", "full-fine-tuning", "--steps", "1", "--frames", "none", "--out",
                    "full",
                ], in: folder)
            #expect(full.status == 0, "\(full.error)")
            let soft = try Self.run(
                [
                    "train", "--task", "opposite-en", "--method", "prompt-tuning", "--steps", "1", "--frames", "none", "--out",
                    "soft",
                ],
                in: folder)
            #expect(soft.status == 0, "\(soft.error)")
            let generate = ["generate", "--adapter", "soft", "--prompt", "hot =", "--max-tokens", "2", "--model"]
            let other = try Self.run(generate + ["full/model"], in: folder)
            #expect(
                other.status == 0 && other.error.contains("Warning") && other.error.contains("other weights"), "\(other.error)")
            let same = try Self.run(generate + ["model"], in: folder)
            #expect(same.status == 0 && same.error.isEmpty, "the same weights in another folder are the same model")
            let word = try Self.run(["generate", "--prompt", "hott ="], in: folder)
            #expect(word.status == 2 && word.error.contains("hott"))
            let none = try Self.run(["inspect", "."], in: folder)
            #expect(none.status == 2 && none.error.contains("config.json"))
        }
    }
}
