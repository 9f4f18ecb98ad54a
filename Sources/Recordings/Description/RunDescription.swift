/// One run: a method trained on the task from one seed.
public struct RunDescription: Codable, Hashable, Sendable {
    /// Its name in the recording and of its folder, for example `prompt-tuning-7`.
    public var id: String
    /// The name of its base model; left out for the recording's main one.
    public var model: String?
    /// The id of its task; left out for the recording's main one.
    public var task: String?
    /// The ids of tasks it is also evaluated on, before the first update and after the last; left out for none. See
    /// ``evaluatedSplits(of:)``.
    public var otherTasks: [String]?
    public var method: MethodDescription
    public var training: TrainingDescription
    public var seed: UInt64
    /// Which graph it ran: `graphs/<graph>.json`.
    public var graph: String
    /// What was trained.
    public var parameters: [ParameterDescription]
    /// How many numbers were not trained: the frozen weights.
    public var frozenCount: Int
    /// SHA-256 of the base model's weights, in hexadecimal. Full fine-tuning is seen to change them, all other methods not to.
    public var weightsSha256: WeightsHashes
    /// Which steps have a frame, ascending.
    public var frames: [FrameDescription]
    /// Which steps have a checkpoint, ascending.
    public var checkpoints: [Int]
    /// The size of what has to be kept to use the result: an adapter, or the whole model.
    public var adapterBytes: Int?
    /// Wall-clock time. It is not part of the journal, so that a journal is the same each time.
    public var seconds: RunSeconds?
    /// What training had allocated; recordings of before it was measured lack it.
    public var memory: RunMemory?
    /// What was measured beside the steps; `nil` where nothing was.
    public var probes: [ProbeDescription]?

    public init(
        id: String, model: String? = nil, task: String? = nil, otherTasks: [String] = [], method: MethodDescription,
        training: TrainingDescription, seed: UInt64, graph: String,
        parameters: [ParameterDescription], frozenCount: Int, weightsSha256: WeightsHashes, frames: [FrameDescription] = [],
        checkpoints: [Int] = [], adapterBytes: Int? = nil, seconds: RunSeconds? = nil, memory: RunMemory? = nil,
        probes: [ProbeDescription]? = nil
    ) {
        self.id = id
        self.model = model
        self.task = task
        self.otherTasks = otherTasks.isEmpty ? nil : otherTasks
        self.method = method
        self.training = training
        self.seed = seed
        self.graph = graph
        self.parameters = parameters
        self.frozenCount = frozenCount
        self.weightsSha256 = weightsSha256
        self.frames = frames
        self.checkpoints = checkpoints
        self.adapterBytes = adapterBytes
        self.seconds = seconds
        self.memory = memory
        self.probes = probes
    }

    /// The splits that its evaluations may be of: those of its task, then for each other task what ``SplitID/skill(_:)`` and
    /// ``SplitID/bare(_:)`` name. A journal says which by the place in this list.
    public func evaluatedSplits(of task: TaskDescription) -> [String] {
        task.splits.map(\.id) + (otherTasks ?? []).flatMap { [SplitID.skill($0), SplitID.bare($0)] }
    }

    /// How many numbers were trained.
    public var trainedCount: Int { parameters.reduce(0) { $0 + $1.count } }

    /// Whether a value is one of the trained parameters.
    public func isTrained(_ name: ValueName) -> Bool { parameters.contains { $0.name == name } }
}

/// A tuning method with its settings.
public struct MethodDescription: Codable, Hashable, Sendable {
    /// For example `prompt-tuning`, `prefix-tuning`, `lora`, `full-fine-tuning`.
    public var id: String
    public var name: BilingualText
    /// What the method can be told, by its usual name, for example `virtual_tokens: 8`, `initialisation: "vocabulary"`.
    public var settings: [String: Setting]

    public init(id: String, name: BilingualText, settings: [String: Setting] = [:]) {
        self.id = id
        self.name = name
        self.settings = settings
    }

    /// P, for methods that have virtual tokens.
    public var virtualTokens: Int? {
        guard case .number(let count)? = settings["virtual_tokens"] else { return nil }
        return Int(exactly: count)
    }

    /// How the trained parameters started.
    public var initialisation: String? {
        guard case .text(let text)? = settings["initialisation"] else { return nil }
        return text
    }
}

extension MethodDescription {
    /// AdaLoRA's steps before the first cut, under PEFT's name.
    public static let budgetStart = "tinit"
    /// AdaLoRA's steps after the last cut.
    public static let budgetEnd = "tfinal"
    /// AdaLoRA's steps from one cut to the next.
    public static let budgetInterval = "deltaT"

    /// A setting that is a whole number.
    public func count(_ setting: String) -> Int? {
        guard case .number(let number)? = settings[setting] else { return nil }
        return Int(exactly: number)
    }
}

/// The value of a setting: a number, a text or yes/no.
public enum Setting: Hashable, Sendable {
    case number(Double)
    case text(String)
    case flag(Bool)
}

extension Setting: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .flag(let flag): try container.encode(flag)
        }
    }
}

/// How a run was trained.
public struct TrainingDescription: Codable, Hashable, Sendable {
    /// How many updates were made.
    public var steps: Int
    /// Sequences of a step.
    public var batchSize: Int
    public var optimizer: OptimizerDescription
    /// `constant`, `linear` or `cosine`.
    public var schedule: String
    /// Steps of warm-up.
    public var warmup: Int
    /// The largest global norm of the gradient; without it, nothing is clipped.
    public var gradientClip: Double?
    /// Steps from one evaluation to the next.
    public var evaluateEvery: Int?
    /// The room that the computation had for a batch; recordings of before it was noted lack it.
    public var limits: BatchLimitsDescription?

    public init(
        steps: Int, batchSize: Int, optimizer: OptimizerDescription, schedule: String = "constant", warmup: Int = 0,
        gradientClip: Double? = nil, evaluateEvery: Int? = nil, limits: BatchLimitsDescription? = nil
    ) {
        self.steps = steps
        self.batchSize = batchSize
        self.optimizer = optimizer
        self.schedule = schedule
        self.warmup = warmup
        self.gradientClip = gradientClip
        self.evaluateEvery = evaluateEvery
        self.limits = limits
    }
}

/// The room for a batch that a computation was laid out with, and how a batch was cut: both are needed to get the same bits again.
public struct BatchLimitsDescription: Codable, Hashable, Sendable {
    /// The most sequences of a batch.
    public var sequences: Int
    /// The most tokens of a sequence.
    public var length: Int
    /// The most counted rows of a sequence; without it, all of them may be.
    public var counted: Int?
    /// How many parts a batch is cut into, by whole sequences. It fixes the order in which numbers are added.
    public var parts: Int

    public init(sequences: Int, length: Int, counted: Int?, parts: Int) {
        self.sequences = sequences
        self.length = length
        self.counted = counted
        self.parts = parts
    }
}

/// AdamW's settings, under torch's names.
public struct OptimizerDescription: Codable, Hashable, Sendable {
    public var name: String
    public var learningRate: Double
    public var weightDecay: Double
    public var betas: [Double]
    public var epsilon: Double

    public init(
        name: String = "AdamW", learningRate: Double, weightDecay: Double, betas: [Double] = [0.9, 0.999], epsilon: Double = 1e-8
    ) {
        self.name = name
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.betas = betas
        self.epsilon = epsilon
    }
}

/// A trained parameter.
public struct ParameterDescription: Codable, Hashable, Sendable {
    public var name: ValueName
    public var shape: [Int]
    /// Whether the journal holds it, its gradient and its moments at every step. Large parameters are in checkpoints instead.
    public var inJournal: Bool

    public init(name: ValueName, shape: [Int], inJournal: Bool) {
        self.name = name
        self.shape = shape
        self.inJournal = inJournal
    }

    /// How many numbers it holds.
    public var count: Int { shape.reduce(1, *) }
}

/// The base model's hash before and after a run.
public struct WeightsHashes: Codable, Hashable, Sendable {
    public var before: String
    public var after: String

    public init(before: String, after: String) {
        self.before = before
        self.after = after
    }
}

/// A step of which values were kept.
public struct FrameDescription: Codable, Hashable, Sendable {
    public var step: Int
    /// What was computed: the frame behind the last update has a forward pass only.
    public var phases: [RecordedPhase]
    /// Whose batch it is: a split's id; the step's own training batch if there is none.
    public var split: String?
    /// Where each sequence of a mixed batch comes from; left out of all other frames.
    public var sequences: [SequenceDescription]?

    public init(step: Int, phases: [RecordedPhase], split: String? = nil, sequences: [SequenceDescription]? = nil) {
        self.step = step
        self.phases = phases
        self.split = split
        self.sequences = sequences
    }
}

/// A sequence of a mixed batch.
public struct SequenceDescription: Codable, Hashable, Sendable {
    /// The run whose adapter it goes through.
    public var run: String
    /// The split of that run's task.
    public var split: String
    /// Which example of the split, counted from 0.
    public var example: Int

    public init(run: String, split: String, example: Int) {
        self.run = run
        self.split = split
        self.example = example
    }
}

/// How long a run took, in seconds.
public struct RunSeconds: Codable, Hashable, Sendable {
    /// All of it: steps, evaluations, recording.
    public var total: Double
    /// The median step, without evaluation and recording.
    public var step: Double
    /// What recording took, as a part of ``total``; recordings of before it was measured lack it.
    public var recording: RecordingSeconds?

    public init(total: Double, step: Double, recording: RecordingSeconds? = nil) {
        self.total = total
        self.step = step
        self.recording = recording
    }
}

/// How long the parts of a recording took to copy and write, in seconds.
public struct RecordingSeconds: Codable, Hashable, Sendable {
    public var journal: Double
    public var frames: Double
    public var checkpoints: Double

    public init(journal: Double = 0, frames: Double = 0, checkpoints: Double = 0) {
        self.journal = journal
        self.frames = frames
        self.checkpoints = checkpoints
    }

    public var total: Double { journal + frames + checkpoints }
}
