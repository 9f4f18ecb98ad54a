import ArgumentParser
import Experiments
import Foundation

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Make a low-rank adapter part of a model's weights, or take it out of them again.",
        discussion: """
            Writes a model folder in the format of Hugging Face Transformers that computes alone what it computed under the adapter. Only \
            LoRA and AdaLoRA change weights; virtual tokens cannot be merged. Taking out restores the weights to float32 rounding.
            """)

    @OptionGroup var model: ModelOptions

    @Flag(help: "Take the adapter out of a model that it was merged into.")
    var undo = false

    @Option(help: "The folder to write.")
    var out: String

    func validate() throws {
        if model.adapter == nil { throw ValidationError("Say which adapter: --adapter, a folder.") }
    }

    func run() throws {
        try model.load().writeMerged(to: URL(filePath: out), takingOut: undo)
        Console.output("written    \(out)")
    }
}
