import ArgumentParser
import Experiments
import Foundation
import LinearAlgebra
import Recordings

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Compute steps of a recording again, and hold it against what must be true of it.",
        discussion: """
            Kept frames and a sample of all other steps are computed again and compared bit for bit; invariants are measured, each with \
            its worst deviation. Ends with status 1 if something does not hold.
            """)

    @Argument(help: "The recording, or the folder that foreword train wrote.")
    var recording: String

    @Option(help: "The steps to look at beside those with frames: all, or numbers from 0 separated by commas; five by default.")
    var steps: String?

    @Option(help: "The base model, where it is not found by its name.")
    var model: String?

    @Option(name: .customLong("lang"), help: "The language of what holds: en or zh.")
    var language = LookOptions.LanguageName.en

    @Flag(help: "Print the checks as JSON.")
    var json = false

    func validate() throws { _ = try chosenSteps() }

    private func chosenSteps() throws -> Verification.Steps {
        guard let steps else { return .sample }
        if steps == "all" { return .all }
        return .chosen(
            try steps.split(separator: ",", omittingEmptySubsequences: false).map { word in
                guard let step = Int(word), step >= 0 else {
                    throw ValidationError("--steps has \"\(word)\"; expected all, or numbers from 0 separated by commas.")
                }
                return step
            })
    }

    func run() throws {
        let opened = try Recording(opening: RecordingPlace.url(recording), checking: .onUse)
        let base = try model.map { try BaseModel(of: opened, at: $0) }
        var line = ProgressLine()
        let verification = try Verification(of: opened, base: base, steps: chosenSteps(), pool: WorkerPool()) {
            line.show($0, "")
        }
        line.clear()
        if json {
            try Console.output(json: verification)
        } else {
            for run in verification.runs { show(run) }
        }
        if !verification.holds { throw ExitCode(1) }
    }

    private func show(_ run: Verification.Run) {
        Console.output("\(run.run)  steps \(run.steps.map(String.init).joined(separator: ", "))")
        for check in run.checks {
            let mark =
                switch check.outcome {
                case .holds: "✓"
                case .fails: "✗"
                case .absent: "–"
                case .unknown: "?"
                }
            let claim = language == .en ? check.claim.english : check.claim.chinese
            let worst = check.worst.map { "; worst \(Float($0.deviation)) of \(Float($0.bound)) at \($0.address)" } ?? ""
            let count = check.outcome == .absent ? "" : " (\(check.compared)\(worst))"
            Console.output("  \(mark) \(claim)\(count)")
            if let reason = check.reason { Console.output("    \(reason)") }
        }
    }
}
