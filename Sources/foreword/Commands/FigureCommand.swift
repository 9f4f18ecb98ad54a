import ArgumentParser
import Drawing
import Figures
import Foundation
import Publishing
import Recordings

struct FigureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "figure", abstract: "Draw a figure of the catalogue from a recording.",
        discussion: """
            Writes <name>.<format> for each format, or one format to standard output with --out -. \
            walkthrough writes many: every frame of a training step, numbered, and a filmstrip of them.
            """)

    @Argument(help: "The figure's name; `foreword figures` lists them.")
    var name: String

    @Option(help: "The recording's folder.")
    var recording: String

    @OptionGroup var look: LookOptions

    @Option(help: "After how many steps.")
    var step: Int?

    @Option(help: "The layer, counted from 0.")
    var layer: Int?

    @Option(help: "The head, counted from 0.")
    var head: Int?

    @Option(help: "The example of the batch, counted from 0.")
    var example: Int?

    @Option(name: [.customLong("runs"), .customLong("run")], help: "The runs to show, separated by commas.")
    var runs: String?

    @Option(help: "The base model's folder or name, if a walkthrough does not find it by itself.")
    var model: String?

    @Option(help: "The width, as 720px or 85mm.")
    var width: String?

    @Option(help: "Pixels of a PNG for each unit of length.")
    var scale = 2.0

    @Flag(inversion: .prefixedNo, help: "Draw the title.")
    var title = true

    @Option(help: "The folder to write to, or - for standard output.")
    var out = "."

    func validate() throws {
        if scale < 0.5 || scale > 8 { throw ValidationError("--scale is \(scale), expected 0.5 to 8.") }
        if let width, Length(width) == nil {
            throw ValidationError("--width is \"\(width)\", expected a length such as 720px or 85mm.")
        }
        if out == "-", look.formats.count != 1 { throw ValidationError("--out - writes one format; name it with --format.") }
    }

    func run() throws {
        if name == Walkthrough.id { return try walk() }
        let figure = try FigureCatalogue.figure(name)
        let recording = try Recording(opening: URL(filePath: recording))
        let length = width.flatMap(Length.init)
        let press = try FigurePress(
            language: look.language, theme: look.theme, scale: scale, unit: length?.unit ?? .pixels)
        var options = FigureOptions(
            runs: runs?.split(separator: ",").map(String.init) ?? [], step: step, layer: layer, head: head, example: example,
            showsTitle: title)
        if let length { options.width = length.pixels }
        let scene = try press.scene(figure, of: recording, options: options)
        for format in look.formats {
            let bytes = try press.bytes(scene, as: format, name: name)
            if out == "-" {
                FileHandle.standardOutput.write(bytes)
            } else {
                let url = URL(filePath: out).appending(path: "\(name).\(format.rawValue)")
                try FigureFiles.write(bytes, to: url)
                Console.output(url.path)
            }
        }
    }
}

/// A length on the command line.
struct Length {
    /// At 96 to the inch.
    let pixels: Double
    let unit: LengthUnit

    init?(_ text: String) {
        for unit in LengthUnit.allCases where text.hasSuffix(unit.rawValue) {
            guard let number = Double(text.dropLast(2)), number > 0, number < 10_000 else { return nil }
            (pixels, self.unit) = (number * unit.pixels, unit)
            return
        }
        return nil
    }
}

struct FiguresCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "figures", abstract: "List the figures, and which of them a recording can show.")

    @Option(help: "The recording's folder.")
    var recording: String?

    @Option(name: .customLong("lang"), help: "The language.")
    var languageName = LookOptions.LanguageName.en

    @Flag(help: "Print the list as JSON.")
    var json = false

    private struct Entry: Encodable {
        let id: String
        let question: String
        /// What a recording must hold.
        let needs: String
        /// What the recording lacks; absent if it has everything or none was given.
        let lacks: String?
    }

    func run() throws {
        let language: Language = languageName == .en ? .en : .zhHans
        let recording = try recording.map { try Recording(opening: URL(filePath: $0)) }
        var entries = try FigureCatalogue.figures.map { figure in
            Entry(
                id: figure.id, question: figure.question[language], needs: figure.needs.words[language],
                lacks: try recording.flatMap { try figure.needs.lack(in: $0) }
            )
        }
        entries.append(
            Entry(
                id: Walkthrough.id, question: Walkthrough.question[language], needs: Walkthrough.needs[language],
                lacks: recording.flatMap(Walkthrough.lack(in:))))
        if json { return try Console.output(json: entries) }
        for entry in entries {
            let mark = recording == nil ? "" : entry.lacks == nil ? "✓ " : "✗ "
            let needs = language == .en ? "needs: " : "需要："
            let lacks = entry.lacks.map { language == .en ? "\n    lacks: \($0)" : "\n    缺少：\($0)" } ?? ""
            Console.output("\(mark)\(entry.id)\n    \(entry.question)\n    \(needs)\(entry.needs)\(lacks)")
        }
    }
}
