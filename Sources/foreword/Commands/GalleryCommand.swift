import ArgumentParser
import Experiments
import Foundation
import Publishing
import Recordings

struct GalleryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gallery", abstract: "Draw, check and review the gallery of all figures.",
        discussion: """
            Without an option, draws every picture of the folder anew from the recordings in it. Ends with status 1 if --check finds a \
            difference.
            """)

    @Option(help: "The gallery's folder.")
    var folder = "figures"

    @Flag(help: "Compare the pictures with what is drawn now, and change nothing.")
    var check = false

    @Option(defaultAsFlag: "gallery-review.html", help: "Write a page with old, new and difference side by side.")
    var review: String?

    @Option(defaultAsFlag: "", help: "Take the new pictures of one figure, or of all.")
    var accept: String?

    @Option(defaultAsFlag: "", help: "Train again and replace one recording, or all, before anything else.")
    var record: String?

    func validate() throws {
        if accept != nil, check || review != nil {
            throw ValidationError("--accept changes the gallery and --check and --review do not: give one of them.")
        }
    }

    /// Trains and writes a recording, or all of them if none is named.
    private func renew(_ name: String, in folder: URL) throws {
        let chosen = GalleryRecording.all.filter { name.isEmpty || $0.name == name }
        guard !chosen.isEmpty else {
            let names = GalleryRecording.all.map(\.name)
            throw ValidationError(
                "--record: there is no recording \"\(name)\"\(NearNames.hint(NearNames.of(name, among: names))); the recordings are "
                    + "\(names.joined(separator: ", ")).")
        }
        for recording in chosen {
            var line = ProgressLine()
            try recording.record(into: folder, version: Foreword.version) { step in
                let done = Double(step.runIndex) + Double(step.step + 1) / Double(step.stepCount)
                line.show(done / Double(step.runCount), step.run)
            }
            line.clear()
            Console.output(recording.url(in: folder).path)
        }
    }

    func run() throws {
        let url = URL(filePath: folder)
        if let record { try renew(record, in: url) }
        let gallery = try Gallery(at: url, figure: accept.flatMap { $0.isEmpty ? nil : $0 })
        guard check || review != nil else {
            for name in try gallery.redraw() { Console.output(url.appending(path: name).path) }
            return
        }
        let differences = try gallery.differences()
        if let review {
            let page = URL(filePath: review)
            try FigureFiles.write(Data(GalleryReview(differences).html.utf8), to: page)
            Console.output(page.path)
        }
        for difference in differences { Console.error("\(difference).") }
        if check, !differences.isEmpty { throw ExitCode(1) }
    }
}
