import ArgumentParser
import Experiments
import Foundation
import Recordings

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "See where two recordings first part, by how much, and at which value.",
        discussion: """
            Runs of the same name are compared, step by step, bit for bit. Of the step at which they part, values that were not kept are \
            computed again. Ends with status 1 if the recordings differ. How long the runs took does not count.
            """)

    @Argument(help: "A recording, or the folder that foreword train wrote.")
    var a: String

    @Argument(help: "Another one.")
    var b: String

    @Option(
        name: .customLong("run"), parsing: .upToNextOption,
        help: ArgumentHelp("A run of each, to compare these two.", valueName: "run"))
    var runs: [String] = []

    @Option(help: "The base model of the first, where it is not found by its name.")
    var model: String?

    @Flag(help: "Print the differences as JSON.")
    var json = false

    func validate() throws {
        if !runs.isEmpty, runs.count != 2 {
            throw ValidationError("--run takes two names, one of a run of each recording, but got \(runs.count).")
        }
    }

    func run() throws {
        let recordings = try [a, b].map { try Recording(opening: RecordingPlace.url($0), checking: .onUse) }
        let base = try model.map { try BaseModel(of: recordings[0], at: $0) }
        let difference = try RecordingDifference(
            recordings[0], recordings[1], runs: runs.isEmpty ? nil : (runs[0], runs[1]), bases: (base, nil))
        if json {
            try Console.output(json: difference)
        } else {
            show(difference)
        }
        if !difference.isEqual { throw ExitCode(1) }
    }

    private func show(_ difference: RecordingDifference) {
        for line in difference.told { Console.output(line) }
        for run in difference.onlyInA { Console.output("\(run): only in \(a)") }
        for run in difference.onlyInB { Console.output("\(run): only in \(b)") }
        for run in difference.runs {
            let name = run.a == run.b ? run.a : "\(run.a) and \(run.b)"
            guard !run.isEqual else {
                Console.output("\(name): equal, bit for bit")
                continue
            }
            Console.output("\(name): \(run.step.map { "they part at step \($0)" } ?? "they differ")")
            for line in run.told { Console.output("  told       \(line)") }
            for entry in run.journal { Console.output("  journal    \(text(entry))") }
            if let first = run.first { Console.output("  first      \(text(first))") }
            if let evaluation = run.evaluation { Console.output("  evaluation \(evaluation)") }
            if let note = run.note { Console.output("  note       \(note)") }
        }
    }

    private func text(_ difference: RunDifference.Difference) -> String {
        let by = difference.by
        let most = by.largest.map { ", by up to \(Float($0))" } ?? ""
        return "\(difference.value): \(by.a) and \(by.b) at element \(by.element), \(by.count) differ\(most)"
    }
}

/// Where a recording lies: in a folder of its own, or in the one that a training run wrote.
enum RecordingPlace {
    static func url(_ path: String) -> URL {
        let url = URL(filePath: path)
        let inner = url.appending(path: TrainingJob.Part.recording)
        return FileManager.default.fileExists(atPath: inner.path) ? inner : url
    }
}
