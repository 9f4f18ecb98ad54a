public import Tuning

/// Many runs over choices: models, tasks, methods with their settings, learning rates, seeds.
public struct Sweep: Sendable {
    /// What it is called, in its files and tables.
    public let name: String
    /// Model folders, or names of models that come with the project.
    public let models: [String]
    /// Skills of the tiny world, or files of data.
    public let tasks: [Task]
    public let entries: [Entry]
    public let seeds: [UInt64]

    /// What is learned.
    public struct Task: Sendable {
        /// A skill's name, or a file's path as it is written in the sweep.
        public let name: String
        public let source: TrainingRequest.Source

        public init(_ name: String, source: TrainingRequest.Source) {
            self.name = name
            self.source = source
        }
    }

    /// One way to tune.
    public struct Entry: Sendable, Hashable {
        /// Unique in the sweep; part of its runs' names in recordings.
        public let label: String
        public let method: MethodSpecification
        public let training: Training

        public init(_ label: String, method: MethodSpecification, training: Training) {
            self.label = label
            self.method = method
            self.training = training
        }
    }

    /// How long and how fast.
    public struct Training: Sendable, Hashable {
        public var steps = 200
        public var batchSize = 16
        /// `nil` for the method's own.
        public var learningRate: Double?
        public var schedule = LearningRateSchedule.Shape.constant
        public var warmup = 0
        public var weightDecay = AdamW().weightDecay
        public var clipping: Double?

        public init() {}
    }

    public init(name: String, models: [String], tasks: [Task], entries: [Entry], seeds: [UInt64]) {
        self.name = name
        self.models = models
        self.tasks = tasks
        self.entries = entries
        self.seeds = seeds
    }

    /// One run of the sweep.
    struct Cell: Sendable {
        let model: String
        let task: Task
        let entry: Entry
        let seed: UInt64

        /// The run's name in the recording of its model and task.
        var run: String { "\(entry.label)-\(seed)" }
    }

    /// Every run, those of one model and task together.
    var cells: [Cell] {
        models.flatMap { model in
            tasks.flatMap { task in
                entries.flatMap { entry in seeds.map { Cell(model: model, task: task, entry: entry, seed: $0) } }
            }
        }
    }
}
