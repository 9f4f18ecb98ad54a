import ArgumentParser
import Drawing
import Experiments
import Figures
import Foundation
import Publishing
import Recordings

extension FigureCommand {
    /// Writes the slides of a training step and their filmstrip. What the recording did not keep is computed again.
    func walk() throws {
        guard out != "-" else {
            throw ValidationError("--out - writes one file, and a walkthrough has many; give a folder.")
        }
        let recording = try Recording(opening: URL(filePath: recording), checking: .onUse)
        let ids = runs?.split(separator: ",").map(String.init) ?? []
        guard ids.count < 2 else { throw ValidationError("A walkthrough shows one run, and --runs names \(ids.count).") }
        let press = try FigurePress(language: look.language, theme: look.theme, scale: scale)
        var options = FigureOptions(
            width: Walkthrough.size.width, layer: layer, head: head, example: example, showsTitle: title)
        if let width = width.flatMap(Length.init) { options.width = width.pixels }
        // Of several runs, as in figures, the first that trained something.
        let run = ids.first ?? recording.runs.first { !$0.description.parameters.isEmpty }?.id
        let base = try model.map { try BaseModel(of: recording, at: $0) }
        let step = try ExplainedStep(recording, run: run, step: step, base: base)
        try WalkthroughPress(press).write(step, options: options, as: look.formats, to: URL(filePath: out)) {
            Console.output($0.path)
        }
    }
}
