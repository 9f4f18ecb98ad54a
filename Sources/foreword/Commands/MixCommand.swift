import ArgumentParser
import Experiments
import Foundation
import Interchange
import LinearAlgebra

struct MixCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mix", abstract: "Answer many rows at once, each under an adapter of its own, on one loaded model.",
        discussion: """
            The file (.csv, .tsv or .jsonl) has the columns adapter (a folder; empty for the bare model) and prompt, and perhaps \
            completion: what is expected. Adapters may be of any methods, lengths and tasks; in memory are the base model once, and they. \
            A model whose own weights were trained, or a head for classes, cannot be mixed.
            """)

    @Argument(help: "The file of rows.")
    var rows: String

    @Option(
        help: "A model folder in the format of Hugging Face Transformers, or the name of a model that comes with the project.")
    var model = ModelLibrary.main

    @Option(help: "The most tokens to add to each.")
    var maxTokens = 20

    @Option(help: "A text of one token at which to stop too, such as ';' of the tiny world.")
    var stop: String?

    @Flag(help: "Also ask every adapter apart, and say how much the logits differ.")
    var check = false

    @Flag(help: "Print the answers and the bytes in memory as JSON.")
    var json = false

    func validate() throws {
        if maxTokens < 1 { throw ValidationError("--max-tokens is \(maxTokens); expected a number from 1.") }
    }

    func run() throws {
        let base = try BaseModel(opening: ModelLibrary.url(of: model))
        let result = try MixedGeneration(
            rowsOf: URL(filePath: rows), on: base, open: { try ModelOptions.open($0, on: base) }, limit: maxTokens, stop: stop,
            isChecked: check, pool: WorkerPool())
        if json { return try Console.output(json: result) }
        for row in result.rows {
            let mark = row.isRight.map { $0 ? "✓ " : "✗ " } ?? ""
            Console.output(
                "\(mark)\(row.prompt) →\(row.completion.hasPrefix(" ") ? "" : " ")\(row.completion)  (\(row.adapter.isEmpty ? "no adapter" : row.adapter))"
            )
        }
        Console.error("in memory  \(result.baseBytes) bytes of the base model, \(result.adapterBytes) of adapters")
        if let difference = result.largestDifference {
            Console.error("apart      logits differ by at most \(difference) of the largest")
        }
    }
}
