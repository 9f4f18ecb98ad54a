public import Foundation
internal import Interchange
internal import TinyWorld
internal import Transformer
public import Tuning

/// What a reader asks for who trains on data of their own or on a task of the tiny world. What is left open gets a default here.
public struct TrainingRequest: Sendable {
    /// What is learned.
    public enum Source: Sendable {
        /// A file of the reader's.
        case file(URL, DataReading, HeldOut)
        /// A skill of the tiny world, with the world's own splits.
        case skill(String)
    }

    /// What of the reader's data is held out.
    public enum HeldOut: Sendable, Hashable {
        case nothing
        /// Another file, read the same way.
        case file(URL)
        /// A share of the rows, drawn at random.
        case share(Double)
    }

    /// How long it is learned.
    public enum Length: Sendable, Hashable {
        case steps(Int)
        /// How many times every example is seen.
        case epochs(Int)
    }

    /// How a soft prompt starts.
    public enum Start: String, Sendable, Hashable, CaseIterable {
        case random
        case sampledVocabulary = "sampled-vocabulary"
        case text
        case classLabels = "class-labels"
    }

    /// A model's folder, or the name of one that comes with the project.
    public var model: String
    public var source: Source
    public var method: MethodSpecification.Kind
    public var virtualTokens = 8
    public var start = Start.sampledVocabulary
    /// The standard deviation of a random start; 1 is PEFT's.
    public var deviation = 1.0
    public var startText: String?
    /// Labels for a start from class labels, where they are not to be those of the data.
    public var labels: [String]?
    public var length = Length.steps(200)
    public var batchSize = 16
    /// `nil` for ``defaultLearningRate``.
    public var learningRate: Double?
    public var schedule = LearningRateSchedule.Shape.constant
    public var warmup = 0
    public var weightDecay = AdamW().weightDecay
    public var clipping: Double?
    public var seed: UInt64 = 1
    /// `nil` for ten evaluations in a run.
    public var evaluateEvery: Int?
    /// Steps to keep every value of; `nil` for the first and the last of a small model, none of a large one.
    public var frames: [Int]?

    public init(model: String, source: Source, method: MethodSpecification.Kind) {
        self.model = model
        self.source = source
        self.method = method
    }

    /// Soft prompts learn at rates far above those of weights: there are few of them, and far from their goal.
    public var defaultLearningRate: Double {
        switch method {
        case .promptTuning: 0.02
        case .fullFineTuning: 1e-4
        }
    }

    /// A frame of a model above this size takes hundreds of megabytes.
    private static let largeModel = 5_000_000

    /// Loads the model and the data.
    ///
    /// - Returns: The job, and what was left out of the data or cut because it is too long.
    /// - Throws: An error that names what cannot be read, or what does not go together.
    public func job() throws -> (job: TrainingJob, left: Remainder) {
        let base = try BaseModel(opening: ModelLibrary.url(of: model))
        let (task, labels, left) = try task(for: base)
        var method = MethodSpecification(self.method)
        if self.method == .promptTuning {
            method.virtualTokens = virtualTokens
            method.start = try methodStart(labels)
        }
        let examples = task[.train].count
        let steps =
            switch length {
            case .steps(let count): count
            case .epochs(let count): count * max(1, examples / min(batchSize, examples))
            }
        let training = TrainingSpecification(
            steps: steps, batchSize: min(batchSize, examples),
            schedule: LearningRateSchedule(schedule, peak: learningRate ?? defaultLearningRate, warmup: warmup),
            optimizer: AdamW(weightDecay: weightDecay), clipping: clipping, evaluateEvery: evaluateEvery ?? max(1, steps / 10))
        let kept = frames ?? (base.model.parameterCount <= Self.largeModel ? [0, -1] : [])
        let run = RunSpecification(
            id: self.method.rawValue, method: method, training: training, seed: seed, frames: FramePolicy(steps: kept))
        return (TrainingJob(base: base, modelName: model, task: task, run: run), left)
    }

    /// What of the data is not learned.
    public struct Remainder: Sendable, Hashable {
        public var skipped = 0
        public var truncated = 0
    }

    private func task(for base: BaseModel) throws -> (task: TaskData, labels: [String], left: Remainder) {
        switch source {
        case .skill(let skill):
            let world = World(seed: World.standardSeed)
            guard base.vocabulary == world.vocabulary.words else {
                throw InterchangeError(
                    file: model,
                    "its words are not those of the tiny world, of which the task \"\(skill)\" is; give it data instead")
            }
            let task = try world.task(skill)
            return (TaskData(task, of: world), labels ?? world.vocabulary.words(at: task.labels), Remainder())
        case .file(let url, let reading, let heldOut):
            let virtual = method == .promptTuning ? virtualTokens : 0
            let data = try reading.read(url, for: base, virtualTokens: virtual)
            var left = Remainder(skipped: data.skipped, truncated: data.truncated)
            var (train, validation) = (data.examples, PackedExamples())
            switch heldOut {
            case .nothing: break
            case .file(let other):
                let held = try reading.read(other, for: base, virtualTokens: virtual)
                validation = held.examples
                left.skipped += held.skipped
                left.truncated += held.truncated
            case .share(let share):
                guard train.count >= 2 else {
                    throw InterchangeError(
                        file: url.relativePath, "it has one row, and two are needed to hold one out; leave out --split")
                }
                (validation, train) = train.divided(drawing: share, seed: seed)
            }
            let task = TaskData(
                named: url.lastPathComponent, train: train, validation: validation, tokenizer: base.tokenizer)
            return (task, labels.map { data.completions(for: $0) } ?? (data.isClassification ? data.labels : []), left)
        }
    }

    private func methodStart(_ labels: [String]) throws -> MethodSpecification.Start {
        switch start {
        case .random: return .random(deviation: deviation)
        case .sampledVocabulary: return .sampledVocabulary
        case .text:
            guard let startText else {
                throw InterchangeError(place: "--init text", "the text is missing; give it with --init-text")
            }
            return .text(startText)
        case .classLabels:
            guard !labels.isEmpty else {
                throw InterchangeError(
                    place: "--init class-labels",
                    "the data has no labels to start from; give them with --labels, separated by commas")
            }
            return .classLabels(labels)
        }
    }
}
