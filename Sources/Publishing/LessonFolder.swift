internal import Experiments
internal import Figures
public import Foundation
internal import Interchange
public import Lessons
internal import Synchronization

/// The folder a lesson leaves: a page, its figures, the verdicts, the recording.
public enum LessonFolder {
    /// The file by which such a folder is known, and replaced by a later run.
    static let marker = "claims.json"
    static let recording = "recording"

    /// Runs a lesson and writes its folder. A run that is killed leaves the old folder, or none.
    ///
    /// - Parameters:
    ///   - url: The folder's place.
    ///   - formats: Of the figures; the page shows the first.
    ///   - pages: What the page is written as, besides Markdown.
    ///   - firstFigure: Called with the file of a first figure as soon as its runs are recorded, while the others are made. The file lies
    ///     in the unfinished folder, and under the same name in the finished one.
    ///   - progress: From 0 to 1, and what is being done; called from one thread at a time.
    public static func write(
        _ runner: LessonRunner, to url: URL, press: FigurePress, formats: [FigureFormat], pages: Set<PageFormat> = [.markdown],
        version: String, firstFigure: @escaping @Sendable (URL) -> Void = { _ in },
        progress: @escaping @Sendable (Double, String) -> Void
    ) throws -> LessonReport {
        let folder = try AtomicFolder(replacing: url, marker: marker)
        let place = folder.location
        let lesson = runner.lesson
        let language = press.language
        let places = Prose.figures(in: lesson.prose[language] ?? "")
        let drawing = LessonFigures(press: press, formats: formats, runs: runner.recordedRuns, folder: place)
        // Whoever waits can look at a first figure while the other runs are made. It is drawn again from the whole recording.
        let isFirstDrawn = Mutex(false)
        let result = try runner.run(
            recordingTo: place.appending(path: recording), version: version, language: language
        ) { part in
            isFirstDrawn.withLock { isDrawn in
                guard !isDrawn, let file = drawing.writeFirst(of: places, from: part, firstRun: runner.firstRun) else { return }
                isDrawn = true
                firstFigure(file)
            }
        } progress: { share, run in
            progress(0.9 * share, run)
        }
        var undrawn: [Prose.FigurePlace: String] = [:]
        var figures: [DocumentFigure] = []
        let drawn = drawing.write(places, of: result.recording) { count, figure in
            progress(0.9 + 0.1 * Double(count) / Double(places.count), figure.figure)
        }
        for (figure, outcome) in zip(places, drawn) {
            do { figures.append(try outcome.get()) } catch let error as FigureError {
                // A reader's own model or data need not have what a figure shows.
                guard runner.options.isReadersOwn else { throw error }
                undrawn[figure] = error.description
                drawing.remove(figure)
            }
        }
        let report = LessonReport(
            lesson: lesson.id, version: version, definition: ContentHash(of: lesson.source).hex, options: runner.options,
            seconds: result.seconds, claims: result.verdicts,
            statements: lesson.statements.map { $0.verdict(result.verdicts) }, measures: result.measurements,
            leftOut: runner.leftOut.map(\.run))
        let page = LessonPage(runner: runner, report: report, undrawn: undrawn, language: language)
            .markdown { drawing.file(of: $0, as: drawing.shown) }
        try AtomicFile.write(page, to: place.appending(path: "README.md"))
        try DocumentPages.write(
            page, figures: figures, formats: pages, name: lesson.id, press: press, figureFormats: formats, to: place)
        try AtomicFile.write(try report.readableJSON(snakeCase: false), to: place.appending(path: marker))
        try folder.commit()
        progress(1, "")
        return report
    }

    /// What a lesson's folder says came out of it; `nil` if there is none, or it is of another version, another `lesson.yaml` or other
    /// options.
    static func report(of lesson: Lesson, in url: URL, version: String, options: LessonOptions) -> LessonReport? {
        guard let data = try? Data(contentsOf: url.appending(path: marker)),
            let report = try? JSONDecoder().decode(LessonReport.self, from: data), report.lesson == lesson.id,
            report.version == version, report.definition == ContentHash(of: lesson.source).hex, report.options == options
        else { return nil }
        return report
    }
}
