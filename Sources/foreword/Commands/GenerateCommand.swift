import ArgumentParser
import Experiments
import Foundation
import Interchange
import LinearAlgebra
import Tuning

struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Let a model go on with a text, with an adapter in front of it or without.",
        discussion: "Stops at the model's end token, after --max-tokens, or at the model's last position.")

    @OptionGroup var model: ModelOptions

    @Option(help: "The text to go on with.")
    var prompt: String

    @Option(help: "The most tokens to add.")
    var maxTokens = 20

    @Option(help: "A text of one token at which to stop too, such as ';' of the tiny world.")
    var stop: String?

    @Option(help: "What logits are divided by before a token is drawn; 0 always takes the likeliest.")
    var temperature = 0.0

    @Option(help: "Draw among this many of the likeliest tokens.")
    var topK: Int?

    @Option(help: "Decides every draw.")
    var seed: UInt64 = 0

    @Flag(help: "Print tokens and why the text ends as JSON.")
    var json = false

    func validate() throws {
        guard temperature >= 0, temperature.isFinite else {
            throw ValidationError("--temperature is \(temperature); expected a number from 0.")
        }
        if let topK, topK < 1 { throw ValidationError("--top-k is \(topK); expected a number from 1.") }
        if maxTokens < 1 { throw ValidationError("--max-tokens is \(maxTokens); expected a number from 1.") }
    }

    private struct Result: Encodable {
        let prompt: String
        let completion: String
        let tokens: [Int32]
        let ending: String
    }

    func run() throws {
        let model = try model.load()
        let generation = try Generation(
            of: model, after: prompt, limit: maxTokens, stop: stop,
            sampling: Sampling(temperature: temperature, topK: topK, seed: seed), pool: WorkerPool())
        guard json else { return Console.output(generation.completion) }
        try Console.output(
            json: Result(
                prompt: prompt, completion: generation.completion, tokens: generation.tokens, ending: generation.ending.rawValue))
    }
}
