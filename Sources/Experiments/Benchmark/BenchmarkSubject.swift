internal import Autodiff
internal import LinearAlgebra
internal import RandomStreams
internal import TinyWorld
internal import Transformer
internal import Tuning

/// A work made ready: model, method, parameters and the one batch that every step runs on.
struct BenchmarkSubject {
    let model: any LanguageModel
    let method: any TuningMethod
    let parameters: ParameterStore
    let examples: [Tuning.Example]
    let limits: BatchLimits
    let training: TrainingGraph
    /// Of every step. It changes nothing in the time.
    let learningRate = 1e-3

    private static let seed: UInt64 = 7

    init(_ work: BenchmarkWork) throws {
        let stored: ParameterStore
        switch work.source {
        case .random(let shape, let sequences, let tokens, let counted):
            let gpt2 = GPT2(
                GPT2.Configuration(
                    layers: shape.layers, heads: shape.heads, width: shape.width, vocabularySize: shape.vocabularySize,
                    context: shape.context))
            model = gpt2
            stored = ParameterStore(gpt2.parameters)
            gpt2.initialise(stored, seed: Self.seed)
            var stream = RandomStream(seed: Self.seed, path: "benchmark/tokens")
            examples = (0..<sequences).map { _ in
                let ids = (0..<tokens).map { _ in Int32.random(in: 0..<Int32(shape.vocabularySize), using: &stream) }
                return Tuning.Example(tokens: ids, isTarget: ids.indices.map { $0 >= tokens - counted })
            }
            limits = BatchLimits(sequences: sequences, length: tokens, counted: counted)
        case .shipped(let name, let task, let sequences):
            let base = try BaseModel(opening: ModelLibrary.url(of: name))
            model = base.model
            stored = base.parameters.copying(base.model.parameters.map(\.name))
            let world = World(seed: World.standardSeed)
            let data = TaskData(try world.task(task), of: world)
            examples = data[.train].prefix(sequences).map { $0 }
            limits = BatchLimits(sequences: sequences, length: data.longest, counted: data.longestCompletion)
        }
        switch work.method {
        case .prompt(let count): method = PromptTuning(virtualTokens: count, initialisation: .sampledVocabulary)
        case .prefix(let count): method = PrefixTuning(virtualTokens: count, deviation: 0.1)
        case .pTuning(let count): method = PTuning(virtualTokens: count, encoder: .mlp, hiddenWidth: model.width)
        case .lora(let rank): method = LoRA(rank: rank, alpha: 16, targets: ["attn.c_attn"])
        case .full: method = FullFineTuning()
        }
        parameters = stored.joined(with: ParameterStore(method.addedParameters(for: model)))
        try method.initialise(parameters, for: model, seed: Self.seed)
        training = TrainingGraph(
            model: model, method: method, optimizer: AdamW(), textLength: limits.length)
    }

    func trainer(pool: WorkerPool) throws -> Trainer {
        try Trainer(training, parameters: parameters, limits: limits, pool: pool)
    }

    func pack(_ batch: inout Batch) {
        for example in examples { batch.append(example, virtualTokens: method.virtualTokens) }
    }
}
