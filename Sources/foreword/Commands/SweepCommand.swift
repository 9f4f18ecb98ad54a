import ArgumentParser
import Experiments
import Foundation
import Lessons

struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Train over many choices: models, tasks, methods, their settings, seeds.",
        discussion: """
            The file is YAML: models, tasks (skills of the tiny world, or files of data), seeds, methods with their settings and learning \
            rates; where a list stands instead of one value, every value is tried. sweeps/ holds examples.

            The folder gets results.csv, results.json, table.md and recordings/, of which figures are drawn. A sweep that was stopped, or \
            to which something was added, is gone on with by the same command: what is done is not done again.
            """)

    @Argument(help: "The sweep's file.")
    var file: String

    @Option(help: "The folder to write, or to go on with.")
    var out: String

    @Option(help: "How many runs go on at a time; as many as there are processors by default. It changes no number.")
    var workers: Int?

    @Flag(help: "Print the results as JSON instead of the table.")
    var json = false

    func validate() throws {
        if let workers, workers < 1 { throw ValidationError("--workers is \(workers); expected a number from 1.") }
    }

    func run() throws {
        let sweep = try Sweep(reading: URL(filePath: file))
        let runner = try SweepRunner(sweep, into: URL(filePath: out), version: Foreword.version)
        let line = SharedProgressLine()
        let results = try runner.run(workers: workers ?? ProcessInfo.processInfo.activeProcessorCount) { progress in
            line.show(
                Double(progress.done - progress.found) / Double(max(1, progress.count - progress.found)),
                "\(progress.done) of \(progress.count) runs  \(progress.last)")
        }
        line.clear()
        if json {
            try Console.output(json: results)
        } else {
            Console.output(SweepTable(sweep, results).markdown)
        }
        let failed = results.filter { $0.failure != nil }
        for result in failed {
            Console.error("\(result.model), \(result.task), \(result.label), seed \(result.seed): \(result.failure ?? "")")
        }
        if !failed.isEmpty { throw ExitCode(1) }
    }
}
