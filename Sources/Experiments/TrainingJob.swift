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
        let experiment = Experiment(base: base, task: task, runs: [run])
        let recording = try experiment.record(
            to: place.appending(path: Part.recording), version: version, pool: pool, progress: progress)
        let recorded = try recording.run(run.id)
        let hasAdapter = run.method.kind == .promptTuning
        if hasAdapter {
            try recorded.writeAdapter(of: run.method, on: base, called: modelName, to: place.appending(path: Part.adapter))
        } else {
            try recorded.writeModel(basedOn: base, to: place.appending(path: Part.model))
        }
        let summary = TrainingSummary(recorded, model: modelName, task: task, part: hasAdapter ? Part.adapter : Part.model)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        try AtomicFile.write(try encoder.encode(summary) + Data("\n".utf8), to: place.appending(path: Part.summary))
        try folder.commit()
        return summary
    }
}

extension RecordedRun {
    /// A trained parameter after the last step, from the journal or, if it is large, from the last checkpoint.
    func trained(_ name: ValueName) throws -> [Float] {
        let steps = description.training.steps
        if let value = try journal.parameter(name, atStep: steps) { return value.numbers }
        guard let value = try checkpoint(name, atStep: steps) else { throw TuningError.missingParameter(name.rawValue) }
        return value.numbers
    }

    /// Writes a trained soft prompt as an adapter folder, with the hash of the weights that it was trained on.
    func writeAdapter(of method: MethodSpecification, on base: BaseModel, called name: String, to url: URL) throws {
        let initialisation: PromptTuningConfiguration.Initialisation =
            switch method.start {
            case .random: .random
            case .sampledVocabulary: .sampledVocabulary
            case .text(let text): .text(text)
            case .classLabels(let labels): .text(labels.map(\.trimmed).joined(separator: " "))
            }
        let model = base.model
        let configuration = PromptTuningConfiguration(
            virtualTokens: VirtualTokens(
                count: method.virtualTokens, width: model.width, layers: model.layers, heads: model.heads),
            initialisation: initialisation, tokenizer: name, baseModel: name)
        let prompt = Tensor(try trained(.softPrompt), shape: [method.virtualTokens, model.width])
        try AdapterFolder.write(
            .promptTuning(configuration), tensors: [AdapterTensorName.promptEmbeddings: prompt],
            notes: [AdapterFolder.baseWeightsNote: description.weightsSha256.before], to: url)
    }

    /// Writes a fully fine-tuned model as a model folder.
    func writeModel(basedOn base: BaseModel, to url: URL) throws {
        var tensors: [String: Tensor] = [:]
        for (name, shape) in base.configuration.checkpoint.weights {
            tensors[name] = Tensor(try trained(ValueName(name)), shape: shape)
        }
        try ModelFolder.write(base.configuration, tensors: tensors, tokenizer: base.tokenizer, to: url)
    }
}
