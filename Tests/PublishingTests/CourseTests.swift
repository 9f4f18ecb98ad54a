import CairoRendering
import Drawing
import Foundation
import Lessons
import Synchronization
import Testing

@testable import Publishing

/// The test lessons of the course, run into one folder.
@Suite struct CourseTests {
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "LessonsTests/Fixtures/course")

    /// A copy of the test lessons, and a course into a folder beside it.
    static func withCourse(_ body: (_ lessons: URL, _ out: URL, _ course: Course) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let lessons = folder.appending(path: "lessons")
        try FileManager.default.copyItem(at: fixtures, to: lessons)
        let out = folder.appending(path: "out")
        let press = try FigurePress(language: .en, theme: .light)
        try body(lessons, out, Course(into: out, options: LessonOptions(), press: press, formats: [.svg], version: "test"))
    }

    static func lesson(_ name: String, in folder: URL) throws -> Lesson { try Lesson(reading: folder.appending(path: name)) }

    static func date(_ file: URL) throws -> Date? {
        try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
    }

    @Test("A lesson that collects runs the others first, takes what lies there, and runs anew what has changed")
    func collecting() throws {
        try Self.withCourse { lessons, out, course in
            let trial = try Self.lesson("02-trial", in: lessons)
            let report = try course.run(trial)
            #expect(report.claims.map(\.outcome) == [.holds, .holds], "\(report.claims)")
            #expect(report.measures["standing"]?.value == 1 && report.measures["conditions"]?.value == 1)
            #expect(report.measures["claims"]?.value == 13 && report.measures["lessons"]?.value == 1)
            let page = try String(contentsOf: out.appending(path: "02-trial/README.md"), encoding: .utf8)
            let row =
                "| **§3.3** A soft prompt trains P times d numbers. | **stands**<br>It did.<br>[Many runs](../01-many-runs/README.md) | ✓ P times d: 128 |"
            #expect(page.contains(row))
            #expect(page.contains("[Many runs](../01-many-runs/README.md)") && page.contains("**stands with a condition**"))

            let kept = out.appending(path: "01-many-runs/claims.json")
            let first = try Self.date(kept)
            _ = try course.run(trial)
            #expect(try Self.date(kept) == first, "nothing changed, and nothing is run again")

            // A claim that cannot hold makes its statement unconfirmed, and the trial's own claim fail.
            let file = lessons.appending(path: "01-many-runs/lesson.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacing("bound: {measure: prompt-size}", with: "bound: {number: 7}")
                .write(to: file, atomically: true, encoding: .utf8)
            let again = try course.run(trial)
            #expect(again.claims.map(\.outcome) == [.holds, .fails])
            let other = try String(contentsOf: out.appending(path: "02-trial/README.md"), encoding: .utf8)
            #expect(other.contains("**not confirmed in this run**"))
        }
    }

    @Test("A first figure can be looked at while other runs are made, and is the one that the finished folder shows")
    func firstFigure() throws {
        try Self.withCourse { lessons, out, course in
            // The page begins with a figure of several runs, which are recorded apart; then comes one of a single run.
            let seen = Mutex((files: [URL](), bytes: Data(), share: 0.0, shareThen: 1.0))
            _ = try course.run(try Self.lesson("01-many-runs", in: lessons)) { figure in
                seen.withLock {
                    $0.files.append(figure)
                    $0.bytes = (try? Data(contentsOf: figure)) ?? Data()
                    $0.shareThen = $0.share
                }
            } progress: { progress in
                seen.withLock { $0.share = progress.share }
            }
            let (files, bytes, _, share) = seen.withLock(\.self)
            #expect(files.count == 1 && share < 0.9)
            let name = try #require(files.first).lastPathComponent
            #expect(name == "soft-prompt-run-prompt-virtual-tokens-2.svg")
            #expect(!FileManager.default.fileExists(atPath: files[0].path))
            #expect(try Data(contentsOf: out.appending(path: "01-many-runs/\(name)")) == bytes)
        }
    }

    @Test("All lessons are run into one folder with a page that links to them; one that cannot be run stops no other")
    func all() throws {
        try Self.withCourse { lessons, out, course in
            try FileManager.default.copyItem(
                at: lessons.appending(path: "01-many-runs"), to: lessons.appending(path: "00-broken"))
            let file = lessons.appending(path: "00-broken/lesson.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacing("text: opposite}", with: "text: zebrafish}").write(to: file, atomically: true, encoding: .utf8)
            let broken = try Self.lesson("00-broken", in: lessons)
            let good = try Self.lesson("01-many-runs", in: lessons)
            let outcomes = try course.run(all: [broken, good])
            #expect(outcomes.map(\.lesson.id) == ["00-broken", "01-many-runs"])
            #expect(outcomes[0].report == nil && outcomes[0].error?.contains("zebrafish") == true)
            #expect(outcomes[1].report?.allHold == true)
            let index = try String(contentsOf: out.appending(path: "README.md"), encoding: .utf8)
            #expect(index.contains("[Many runs](01-many-runs/README.md)") && index.contains("13 / 13"))
            #expect(index.contains("did not run") && index.contains("zebrafish"))
            #expect(!FileManager.default.fileExists(atPath: out.appending(path: "00-broken").path))
        }
    }
}
