import ArgumentParser
import Experiments
import Foundation
import LinearAlgebra
import Tuning

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "See how a model answers your data: exact completions, loss, and labels.",
        discussion: """
            A row is right when greedy completion would give exactly its completion. Where the rows are texts with labels, each label is \
            also tried as the completion, and the most probable one is the answer.
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: "A file of data: .csv, .tsv or .jsonl.")
    var data: String

    @OptionGroup var dataOptions: DataOptions

    @Option(help: "The labels, separated by commas; those of the data by default, where it has a column label.")
    var labels: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let model = try model.load()
        let data = try dataOptions.reading().read(
            URL(filePath: data), for: model.base, virtualTokens: model.method.addedTokens)
        let names = labels.map { data.completions(for: $0.split(separator: ",").map(String.init)) }
        var line = ProgressLine()
        let result = try ModelEvaluation(
            of: model, on: data, labels: names ?? (data.isClassification ? data.labels : []), pool: WorkerPool()
        ) { line.show($0, "\(data.examples.count) rows") }
        line.clear()
        if json { return try Console.output(json: result) }
        Console.output("rows       \(result.rows)")
        if result.skipped > 0 { Console.output("left out   \(result.skipped), too long") }
        if result.truncated > 0 { Console.output("cut        \(result.truncated), too long") }
        Console.output("accuracy   \(Console.percent(result.accuracy)), exact completions (\(result.right) of \(result.rows))")
        Console.output("loss       \(result.loss)")
        guard let classes = result.classification else { return }
        Console.output("labels     \(Console.percent(classes.accuracy)), the most probable of \(classes.labels.count)")
        for label in classes.labels {
            Console.output("  \(label.label): \(label.right) of \(label.rows) right, answered \(label.predicted) times")
        }
    }

}
