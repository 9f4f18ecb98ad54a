import Foundation
import Testing

/// The whole course as a process, in both languages. It takes many minutes in a debug build, so it runs only where the environment
/// asks for it: `FOREWORD_COURSE=1 swift test --filter WholeCourseTests`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["FOREWORD_COURSE"] != nil, "set FOREWORD_COURSE=1"))
struct WholeCourseTests {
    @Test("Every claim of every lesson holds, and the index links to every page", arguments: ["en", "zh"])
    func all(language: String) throws {
        try CommandLineTests.withFolder { folder in
            let outcome = try CommandLineTests.run(["run", "--all", "--yes", "--lang", language, "--out", "course"], in: folder)
            #expect(outcome.status == 0, "\(outcome.output) \(outcome.error)")
            let course = folder.appending(path: "course")
            let index = try String(contentsOf: course.appending(path: "README.md"), encoding: .utf8)
            for lesson in try FileManager.default.contentsOfDirectory(atPath: course.path) where lesson.first?.isNumber == true {
                #expect(index.contains("](\(lesson)/README.md)"), "\(lesson)")
            }
        }
    }
}
