import ArgumentParser
import Experiments
import Foundation
import Tuning

struct PretrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pretrain", abstract: "Make a model of the tiny world from a recipe.",
        discussion: """
            Writes a GPT-2 folder in the format of Hugging Face Transformers: config.json, model.safetensors, tokenizer.json, the \
            recipe, and card.json with the hash of the weights and how often each skill is answered right. A run that was stopped \
            goes on where it was; the same recipe gives the same bits on the same kind of machine.
            """)

    @Option(help: "A recipe file, or the name of a model that comes with the project.")
    var recipe = ModelLibrary.main

    @Option(help: "The folder to write.")
    var out: String

    @Flag(help: "Print the card as JSON.")
    var json = false

    /// Steps between two states put aside.
    private static let stateInterval = 250

    func run() throws {
        let shipped = ModelLibrary.url(of: recipe).appending(path: "recipe.json")
        let file = ModelLibrary.names.contains(recipe) ? shipped : URL(filePath: recipe)
        let recipe = try PretrainingRecipe(reading: file)
        let pretraining = try Pretraining(recipe)
        let folder = URL(filePath: out)
        let state = folder.deletingLastPathComponent().appending(path: ".\(folder.lastPathComponent).unfinished.safetensors")
        if try pretraining.resume(from: state) { Console.error("Going on after step \(pretraining.steps) of \(recipe.steps).") }

        var line = ProgressLine()
        var recent: [Double] = []
        while !pretraining.isFinished {
            let step = try pretraining.step()
            recent = recent.suffix(99) + [Double(step.loss)]
            line.show(Double(pretraining.steps) / Double(recipe.steps), "step \(pretraining.steps)  loss \(step.loss)")
            if pretraining.steps.isMultiple(of: Self.stateInterval), !pretraining.isFinished {
                try pretraining.saveState(to: state)
            }
        }
        line.clear()
        let card = try pretraining.save(to: folder, loss: recent.reduce(0, +) / Double(max(1, recent.count)))
        try? FileManager.default.removeItem(at: state)
        if json { return try Console.output(json: card) }
        Console.output("\(recipe.name): \(card.parameterCount) weights, sha256 \(card.weightsHash)")
        Console.output("skill                with cue     bare")
        for skill in card.skills.lines {
            let name = skill.skill.padding(toLength: 18, withPad: " ", startingAt: 0)
            Console.output("\(name) \(percent(skill.cued)) \(percent(skill.bare))")
        }
    }

    private func percent(_ share: Double) -> String {
        let text = Console.percent(share)
        return String(repeating: " ", count: max(0, 10 - text.count)) + text
    }
}
