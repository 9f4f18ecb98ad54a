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
    ///   - progress: From 0 to 1, and what is being done.
    public static func write(
        _ runner: LessonRunner, to url: URL, press: FigurePress, formats: [FigureFormat], version: String,
        progress: (Double, String) -> Void
    ) throws -> LessonRunner.Result {
        let folder = try AtomicFolder(replacing: url, marker: marker)
        let place = folder.location
        let language = press.language
        let result = try runner.run(
            recordingTo: place.appending(path: recording), version: version, language: language
        ) { step in
            let done = Double(step.runIndex) + Double(step.step + 1) / Double(step.stepCount)
            progress(0.9 * done / Double(step.runCount), step.run)
        }
        let prose = runner.lesson.prose[language] ?? ""
        let places = Prose.figures(in: prose)
        for (index, figure) in places.enumerated() {
            progress(0.9 + 0.1 * Double(index) / Double(places.count), figure.figure)
            let drawn = try press.scene(
                FigureCatalogue.figure(figure.figure), of: result.recording, options: FigureOptions(figure))
            for format in formats {
                try AtomicFile.write(
                    try press.bytes(drawn, as: format, name: figure.fileName),
                    to: place.appending(path: "\(figure.fileName).\(format.rawValue)"))
            }
        }
        let shown = formats.first ?? .png
        let page = LessonPage(lesson: runner.lesson, result: result, language: language)
        try AtomicFile.write(page.markdown { "\($0.fileName).\(shown.rawValue)" }, to: place.appending(path: "README.md"))
        try AtomicFile.write(try result.verdicts.readableJSON(snakeCase: false), to: place.appending(path: marker))
        try folder.commit()
        progress(1, "")
        return result
    }
}

extension Prose.FigurePlace {
    /// The figure's file without its extension: its id, and the options that were set.
    public var fileName: String {
        ([figure] + options.sorted { $0.key < $1.key }.map { "\($0.key)-\($0.value)" }).joined(separator: "-")
    }
}

extension FigureOptions {
    /// The options that a lesson's prose sets.
    init(_ place: Prose.FigurePlace) throws(LessonError) {
        self.init()
        for (name, value) in place.options.sorted(by: { $0.key < $1.key }) {
            switch (name, Int(value)) {
            case ("step", let number?): step = number
            case ("layer", let number?): layer = number
            case ("head", let number?): head = number
            case ("example", let number?): example = number
            case ("width", let number?): width = Double(number)
            case ("run", _): runs = value.split(separator: ",").map(String.init)
            default:
                throw .file(
                    "figure:\(place.text)", line: place.line,
                    problem: "\(name)=\(value) is not an option of a figure; expected step, layer, head, example, width or run")
            }
        }
    }
}
