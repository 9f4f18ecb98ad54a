import ArgumentParser
import Experiments
import Foundation
import Interchange
import LinearAlgebra
import Recordings
import Tuning

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Tune a model on your data, or on a task of the tiny world.",
        discussion: """
            Data is a .csv, .tsv or .jsonl file with the columns text and label, prompt and completion, instruction, input and output, or \
            messages; only completions count in the loss. Writes a folder with adapter/, which PEFT opens (or model/, which Transformers \
            opens, if the weights themselves were trained), recording/ and foreword-training.json.

            In memory are the token ids of the data, 4 bytes each, and 12 bytes a row; its text is read row by row.
            """)

    @Option(
        help: "A model folder in the format of Hugging Face Transformers, or the name of a model that comes with the project.")
    var model = ModelLibrary.main

    @Option(help: "A file of data: .csv, .tsv or .jsonl.")
    var data: String?

    @Option(help: "A skill of the tiny world to learn instead, such as opposite-en; foreword world shows them.")
    var task: String?

    @OptionGroup var dataOptions: DataOptions

    @Option(help: "A file of data that is held out.")
    var validation: String?

    @Option(help: "The share of rows to hold out, drawn at random, such as 0.1.")
    var split: Double?

    @OptionGroup var methodOptions: MethodOptions

    @Option(help: "The highest learning rate; the method's own by default.")
    var learningRate: Double?

    @Option(help: "How many steps to take; 200 by default.")
    var steps: Int?

    @Option(help: "How many times to see every example, instead of --steps.")
    var epochs: Int?

    @Option(help: "Examples of a step.")
    var batchSize = 16

    @Option(help: "How the learning rate goes: constant, linear or cosine.")
    var schedule = LearningRateSchedule.Shape.constant

    @Option(help: "Steps over which the learning rate rises from 0.")
    var warmup = 0

    @Option(help: "Weight decay of AdamW.")
    var weightDecay = AdamW().weightDecay

    @Option(help: "The largest global norm of the gradient; nothing is clipped by default.")
    var clip: Double?

    @Option(help: "Decides every random number.")
    var seed: UInt64 = 1

    @Option(help: "Steps from one evaluation to the next; ten evaluations by default.")
    var evaluateEvery: Int?

    @Option(
        help: """
            The steps of which every value is recorded, separated by commas: numbers from 0, first, last, every:50, all, or none. The first \
            and the last by default, none of a model of more than 5 million weights. All others are computed again when they are looked at.
            """)
    var frames: String?

    @Option(
        help: """
            Measure the loss on the tuning examples around where a soft prompt's training ended, at so many points along each of two \
            directions, for the figure loss-landscape. Not measured by default.
            """)
    var landscape: Int?

    @Option(
        help: """
            When weights that are too large for the journal of every step are recorded: every:N steps, last, or none; by default after the \
            last step, and between every 16 steps or as often as 64 MB hold. A step is computed again from the checkpoint before it, or from the start.
            """)
    var checkpoints: String?

    @Option(help: "The folder to write.")
    var out: String

    @Flag(help: "Print the summary as JSON.")
    var json = false

    func validate() throws {
        if (data == nil) == (task == nil) {
            throw ValidationError("Say either --data, a file, or --task, a skill of the tiny world.")
        }
        if data == nil, validation != nil || split != nil {
            throw ValidationError("--validation and --split go with --data; a task of the tiny world has splits of its own.")
        }
        if validation != nil, split != nil { throw ValidationError("Say either --validation or --split.") }
        if let split, !(split > 0 && split < 1) {
            throw ValidationError("--split is \(split); expected a share between 0 and 1.")
        }
        if steps != nil, epochs != nil { throw ValidationError("Say either --steps or --epochs.") }
        let counts: [(String, Int?)] = [
            ("--steps", steps), ("--epochs", epochs), ("--batch-size", batchSize), ("--evaluate-every", evaluateEvery),
        ]
        for case (let name, let count?) in counts where count < 1 {
            throw ValidationError("\(name) is \(count); expected a number from 1.")
        }
        if warmup < 0 { throw ValidationError("--warmup is \(warmup); expected a number from 0.") }
        let rates: [(String, Double?)] = [
            ("--learning-rate", learningRate), ("--clip", clip), ("--weight-decay", weightDecay),
        ]
        for case (let name, let rate?) in rates where !(rate.isFinite && (name == "--weight-decay" ? rate >= 0 : rate > 0)) {
            throw ValidationError("\(name) is \(rate); expected a number above 0.")
        }
        _ = (try frameSteps(), try checkpointPolicy())
    }

    private func frameSteps() throws -> FrameSteps? {
        guard let frames else { return nil }
        var chosen: FrameSteps = []
        for word in frames.split(separator: ",", omittingEmptySubsequences: false) {
            switch word {
            case "none" where frames == "none": break
            case "all": chosen.every = 1
            case "first": chosen.steps.append(0)
            case "last": chosen.steps.append(-1)
            default:
                if let interval = interval(word) {
                    guard chosen.every == nil else { throw ValidationError("--frames says every: or all twice; say it once.") }
                    chosen.every = interval
                } else if let step = Int(word), step >= 0 {
                    chosen.steps.append(step)
                } else {
                    throw ValidationError(
                        "--frames has \"\(word)\"; expected numbers from 0, first, last, every:N, all, or none alone.")
                }
            }
        }
        return chosen
    }

    private func checkpointPolicy() throws -> CheckpointPolicy? {
        switch checkpoints {
        case nil: return nil
        case "last": return .last
        case "none": return CheckpointPolicy.none
        case let word?:
            guard let interval = interval(word[...]) else {
                throw ValidationError("--checkpoints is \"\(word)\"; expected every:N, last, or none.")
            }
            return .every(interval)
        }
    }

    /// The number of `every:50`.
    private func interval(_ word: Substring) -> Int? {
        let prefix = "every:"
        guard word.hasPrefix(prefix), let count = Int(word.dropFirst(prefix.count)), count >= 1 else { return nil }
        return count
    }

    private func request() throws -> TrainingRequest {
        let source: TrainingRequest.Source =
            if let task {
                .skill(task)
            } else {
                .file(
                    URL(filePath: data ?? ""), try dataOptions.reading(),
                    validation.map { .file(URL(filePath: $0)) } ?? split.map { .share($0) } ?? .nothing)
            }
        var request = TrainingRequest(model: model, source: source, method: methodOptions.specification)
        request.labels = methodOptions.labels?.split(separator: ",").map(String.init)
        request.length = epochs.map { .epochs($0) } ?? .steps(steps ?? 200)
        request.batchSize = batchSize
        request.learningRate = learningRate
        request.schedule = schedule
        request.warmup = warmup
        request.weightDecay = weightDecay
        request.clipping = clip
        request.seed = seed
        request.evaluateEvery = evaluateEvery
        request.frames = try frameSteps()
        request.checkpoints = try checkpointPolicy() ?? request.checkpoints
        request.landscape = landscape.map { LandscapeSpecification(points: $0) }
        return request
    }

    func run() throws {
        let (job, left) = try request().job()
        if left.skipped > 0 { Console.error("Rows left out because they are too long: \(left.skipped).") }
        if left.truncated > 0 { Console.error("Rows whose prompt was cut: \(left.truncated).") }
        var line = ProgressLine()
        let summary = try job.write(to: URL(filePath: out), version: Foreword.version, pool: WorkerPool()) { progress in
            line.show(Double(progress.step + 1) / Double(progress.stepCount), "step \(progress.step + 1)  loss \(progress.loss)")
        }
        line.clear()
        if json { return try Console.output(json: summary) }
        Console.output("\(summary.method), \(summary.steps) steps in \(rounded(summary.seconds)) s")
        Console.output(
            "trained    \(summary.trainedCount) numbers, frozen \(summary.frozenCount), base model in \(summary.baseBytes) bytes")
        if case .text(let text)? = summary.settings[MethodSettings.Key.text.rawValue] { Console.output("words      \(text)") }
        if let first = summary.firstLoss, let last = summary.lastLoss {
            Console.output("loss       \(rounded(first)) → \(rounded(last)), of the first and the last batch")
        }
        for split in summary.splits {
            let name = split.name.padding(toLength: 10, withPad: " ", startingAt: 0)
            Console.output(
                "\(name) \(Console.percent(split.accuracyBefore)) → \(Console.percent(split.accuracyAfter)) right, loss \(rounded(split.lossBefore)) → "
                    + "\(rounded(split.lossAfter)), \(split.evaluated) of \(split.rows) rows")
        }
        Console.output("written    \(out)/\(summary.result), \(out)/recording")
    }

    private func rounded(_ number: Double) -> Double { (number * 10_000).rounded() / 10_000 }
}
