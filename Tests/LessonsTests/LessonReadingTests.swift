import Drawing
import Experiments
import Foundation
import Testing

@testable import Lessons

@Suite struct LessonReadingTests {
    static func withCopy(of lesson: String, _ body: (URL) throws -> Void) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let copy = folder.appending(path: lesson)
        try FileManager.default.copyItem(at: root.appending(path: "lessons/\(lesson)"), to: copy)
        try body(copy)
    }

    /// Reading refuses a lesson whose languages differ in figures, numbers or headings.
    @Test("Every lesson reads, makes claims and asks for a prediction", arguments: LessonLibrary.names)
    func lessons(name: String) throws {
        let lesson = try LessonLibrary.lesson(name)
        #expect(lesson.claims.count >= 4)
        #expect(lesson.prediction.answers.count == 3)
    }

    @Test("Lesson one is found by its name, its number and its words")
    func names() throws {
        for name in ["01-two-ways-to-teach", "01", "1", "two-ways-to-teach"] {
            #expect(try LessonLibrary.lesson(name).id == "01-two-ways-to-teach")
        }
        #expect(throws: LessonError.unknownLesson("01-two-ways-to-teech", near: ["01-two-ways-to-teach"])) {
            try LessonLibrary.lesson("01-two-ways-to-teech")
        }
    }

    /// What is replaced in lesson one's YAML by what, and pieces of the sentence it gets.
    static let mistakes: [(String, String, [String])] = [
        ("task: opposite-en", "tsk: opposite-en", ["line", "\"tsk\"", "near it: task"]),
        ("task: opposite-en", "task: oposite-en", ["line", "task is \"oposite-en\"", "near it: opposite-en"]),
        ("method: prompt-tuning", "method: promt-tuning", ["line", "runs[0].method", "promt-tuning", "full-fine-tuning"]),
        ("steps: 100", "steps: many", ["line", "runs[0].steps", "whole number"]),
        ("seeds: [1, 2, 3, 4, 5]", "seeds: 5", ["line", "runs[0].seeds", "list"]),
        ("seeds: [1, 2, 3, 4, 5]", "seeds: [1, 1]", ["line", "runs[0].seeds has a seed twice"]),
        ("metric: accuracy, run: prompt-tuning", "metric: accuracy, run: lora", ["line", "measures.before.run", "lora"]),
        ("metric: accuracy", "metric: acuracy", ["line", "measures.before.metric", "near it: accuracy"]),
        (
            "metric: trained-count, run", "metric: trained-count, split: test, run",
            ["measures.count.split does not go with the metric"]
        ),
        ("split: test, at: start", "split: tests", ["measures.before.split", "near it: test"]),
        (
            "split: test, at: start", "split: skill.translate-en",
            ["measures.before.split", "not a split on which its runs are evaluated"]
        ),
        ("over: highest", "over: most", ["measures.changed.over", "lowest"]),
        ("measure: changed\n", "measure: chnged\n", ["line", "claims[0].measure", "chnged", "near it: changed"]),
        ("comparison: equals", "comparison: equal", ["claims[0].comparison", "near it: equals"]),
        ("bound: {number: 0}", "bound: {}", ["claims[0].bound", "number"]),
        ("bound: {number: 0}", "bound: {from: 0, to: 1}", ["from goes with between only"]),
        ("- id: full-changes", "- id: base-unchanged", ["claims[1].id", "another claim's"]),
        ("right: true", "right: false", ["line", "prediction.answers", "right: true"]),
        ("model: tiny-world-4x64", "", ["model is missing"]),
        ("title:", "title: [", ["not valid YAML", "line"]),
        ("  zh: 两种教法\n", "", ["title.zh", "missing"]),
    ]

    /// What is replaced in the test lesson of many runs, and pieces of the sentence it gets.
    static let furtherMistakes: [(String, String, [String])] = [
        (
            "model: [tiny-world-1x64, tiny-world-2x64]", "model: [tiny-world-1x64, tiny-wrld-2x64]",
            ["runs[7].model", "near it: tiny-world-2x64"]
        ),
        ("other_tasks: [translate-en]", "other_tasks: [translte-en]", ["other_tasks", "near it: translate-en"]),
        ("train_examples: 8", "train_examples: 0", ["train_examples", "at least 1"]),
        ("virtual_tokens: [1, 2]", "virtual_tokens: []", ["virtual_tokens is an empty list"]),
        ("virtual_tokens: [1, 2]", "virtual_tokens: [1, 1]", ["is prompt-virtual-tokens-1, as another run's"]),
        ("method: bare, steps: 0", "method: bare, steps: 3", ["runs[0].steps must be 0"]),
        ("method: bare, steps: 0", "method: bare, seeds: [1]", ["runs[0].seeds does not go with the method bare"]),
        ("mixed: [prefix, other-task, bare]", "mixed: [prefx]", ["mixed", "near it: prefix"]),
        ("mixed: [prefix, other-task, bare]", "mixed: [prefix], steps: 3", ["steps does not go with mixed"]),
        ("{id: mixed, mixed: [prefix, other-task, bare]}", "{id: mixed, method: mixed-batch}", ["name the runs under mixed"]),
        ("difference: [words-loss, as-words-loss]", "difference: [words-loss]", ["difference is of 1 measures, expected two"]),
        (
            "difference: [words-loss, as-words-loss]", "difference: [words-loss, total]",
            ["words-as-prompt.difference", "before this one"]
        ),
        ("sum: [one, two]", "sum: [one, two], metric: loss", ["must stand alone"]),
        ("sum: [one, two]", "sum: [one, two], over: mean", ["over does not go with sum"]),
        ("{of: [one, two], at_most: 10}", "{of: [one, two]}", ["count needs at_least or at_most"]),
        ("run: prompt, threshold: 0.9", "run: prompt", ["steps-to-accuracy, which needs a threshold"]),
        ("check: softmax-gradient", "check: softmax-gradints", ["check", "near it: softmax-gradient"]),
        ("against: untrained", "against: untraind", ["against", "near it: untrained"]),
        (
            "total: {sum: [one, two]}", "total: {collected: statements}",
            ["collected goes with a lesson that has collects: articles"]
        ),
        ("bound: {from: 0, to: 0.00001}", "bound: {from: 2, to: 1}", ["from is above to"]),
        ("bound: {from: 0, to: 0.00001}", "bound: {number: 1}", ["number does not go with between"]),
        ("verdict: stands", "verdict: stand", ["article[0].verdict", "near it: stands"]),
        ("claims: [size]", "claims: [sizes]", ["article[0].claims", "near it: size"]),
        ("claims: [size]", "claims: []", ["article[0].claims"]),
        ("seconds: 20", "collects: article", ["collects", "near it: articles"]),
    ]

    @Test("A mistake in a lesson of many runs names file, line and key", arguments: furtherMistakes)
    func furtherMistake(old: String, new: String, pieces: [String]) throws {
        try Self.withFixture { folder in
            let file = folder.appending(path: "lesson.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            let range = try #require(text.range(of: old))
            try text.replacingCharacters(in: range, with: new).write(to: file, atomically: true, encoding: .utf8)
            let error = #expect(throws: LessonError.self) { try Lesson(reading: folder) }
            let description = error?.description ?? ""
            for piece in ["lesson.yaml, line"] + pieces { #expect(description.contains(piece), "\(description)") }
        }
    }

    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/course")

    static func withFixture(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let copy = folder.appending(path: "01-many-runs")
        try FileManager.default.copyItem(at: fixtures.appending(path: "01-many-runs"), to: copy)
        try body(copy)
    }

    @Test("Where a list stands, every value is a run; the entry's name stands for all of them")
    func expansion() throws {
        let lesson = try Lesson(reading: Self.fixtures.appending(path: "01-many-runs"))
        #expect(lesson.runs(named: "prompt").map(\.id) == ["prompt-virtual-tokens-1", "prompt-virtual-tokens-2"])
        #expect(lesson.runs(named: "prompt").map(\.method.settings.virtualTokens) == [1, 2])
        #expect(lesson.runs(named: "sizes").map(\.model) == ["tiny-world-1x64", "tiny-world-2x64"])
        #expect(lesson.runs(named: "prompt-virtual-tokens-2").map(\.id) == ["prompt-virtual-tokens-2"])
        let prompt = try #require(lesson.runs.first { $0.entry == "prompt" })
        #expect(prompt.recordedIDs(LessonOptions()) == ["prompt-virtual-tokens-1-1", "prompt-virtual-tokens-1-2"])
        #expect(prompt.otherTasks == ["translate-en"] && prompt.trainExamples == 8)
        #expect(lesson.runs(named: "bare").first?.recordedIDs(LessonOptions()) == ["bare"])
        #expect(lesson.statements.map(\.claims) == [["size"], ["learned", "bare-kept"]])
        // Every metric is measured by one lesson or the other: what the run test measures.
        let used = Set(
            lesson.measures.compactMap { if case .metric(let metric) = $0.measure { metric.metric.id } else { nil } })
        #expect(used == Set(MetricCatalogue.all.map(\.id)))
    }

    /// What is replaced in the Chinese prose, and pieces of the sentence it gets.
    static let differences: [(String, String, [String])] = [
        ("## 再来", "### 再来", ["line 5", "level 3", "en.md, line 5"]),
        ("## 再来\n", "", ["has 0 headings, and en.md 1"]),
        ("figure:loss-curve?runs=prompt", "figure:loss-curve", ["line 3", "loss-curve?runs=prompt"]),
        ("![软提示](figure:soft-prompt?run=prompt-virtual-tokens-2)", "", ["shows 1 figures, and en.md 2"]),
        ("{{ two | spread }}", "{{ two }}", ["does not quote {{ two | spread }}"]),
        ("{{ two | spread }}", "{{ two | spread }}{{ one }}", ["quotes {{ one | value }}, and en.md does not"]),
        ("{{ two | spread }}", "{{ tow | spread }}", ["line 1", "\"tow\"", "near it: two"]),
        ("{{ two | spread }}", "{{ two | range }}", ["line 1", "\"range\" is not a way to quote a number"]),
        ("figure:loss-curve", "figure:loss-curv", ["line 3", "near it: loss-curve"]),
    ]

    @Test("Languages that differ in headings, figures or numbers are refused with what differs", arguments: differences)
    func difference(old: String, new: String, pieces: [String]) throws {
        try Self.withFixture { folder in
            let file = folder.appending(path: "zh-Hans.md")
            let text = try String(contentsOf: file, encoding: .utf8)
            let range = try #require(text.range(of: old))
            try text.replacingCharacters(in: range, with: new).write(to: file, atomically: true, encoding: .utf8)
            let error = #expect(throws: LessonError.self) { try Lesson(reading: folder) }
            for piece in ["zh-Hans.md"] + pieces {
                #expect(error?.description.contains(piece) == true, "\(String(describing: error))")
            }
        }
    }

    @Test("A new lesson reads, under the name of its folder, and no folder is written over")
    func template() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)/my-lesson")
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        try LessonLibrary.writeTemplate(to: folder)
        let lesson = try Lesson(reading: folder)
        #expect(lesson.id == "my-lesson" && lesson.claims.contains(where: \.isGeneral) && !lesson.statements.isEmpty)
        #expect(throws: LessonError.folderExists(folder.relativePath)) { try LessonLibrary.writeTemplate(to: folder) }
        #expect(!LessonLibrary.names.contains { $0.hasPrefix("_") })
    }

    @Test("A mistake in a lesson names file, line and key", arguments: mistakes)
    func mistake(old: String, new: String, pieces: [String]) throws {
        try Self.withCopy(of: "01-two-ways-to-teach") { folder in
            let file = folder.appending(path: "lesson.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            let range = try #require(text.range(of: old))
            try text.replacingCharacters(in: range, with: new).write(to: file, atomically: true, encoding: .utf8)
            let error = #expect(throws: LessonError.self) { try Lesson(reading: folder) }
            let description = error?.description ?? ""
            for piece in ["lesson.yaml"] + pieces { #expect(description.contains(piece), "\(description)") }
        }
    }

    @Test("Prose that quotes a number the lesson does not measure is refused with its line")
    func placeholder() throws {
        try Self.withCopy(of: "01-two-ways-to-teach") { folder in
            let file = folder.appending(path: "en.md")
            try "One\n\n{{ befor }}".write(to: file, atomically: true, encoding: .utf8)
            let error = #expect(throws: LessonError.self) { try Lesson(reading: folder) }
            #expect(error?.description.contains("en.md, line 3") == true)
        }
    }

    @Test("A file that is not UTF-8 is refused")
    func encoding() throws {
        try Self.withCopy(of: "01-two-ways-to-teach") { folder in
            try Data([0x61, 0xff, 0xfe]).write(to: folder.appending(path: "zh-Hans.md"))
            let error = #expect(throws: LessonError.self) { try Lesson(reading: folder) }
            #expect(error?.description.contains("zh-Hans.md") == true && error?.description.contains("UTF-8") == true)
        }
    }

    @Test("Aliases that stand for millions of values are refused at once")
    func aliases() throws {
        try Self.withCopy(of: "01-two-ways-to-teach") { folder in
            var text = "title: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            for level in 1...9 {
                text += "k\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
            }
            try text.write(to: folder.appending(path: "lesson.yaml"), atomically: true, encoding: .utf8)
            #expect(throws: LessonError.self) { try Lesson(reading: folder) }
        }
    }
}
