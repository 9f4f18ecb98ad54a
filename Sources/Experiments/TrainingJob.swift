internal import Autodiff
public import Foundation
internal import Interchange
public import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

/// One run on a reader's data or on a task of the tiny world, and all that comes out of it.
public struct TrainingJob: Sendable {
    public let base: BaseModel
    /// What the reader called the model: PEFT finds the base by it.
    public let modelName: String
    public let task: TaskData
    public let run: RunSpecification

    /// The parts of the folder that a job writes.
    public enum Part {
        public static let summary = "foreword-training.json"
        public static let adapter = "adapter"
        public static let model = "model"
        public static let recording = "recording"
        public static let search = "hard-prompt-search.csv"
    }

    public init(base: BaseModel, modelName: String, task: TaskData, run: RunSpecification) {
        self.base = base
        self.modelName = modelName
        self.task = task
        self.run = run
    }

    /// Trains, and writes a folder: `adapter/` (or `model/`, if the weights themselves were trained), `recording/` and `foreword-training.json`.
    /// A folder of an earlier job is replaced when all is done.
    ///
    /// - Throws: An error that says why nothing can be written there, before training; or at which step the loss stopped being a number,
    ///   and where.
    public func write(
        to url: URL, version: String, pool: WorkerPool, progress: (Experiment.Progress) -> Void = { _ in }
    ) throws -> TrainingSummary {
        let folder = try AtomicFolder(replacing: url, marker: Part.summary)
        let place = folder.location
        let (run, search) = try searched(pool: pool, progress: progress)
        if let search { try AtomicFile.write(search.csv, to: place.appending(path: Part.search)) }
        let experiment = Experiment(base: base, task: task, runs: [run])
        let method = try method(of: run)
        let hasAdapter = method.hasAdapter
        let recording = try experiment.record(
            to: place.appending(path: Part.recording), version: version, pool: pool, progress: progress
        ) { _, parameters in
            guard hasAdapter else {
                return try ModelFolder.write(
                    base.configuration, tensors: parameters.tensors(of: base.model, shapes: base.configuration.shapes),
                    tokenizer: base.tokenizer, to: place.appending(path: Part.model))
            }
            try method.writeAdapter(
                parameters, on: base, called: modelName,
                labels: try classes().map { base.tokenizer.decode($0, skippingSpecialTokens: true) },
                notes: [AdapterFolder.baseWeightsNote: base.weightsHash.hex],
                to: place.appending(path: Part.adapter))
        }
        let recorded = try recording.run(run.id)
        let summary = TrainingSummary(
            recorded, model: modelName, base: base, task: task, part: hasAdapter ? Part.adapter : Part.model)
        try AtomicFile.write(try summary.readableJSON(snakeCase: true), to: place.appending(path: Part.summary))
        try folder.commit()
        return summary
    }

    private func classes() throws(InterchangeError) -> [[Int32]] { run.method.hasClassHead ? try task.classes() : [] }

    /// The run as it is recorded: with the words of its hard prompt, which are searched for where none were given.
    public func resolved(pool: WorkerPool) throws -> RunSpecification { try searched(pool: pool).run }

    /// The run, with the words of its hard prompt where they had to be found.
    func searched(
        pool: WorkerPool, progress: (Experiment.Progress) -> Void = { _ in }
    ) throws -> (run: RunSpecification, search: HardPromptSearch?) {
        guard searches else { return (run, nil) }
        let search = try HardPromptSearch(on: base, task: task, words: run.method.settings.virtualTokens, pool: pool) {
            progress(
                Experiment.Progress(run: run.id, runIndex: 0, runCount: 1, step: Int($0 * 1000), stepCount: 1000, loss: $1))
        }
        var found = run
        found.method.settings.text = search.text
        return (found, search)
    }

    /// Whether the words of a hard prompt have to be found first.
    var searches: Bool { run.method.kind == .hardPrompt && run.method.settings.text == nil }

    func method(of run: RunSpecification) throws -> any TuningMethod {
        try run.method.method(
            for: MethodUse(base: base, steps: run.training.steps, labels: task.labels, classes: try classes()))
    }
}
