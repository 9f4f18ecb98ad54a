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

    /// A model's folder, or the name of one that comes with the project.
    public var model: String
    public var source: Source
    public var method: MethodSpecification
    /// Labels for a start from class labels, where they are not to be those of the data.
    public var labels: [String]?
    public var length = Length.steps(200)
    public var batchSize = 16
    /// `nil` for the method's own.
    public var learningRate: Double?
    public var schedule = LearningRateSchedule.Shape.constant
    public var warmup = 0
    public var weightDecay = AdamW().weightDecay
    public var clipping: Double?
    public var seed: UInt64 = 1
    /// `nil` for ten evaluations in a run.
    public var evaluateEvery: Int?
    /// Steps to keep every value of; `nil` for the first and the last of a small model, none of a large one.
    public var frames: FrameSteps?
    /// At which steps parameters that are too large for the journal are kept.
    public var checkpoints = CheckpointPolicy.bounded
    /// The loss around the end of a soft prompt's path, to be measured when it is trained; `nil` for none.
    public var landscape: LandscapeSpecification?

    /// The run's name in the recording; `nil` for the method's.
    var runID: String?
    /// Whether the recording keeps what is trained.
    var keepsParameters = true

    public init(model: String, source: Source, method: MethodSpecification) {
        self.model = model
        self.source = source
        self.method = method
    }

    /// A frame of a model above this size takes hundreds of megabytes.
    private static let largeModel = 5_000_000

    /// Loads the model and the data.
    ///
    /// - Returns: The job, and what was left out of the data or cut because it is too long.
    /// - Throws: An error that names what cannot be read, or what does not go together.
    public func job() throws -> (job: TrainingJob, left: Remainder) {
        try job(on: BaseModel(opening: ModelLibrary.url(of: model)))
    }

    /// The job with a model that is loaded already.
    func job(on base: BaseModel) throws -> (job: TrainingJob, left: Remainder) {
        let base = method.kind.family.holdsBaseIn4Bits ? try base.heldIn4Bits() : base
        let (task, left) = try task(for: base)
        let examples = task[.train].count
        let steps =
            switch length {
            case _ where method.kind == .hardPrompt: 0
            case .steps(let count): count
            case .epochs(let count): count * max(1, examples / min(batchSize, examples))
            }
        let training = TrainingSpecification(
            steps: steps, batchSize: min(batchSize, examples),
            schedule: LearningRateSchedule(
                schedule, peak: learningRate ?? method.kind.family.defaultLearningRate, warmup: warmup),
            optimizer: AdamW(weightDecay: weightDecay), clipping: clipping, evaluateEvery: evaluateEvery ?? max(1, steps / 10))
        let kept: FrameSteps = frames ?? (base.model.parameterCount <= Self.largeModel ? [0, -1] : [])
        let run = RunSpecification(
            id: runID ?? method.kind.rawValue, method: method, training: training, seed: seed, frames: FramePolicy(steps: kept),
            keepsParameters: keepsParameters, checkpoints: checkpoints, landscape: landscape)
        let job = TrainingJob(base: base, modelName: model, task: task, run: run)
        // What the method cannot do is said before anything is written.
        if !job.searches { try run.checkLandscape(of: try job.method(of: run), on: base.model) }
        return (job, left)
    }

    /// What of the data is not learned.
    public struct Remainder: Sendable, Hashable {
        public var skipped = 0
        public var truncated = 0
    }

    private func task(for base: BaseModel) throws -> (task: TaskData, left: Remainder) {
        switch source {
        case .skill(let skill):
            let world = World(seed: World.standardSeed)
            guard base.vocabulary == world.vocabulary.words else {
                throw InterchangeError(
                    file: model,
                    "its words are not those of the tiny world, of which the task \"\(skill)\" is; give it data instead")
            }
            let task = try world.task(skill)
            return (TaskData(task, of: world, labels: labels), Remainder())
        case .file(let url, let reading, let heldOut):
            let virtual = try virtualTokens(for: base)
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
                named: url.lastPathComponent, train: train, validation: validation,
                labels: labels.map { data.completions(for: $0) } ?? (data.isClassification ? data.labels : []),
                tokenizer: base.tokenizer)
            return (task, left)
        }
    }

    /// How many tokens the method adds to a text. Settings that need the data, such as labels to start from, do not change it.
    private func virtualTokens(for base: BaseModel) throws -> Int {
        var plain = method
        plain.settings.start = nil
        plain.settings.hasClassHead = false
        if method.kind == .hardPrompt, method.settings.text == nil { return method.settings.virtualTokens }
        let made = try plain.method(for: MethodUse(base: base, steps: 1))
        return made.addedTokens
    }
}
