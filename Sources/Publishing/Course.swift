internal import Drawing
public import Foundation
internal import Interchange
public import Lessons

/// Lessons that are run into one folder, each into one of its own within it.
public struct Course: Sendable {
    private let folder: URL
    private let options: LessonOptions
    private let data: LessonData?
    private let press: FigurePress
    private let formats: [FigureFormat]
    private let pages: Set<PageFormat>
    private let version: String

    /// - Parameters:
    ///   - folder: Where the lessons' folders lie.
    ///   - data: What is learned instead of the lessons' tasks; `options` tells it too.
    ///   - pages: What pages are written as, besides Markdown.
    ///   - version: Of foreword.
    public init(
        into folder: URL, options: LessonOptions, data: LessonData? = nil, press: FigurePress, formats: [FigureFormat],
        pages: Set<PageFormat> = [.markdown], version: String
    ) {
        self.folder = folder
        self.options = options
        self.data = data
        self.press = press
        self.formats = formats
        self.pages = pages
        self.version = version
    }

    /// How far it is.
    public struct Progress: Sendable {
        public let lesson: String
        /// Of this lesson, from 0 to 1.
        public let share: Double
        /// What is being done.
        public let detail: String
    }

    /// What became of one lesson.
    public struct Outcome: Sendable {
        public let lesson: Lesson
        /// `nil` if it could not be run.
        public let report: LessonReport?
        /// Why not.
        public let error: String?
    }

    /// Runs one lesson.
    ///
    /// A lesson that collects what others say of the article takes what lies beside its folder, if it is of this version and these options;
    /// the others are run first.
    ///
    /// - Parameters:
    ///   - url: The lesson's folder; within the course's by default.
    ///   - firstFigure: Called with the file of a first figure while the other runs are made (``LessonFolder``).
    public func run(
        _ lesson: Lesson, to url: URL? = nil, firstFigure: @escaping @Sendable (URL) -> Void = { _ in },
        progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws -> LessonReport {
        let place = url ?? folder.appending(path: lesson.id)
        var collection: [CollectedLesson] = []
        if lesson.collectsStatements {
            for other in try LessonLibrary.lessons(beside: lesson) {
                let own = folder.appending(path: other.id)
                let found = LessonFolder.report(of: other, in: own, version: version, options: options)
                collection.append(CollectedLesson(lesson: other, report: try found ?? run(other, to: own, progress: progress)))
            }
        }
        let runner = try LessonRunner(lesson, options: options, data: data, collection: collection)
        return try LessonFolder.write(
            runner, to: place, press: press, formats: formats, pages: pages, version: version, firstFigure: firstFigure
        ) { share, detail in
            progress(Progress(lesson: lesson.id, share: share, detail: detail))
        }
    }

    /// Runs lessons one after the other, those that collect last, and writes an index page. A lesson that cannot be run stops no other.
    public func run(
        all lessons: [Lesson], progress: @escaping @Sendable (Progress) -> Void = { _ in }, finished: (Outcome) -> Void = { _ in }
    ) throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for lesson in lessons.filter({ !$0.collectsStatements }) + lessons.filter(\.collectsStatements) {
            let outcome: Outcome
            do {
                outcome = Outcome(lesson: lesson, report: try run(lesson, progress: progress), error: nil)
            } catch { outcome = Outcome(lesson: lesson, report: nil, error: "\(error)") }
            outcomes.append(outcome)
            finished(outcome)
        }
        outcomes.sort { $0.lesson.id < $1.lesson.id }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try AtomicFile.write(index(outcomes), to: folder.appending(path: "README.md"))
        return outcomes
    }

    /// The page that links to all lessons.
    func index(_ outcomes: [Outcome]) -> String {
        let language = press.language
        let isEnglish = language == .en
        let columns = isEnglish ? ["Lesson", "Question", "Claims held"] : ["课", "问题", "成立的论断"]
        var lines = [
            "# \(isEnglish ? "The course" : "课程")", "", "| \(columns.joined(separator: " | ")) |", "|---|---|---|",
        ]
        for outcome in outcomes {
            let title = outcome.lesson.title[language]
            guard let report = outcome.report else {
                let failed = isEnglish ? "did not run" : "未能运行"
                lines.append("| \(title) | \(outcome.lesson.question[language]) | \(failed): \(outcome.error ?? "") |")
                continue
            }
            let judged = report.claims.count { $0.outcome != .notJudged }
            let held = report.claims.count(where: \.holds)
            let failed = report.failed.map { "✗ \($0.statement)" }
            let cell = (["\(held) / \(judged)"] + failed).joined(separator: "<br>")
            lines.append("| [\(title)](\(outcome.lesson.id)/README.md) | \(outcome.lesson.question[language]) | \(cell) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
