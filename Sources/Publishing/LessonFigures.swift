internal import Dispatch
internal import Drawing
internal import Figures
internal import Foundation
internal import Interchange
public import Lessons
internal import Recordings
internal import Synchronization

/// Draws the figures that a lesson's prose asks for into its folder.
struct LessonFigures: Sendable {
    let press: FigurePress
    /// The page shows the first.
    let formats: [FigureFormat]
    /// The recorded runs of each run of the lesson.
    let runs: [String: [String]]
    let folder: URL

    var shown: FigureFormat { formats.first ?? .png }

    func file(of place: Prose.FigurePlace, as format: FigureFormat) -> String { "\(place.fileName).\(format.rawValue)" }

    /// Draws one figure and writes it in every format.
    ///
    /// - Throws: ``FigureError`` if the recording lacks what it shows.
    func write(_ place: Prose.FigurePlace, of recording: Recording) throws -> DocumentFigure {
        let entry = try FigureCatalogue.figure(place.figure)
        let options = try FigureOptions(place, runs: runs)
        let press = press
        let drawn = try press.scene(entry, of: recording, options: options)
        for format in formats {
            try AtomicFile.write(
                try press.bytes(drawn, as: format, name: place.fileName), to: folder.appending(path: file(of: place, as: format)))
        }
        return DocumentFigure(path: file(of: place, as: shown), scene: drawn) { width in
            var narrow = options
            narrow.width = min(options.width, width)
            do { return try press.scene(entry, of: recording, options: narrow) } catch FigureError.tooNarrow {
                // A page is a little narrower than an article's column: the figure is drawn smaller then.
                return drawn
            }
        }
    }

    /// Draws figures, several at a time: each by itself from what nobody changes.
    ///
    /// - Parameter progress: How many are drawn, and which was drawn last; called from one thread at a time.
    func write(
        _ places: [Prose.FigurePlace], of recording: Recording, progress: @Sendable (Int, Prose.FigurePlace) -> Void
    ) -> [Result<DocumentFigure, any Error>] {
        let outcomes = Mutex([Int: Result<DocumentFigure, any Error>]())
        DispatchQueue.concurrentPerform(iterations: places.count) { index in
            let outcome = Result { try write(places[index], of: recording) }
            outcomes.withLock { outcomes in
                outcomes[index] = outcome
                progress(outcomes.count, places[index])
            }
        }
        return outcomes.withLock { outcomes in places.indices.compactMap { outcomes[$0] } }
    }

    /// Removes what was drawn of a figure from some of the runs.
    func remove(_ place: Prose.FigurePlace) {
        for format in formats { try? FileManager.default.removeItem(at: folder.appending(path: file(of: place, as: format))) }
    }

    /// Draws the first figure for which a recording of some of the lesson's runs is enough: it has the runs that the prose names, or the
    /// lesson's first run where the prose names none.
    ///
    /// - Returns: Its file; `nil` if there is none.
    func writeFirst(of places: [Prose.FigurePlace], from part: Recording, firstRun: String?) -> URL? {
        let there = Set(part.runs.map(\.id))
        for place in places {
            guard let named = try? FigureOptions(place, runs: runs).runs,
                there.isSuperset(of: named.isEmpty ? [firstRun].compactMap(\.self) : named),
                let figure = try? write(place, of: part)
            else { continue }
            return folder.appending(path: figure.path)
        }
        return nil
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
