import Foundation
import Testing

/// The command line, run as a process.
@Suite struct CommandLineTests {
    struct Outcome {
        let status: Int32
        let output: String
        let error: String
    }

    static func run(_ arguments: [String], in folder: URL? = nil, input: String? = nil) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "foreword")
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = folder }
        // Files rather than pipes: nobody has to read the one while the other fills up.
        let place = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")
        let files = ["output", "error"].map { URL(filePath: "\(place.path).\($0)") }
        for file in files { try Data().write(to: file) }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        process.standardInput = FileHandle.nullDevice
        let inputFile = URL(filePath: "\(place.path).input")
        defer { try? FileManager.default.removeItem(at: inputFile) }
        if let input {
            try Data(input.utf8).write(to: inputFile)
            process.standardInput = try FileHandle(forReadingFrom: inputFile)
        }
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: try String(contentsOf: files[0], encoding: .utf8),
            error: try String(contentsOf: files[1], encoding: .utf8))
    }

    /// A folder that is gone when the test is over.
    static func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test("Lesson one runs, its claims hold, and its folder has page, figures, verdicts and recording")
    func lesson() throws {
        try Self.withFolder { folder in
            let outcome = try Self.run(["run", "01", "--lang", "zh", "--out", "lesson"], in: folder)
            #expect(outcome.status == 0, "\(outcome.output) \(outcome.error)")
            #expect(outcome.output.contains("✓"))
            #expect(!outcome.output.contains("✗"))
            #expect(outcome.error.isEmpty, "no progress where there is no terminal")
            let lesson = folder.appending(path: "lesson")
            for file in [
                "README.md", "claims.json", "soft-prompt.png", "soft-prompt.svg", "attention-map.png", "embedding-updates.png",
                "loss-curve.svg", "recording/recording.json",
            ] { #expect(FileManager.default.fileExists(atPath: lesson.appending(path: file).path), "\(file)") }
            let page = try String(contentsOf: lesson.appending(path: "README.md"), encoding: .utf8)
            #expect(!page.contains("{{") && !page.contains("figure:"))
            #expect(page.contains("](soft-prompt.png)"))
            // The question comes before what would give it away, the replies at the end.
            let order = ["## 你的预测", "](soft-prompt.png)", "## 论断", "## 预测的结果"]
                .map { page.firstRange(of: $0)?.lowerBound }
            #expect(order.allSatisfy { $0 != nil } && order.compactMap { $0 } == order.compactMap { $0 }.sorted())

            let first = try Self.run(
                ["figure", "soft-prompt", "--recording", "lesson/recording", "--format", "svg", "--out", "-"], in: folder)
            let second = try Self.run(
                ["figure", "soft-prompt", "--recording", "lesson/recording", "--format", "svg", "--out", "-"], in: folder)
            #expect(first.status == 0 && first.output.hasPrefix("<?xml"))
            #expect(first.output == second.output)

            let list = try Self.run(["figures", "--recording", "lesson/recording", "--json"], in: folder)
            let entries = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]]
            let shown = Set((entries ?? []).filter { $0["lacks"] == nil }.compactMap { $0["id"] as? String })
            #expect(shown.isSuperset(of: ["soft-prompt", "tuning-ledger", "attention-map", "optimizer-memory", "loss-curve"]))
            let other = entries?.first { $0["id"] as? String == "loss-landscape" }
            #expect((other?["lacks"] as? String)?.contains("the loss around the end of its path") == true)

            // A truncated recording is refused, in one sentence.
            let journal = try FileManager.default.contentsOfDirectory(atPath: lesson.appending(path: "recording/runs").path)
            let file = lesson.appending(path: "recording/runs/\(journal.sorted()[0])/journal.safetensors")
            try Data(contentsOf: file).prefix(1_000).write(to: file)
            let damaged = try Self.run(["figure", "loss-curve", "--recording", "lesson/recording"], in: folder)
            #expect(damaged.status == 2)
            #expect(damaged.error.contains("journal.safetensors"))
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "loss-curve.png").path))
        }
    }

    /// Arguments, and a piece of the one sentence they get.
    static let badInput: [([String], String)] = [
        (["run", "01-two-ways-to-teech"], "01-two-ways-to-teach"),
        (["run", "no-such-lesson"], "no lesson"),
        (["figure", "soft-promt", "--recording", "x"], "soft-prompt"),
        (["figure", "soft-prompt", "--recording", "/nonexistent"], "/nonexistent"),
        (["run", "01", "--lang", "fr"], "--lang"),
        (["run", "01", "--format", "gif"], "png, svg, pdf or live.svg"),
        (["run", "01", "--model", "/nonexistent"], "/nonexistent"),
        (["run", "01", "--out", "/proc/lesson"], "/proc"),
        (["run"], "--all"),
        (["run", "01", "--all"], "--all"),
        (["run", "01", "--seeds", "0"], "--seeds is 0"),
        (["run", "01", "--split", "0.5"], "go with --data"),
        (["run", "01", "--data", "/nonexistent.csv"], "/nonexistent.csv"),
        (["run", "./no-lesson"], "no lesson"),
        (["new-lesson", "/proc/lesson"], "/proc"),
        (["figure", "soft-prompt", "--recording", "x", "--width", "wide"], "--width"),
        (["pretrain", "--recipe", "/nonexistent", "--out", "x"], "/nonexistent"),
        (["gallery", "--folder", "/nonexistent"], "/nonexistent"),
        (["gallery", "--check", "--accept"], "--accept"),
        (["evaluate", "--data", "/nonexistent.csv"], "/nonexistent.csv"),
        (["generate", "--prompt", " "], "empty"),
        (["generate", "--prompt", "hot =", "--adapter", "/nonexistent"], "/nonexistent"),
        (["inspect", "/nonexistent"], "/nonexistent"),
        (["verify", "/nonexistent"], "/nonexistent"),
        (["verify", "x", "--steps", "some"], "--steps has \"some\""),
        (["diff", "/nonexistent", "x"], "/nonexistent"),
        (["diff", "x", "y", "--run", "one"], "--run takes two names"),
        (["train", "--task", "opposite-en", "--method", "lora", "--out", "o", "--frames", "every:0"], "every:0"),
        (["train", "--task", "opposite-en", "--method", "lora", "--out", "o", "--frames", "none,1"], "none alone"),
        (["train", "--task", "opposite-en", "--method", "lora", "--out", "o", "--checkpoints", "often"], "--checkpoints"),
        (["rnu"], "rnu"),
    ]

    @Test("Bad input gets one sentence and status 2", arguments: badInput)
    func refused(arguments: [String], piece: String) throws {
        try Self.withFolder { folder in
            let outcome = try Self.run(arguments, in: folder)
            #expect(outcome.status == 2, "\(arguments): \(outcome.status)")
            #expect(outcome.error.contains(piece), "\(outcome.error)")
            #expect(outcome.output.isEmpty)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty, "nothing is left behind")
        }
    }

    @Test(
        "A new lesson runs as it is; a claim that fails is named with status 1; on one's own data only general claims are judged")
    func newLesson() throws {
        try Self.withFolder { folder in
            let made = try Self.run(["new-lesson", "mine"], in: folder)
            #expect(made.status == 0 && made.output.contains("foreword run ./mine"))
            let again = try Self.run(["new-lesson", "mine"], in: folder)
            #expect(again.status == 2 && again.error.contains("mine is there already"))
            let outcome = try Self.run(["run", "./mine"], in: folder)
            #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.output) \(outcome.error)")
            let page = try String(contentsOf: folder.appending(path: "foreword-out/mine/README.md"), encoding: .utf8)
            #expect(page.contains("## The article's statements") && page.contains("**stands**") && !page.contains("{{"))

            let file = folder.appending(path: "mine/lesson.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacing("bound: {number: -0.3}", with: "bound: {number: 2}").write(
                to: file, atomically: true, encoding: .utf8)
            let failed = try Self.run(["run", "./mine", "--seeds", "1"], in: folder)
            #expect(failed.status == 1 && failed.output.contains("✗ Two are"))
            #expect(failed.error.contains("foreword: mine: the claim gain does not hold: measured"), "\(failed.error)")
            #expect(failed.error.split(separator: "\n").count == 1)

            try Data("text,label\nhot soup,good\ncold soup,bad\nhot tea,good\ncold tea,bad\n".utf8)
                .write(to: folder.appending(path: "rows.csv"))
            let own = try Self.run(["run", "./mine", "--seeds", "1", "--data", "rows.csv", "--template", "{text} ="], in: folder)
            #expect(own.status == 0, "\(own.output) \(own.error)")
            #expect(own.output.contains("✓ Two virtual tokens") && own.output.contains("– Two are"))
            #expect(own.output.contains("(not judged: says something of the tiny world)"))
        }
    }

    @Test("A model folder with a missing tensor or one of the wrong shape is named")
    func brokenModel() throws {
        try Self.withFolder { folder in
            let help = try Self.run(["doctor", "--json"], in: folder)
            #expect(help.status == 0, "\(help.output)")
            let source = PackageTests.root.appending(path: "Sources/Experiments/Models/tiny-world-4x64")
            let model = folder.appending(path: "model")
            try FileManager.default.copyItem(at: source, to: model)
            let config = model.appending(path: "config.json")
            let text = try String(contentsOf: config, encoding: .utf8)
            try text.replacing(/"n_layer": 4/, with: "\"n_layer\": 5").write(to: config, atomically: true, encoding: .utf8)
            let missing = try Self.run(["run", "01", "--model", "model"], in: folder)
            #expect(
                missing.status == 2 && missing.error.contains("transformer.h.4.") && missing.error.contains("missing"),
                "\(missing.error)")
            try text.replacing(/"n_positions": 64/, with: "\"n_positions\": 63").write(
                to: config, atomically: true, encoding: .utf8)
            let shape = try Self.run(["run", "01", "--model", "model"], in: folder)
            #expect(
                shape.status == 2 && shape.error.contains("transformer.wpe.weight") && shape.error.contains("63"),
                "\(shape.error)")
        }
    }

    @Test("The gallery is checked with status 1 where a picture differs, and one figure is accepted alone")
    func gallery() throws {
        try Self.withFolder { folder in
            let gallery = folder.appending(path: "figures")
            try FileManager.default.copyItem(at: PackageTests.root.appending(path: "figures"), to: gallery)
            let picture = gallery.appending(path: "loss-curve.en.light.svg")
            let kept = try Data(contentsOf: picture)
            try Data("<svg/>".utf8).write(to: picture)
            let check = try Self.run(["gallery", "--check", "--review", "review.html"], in: folder)
            #expect(check.status == 1 && check.error.contains("loss-curve.en.light.svg is drawn with other bytes"), "\(check)")
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "review.html").path))
            let other = try Self.run(["gallery", "--accept", "soft-prompt"], in: folder)
            #expect(other.status == 0 && other.output.isEmpty, "\(other)")
            let accepted = try Self.run(["gallery", "--accept", "loss-curve"], in: folder)
            #expect(accepted.status == 0 && accepted.output.contains("loss-curve.en.light.svg"))
            #expect(try Data(contentsOf: picture) == kept)
        }
    }

    @Test("Help names every command, and every command has help")
    func help() throws {
        let help = try Self.run(["--help"])
        #expect(help.status == 0)
        for command in [
            "lessons", "run", "new-lesson", "figure", "figures", "gallery", "train", "evaluate", "generate", "inspect", "explain",
            "diff",
            "verify", "world", "pretrain",
            "doctor",
        ] {
            #expect(help.output.contains(command))
            let own = try Self.run(["help", command])
            #expect(own.status == 0 && own.output.contains("USAGE: foreword \(command)"))
        }
    }
}
