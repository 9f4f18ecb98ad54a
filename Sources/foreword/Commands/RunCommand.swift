import ArgumentParser
import CairoRendering
import Drawing
import Foundation
import Lessons
import Publishing

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a lesson: train, record, draw, judge its claims.",
        discussion: """
            Writes a folder with the lesson's page (README.md), its figures, claims.json and the recording. Ends with status 1 if a \
            claim does not hold. With --page html the page is also written as index.html, one file with its figures inside; \
            with --page pdf as <lesson>.pdf, on A4 pages.
            """)

    @Argument(help: "The lesson's name, or the number it begins with.")
    var lesson: String

    @OptionGroup var look: LookOptions

    @Option(help: "The folder to write; foreword-out/<lesson> by default.")
    var out: String?

    @OptionGroup var pages: PageOptions

    @Option(help: "The seed of the first run of each method; the others follow.")
    var seed: UInt64?

    @Option(help: "A model's name or folder, instead of the lesson's.")
    var model: String?

    @Flag(help: "Print the verdicts as JSON.")
    var json = false

    func run() throws {
        let lesson = try LessonLibrary.lesson(lesson)
        let place = URL(filePath: out ?? "foreword-out/\(lesson.id)")
        let press = try FigurePress(language: look.language, theme: look.theme)
        let runner = try LessonRunner(lesson, model: model, firstSeed: seed)
        var line = ProgressLine()
        let result = try LessonFolder.write(
            runner, to: place, press: press, formats: look.formats, pages: pages.formats, version: Foreword.version
        ) { share, what in line.show(share, what) }
        line.clear()
        if json {
            try Console.output(json: result.verdicts)
        } else {
            Console.output("\(lesson.title[look.language])\n\(lesson.question[look.language])\n")
            for verdict in result.verdicts {
                Console.output("\(verdict.holds ? "✓" : "✗") \(verdict.statement): \(verdict.measured.text(in: look.language))")
            }
            let written = look.language == .en ? "Written to" : "已写入"
            Console.output("\n\(written) \(place.path)/README.md")
        }
        if !result.allHold { throw ExitCode(1) }
    }
}
