internal import Drawing
internal import Experiments
internal import Figures
public import Foundation
internal import Interchange
public import Lessons

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
    ///   - progress: From 0 to 1, and what is being done; called from one thread at a time.
    public static func write(
        _ runner: LessonRunner, to url: URL, press: FigurePress, formats: [FigureFormat], pages: Set<PageFormat> = [.markdown],
        version: String, progress: @escaping @Sendable (Double, String) -> Void
    ) throws -> LessonReport {
        let folder = try AtomicFolder(replacing: url, marker: marker)
        let place = folder.location
        let lesson = runner.lesson
        let language = press.language
        let result = try runner.run(
            recordingTo: place.appending(path: recording), version: version, language: language
        ) { share, run in progress(0.9 * share, run) }
        let places = Prose.figures(in: lesson.prose[language] ?? "")
        let shown = formats.first ?? .png
        var undrawn: [Prose.FigurePlace: String] = [:]
        var figures: [DocumentFigure] = []
        for (index, figure) in places.enumerated() {
            progress(0.9 + 0.1 * Double(index) / Double(places.count), figure.figure)
            do {
                let entry = try FigureCatalogue.figure(figure.figure)
                let options = try FigureOptions(figure, runs: runner.recordedRuns)
                let drawn = try press.scene(entry, of: result.recording, options: options)
                figures.append(
                    DocumentFigure(path: "\(figure.fileName).\(shown.rawValue)", scene: drawn) { width in
                        var narrow = options
                        narrow.width = min(options.width, width)
                        do { return try press.scene(entry, of: result.recording, options: narrow) } catch FigureError.tooNarrow {
                            // A page is a little narrower than an article's column: the figure is drawn smaller then.
                            return drawn
                        }
                    })
                for format in formats {
                    try AtomicFile.write(
                        try press.bytes(drawn, as: format, name: figure.fileName),
                        to: place.appending(path: "\(figure.fileName).\(format.rawValue)"))
                }
            } catch let error as FigureError {
                // A reader's own model or data need not have what a figure shows.
                guard runner.options.isReadersOwn else { throw error }
                undrawn[figure] = error.description
            }
        }
        let report = LessonReport(
            lesson: lesson.id, version: version, definition: ContentHash(of: lesson.source).hex, options: runner.options,
            seconds: result.seconds, claims: result.verdicts,
            statements: lesson.statements.map { $0.verdict(result.verdicts) }, measures: result.measurements,
            leftOut: runner.leftOut.map(\.run))
        let page = LessonPage(runner: runner, report: report, undrawn: undrawn, language: language)
            .markdown { "\($0.fileName).\(shown.rawValue)" }
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

extension Prose.FigurePlace {
    /// The figure's file without its extension: its id, and the options that were set.
    public var fileName: String {
        ([figure] + options.sorted { $0.key < $1.key }.map { "\($0.key)-\($0.value.replacing(",", with: "-"))" })
            .joined(separator: "-")
    }
}

extension FigureOptions {
    /// The options that a lesson's prose sets.
    ///
    /// - Parameter recorded: The recorded runs of each run of the lesson: `run=prompt-tuning` is the first of them.
    init(_ place: Prose.FigurePlace, runs recorded: [String: [String]]) throws(LessonError) {
        self.init()
        for (name, value) in place.options.sorted(by: { $0.key < $1.key }) {
            switch (name, Int(value)) {
            case ("step", let number?): step = number
            case ("layer", let number?): layer = number
            case ("head", let number?): head = number
            case ("example", let number?): example = number
            case ("width", let number?): width = Double(number)
            case ("run", _): runs = value.split(separator: ",").map { recorded[String($0)]?.first ?? String($0) }
            case ("runs", _): runs = value.split(separator: ",").flatMap { recorded[String($0)] ?? [String($0)] }
            default:
                throw .file(
                    "figure:\(place.text)", line: place.line,
                    problem:
                        "\(name)=\(value) is not an option of a figure; expected step, layer, head, example, width, run or runs")
            }
        }
    }
}
