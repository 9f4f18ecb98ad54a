import ArgumentParser
import Experiments
import Foundation
import Interchange
import Recordings

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Show how a number of a recording came about, with the numbers put in.",
        discussion: """
            An address is a step, a value and an element: s120/L0/H1/attn[3,0], s120/loss, s3/gradient/prompt.embeddings[0,5]. \
            What figures print may be given as well: \(Explainer.functions.joined(separator: ", ")) of addresses, for example \
            "cosine(s0/prompt.embeddings[0], s9/prompt.embeddings[0])".

            Ends with status 1 if the number is not what the arithmetic gives.
            """)

    @Argument(help: "The recording's folder, or that of the training run which holds it.")
    var recording: String

    @Argument(help: "An address, or a function of addresses.")
    var address: String

    @Option(help: "How far to go back: 1 for the number alone, 2 for its operands as well, and so on.")
    var depth = 1

    @Option(help: "The base model's folder, if it is not found by its name.")
    var model: String?

    @Option(name: .customLong("run"), help: "The run that is meant where the address gives none.")
    var runID: String?

    @Option(help: "The step that is meant where the address gives none.")
    var step: Int?

    @Option(name: .customLong("lang"), help: "The language.")
    var languageName = LookOptions.LanguageName.en

    @Flag(help: "Print the explanation as JSON.")
    var json = false

    func validate() throws {
        guard Explainer.depths.contains(depth) else {
            throw ValidationError(
                "--depth is \(depth); expected \(Explainer.depths.lowerBound) to \(Explainer.depths.upperBound).")
        }
    }

    func run() throws {
        let recording = try Recording(opening: Self.url(of: recording))
        let base = try model.map { try BaseModel(of: recording, at: $0) }
        let explanation = try Explainer(recording, base: base).explain(address, depth: depth, run: runID, step: step)
        if json {
            Console.output(explanation.json.text())
        } else {
            Console.output(ExplanationText(languageName == .en ? .english : .chinese)(explanation))
        }
        if explanation.agrees == false { throw ExitCode(1) }
    }

    /// A recording's folder, which may lie in what a training run wrote.
    private static func url(of path: String) -> URL {
        let url = URL(filePath: path)
        let inner = url.appending(path: TrainingJob.Part.recording)
        let marker = "recording.json"
        let isInside =
            !FileManager.default.fileExists(atPath: url.appending(path: marker).path)
            && FileManager.default.fileExists(atPath: inner.appending(path: marker).path)
        return isInside ? inner : url
    }
}
