import Drawing
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

    @Test("Every lesson reads, and both languages have the same figures, numbers and headings", arguments: LessonLibrary.names)
    func lessons(name: String) throws {
        let lesson = try LessonLibrary.lesson(name)
        let (english, chinese) = (lesson.prose[.en] ?? "", lesson.prose[.zhHans] ?? "")
        #expect(Prose.figures(in: english).map(\.text) == Prose.figures(in: chinese).map(\.text))
        #expect(Prose.placeholders(in: english).map(\.name) == Prose.placeholders(in: chinese).map(\.name))
        let headings = { (text: String) in text.split(separator: "\n").count { $0.hasPrefix("#") } }
        #expect(headings(english) == headings(chinese))
        #expect(lesson.claims.count >= 4)
        #expect(lesson.prediction.answers.count == 3)
    }

    @Test("Lesson one is found by its name, its number and its words")
    func names() throws {
        for name in ["01-two-ways-to-teach", "01", "two-ways-to-teach"] {
            #expect(try LessonLibrary.lesson(name).id == "01-two-ways-to-teach")
        }
        #expect(throws: LessonError.unknownLesson("01-two-ways-to-teech", near: ["01-two-ways-to-teach"])) {
            try LessonLibrary.lesson("01-two-ways-to-teech")
        }
    }

    /// What is replaced in lesson one's YAML by what, and pieces of the sentence it gets.
    static let mistakes: [(String, String, [String])] = [
        ("task: opposite-en", "tsk: opposite-en", ["line", "\"tsk\""]),
        ("method: prompt-tuning", "method: promt-tuning", ["line", "runs[0].method", "promt-tuning", "full-fine-tuning"]),
        ("steps: 100", "steps: many", ["line", "runs[0].steps", "whole number"]),
        ("seeds: [1, 2, 3, 4, 5]", "seeds: 5", ["line", "runs[0].seeds", "list"]),
        ("metric: accuracy, run: prompt-tuning", "metric: accuracy, run: lora", ["line", "measures.before.run", "lora"]),
        ("measure: changed\n", "measure: chnged\n", ["line", "claims[0].measure", "chnged"]),
        ("right: true", "right: false", ["line", "prediction.answers", "right: true"]),
        ("model: tiny-world-4x64", "", ["model is missing"]),
        ("title:", "title: [", ["not valid YAML", "line"]),
        ("  zh: 两种教法\n", "", ["title.zh", "missing"]),
    ]

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
