import Autodiff
import LinearAlgebra
import Testing
import Transformer

@testable import Tuning

/// A random model, small enough for hundreds of runs, with weights large enough that attention is far from uniform.
struct TinyModel: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let model: any LanguageModel
    /// A few weights of different kinds.
    let someWeights: [String]
    private let initialise: @Sendable (ParameterStore, UInt64) -> Void

    static let gpt2 = {
        let model = GPT2(GPT2.Configuration(layers: 2, heads: 2, width: 12, vocabularySize: 23, context: 32))
        return TinyModel(
            testDescription: "GPT-2", model: model,
            someWeights: ["transformer.h.0.ln_1.weight", "transformer.h.1.mlp.c_fc.bias"],
            initialise: { model.initialise($0, seed: $1) })
    }()

    static let llama = {
        let model = Llama(
            Llama.Configuration(
                layers: 2, heads: 4, keyHeads: 2, headWidth: 4, width: 12, innerWidth: 20, vocabularySize: 23, context: 32))
        return TinyModel(
            testDescription: "Llama", model: model,
            someWeights: [
                "model.layers.0.input_layernorm.weight", "model.layers.1.self_attn.k_proj.weight", "model.norm.weight",
            ],
            initialise: { model.initialise($0, seed: $1) })
    }()

    static let families = [gpt2, llama]

    func parameters(for method: some TuningMethod, seed: UInt64 = 5) throws -> ParameterStore {
        let store = ParameterStore(model.parameters + method.addedParameters(for: model))
        initialise(store, seed)
        for shape in model.parameters {
            guard let matrix = store[shape.name] else { continue }
            matrix.setScaled(matrix, by: shape.rows > 1 ? 12 : 1)
        }
        try method.initialise(store, for: model, seed: seed)
        return store
    }

    static let examples = [
        Example(prompt: [4, 9, 2], completion: [7, 1]), Example(prompt: [11], completion: [3]),
        Example(prompt: [5, 5, 18, 20], completion: [2, 21, 1]), Example(prompt: [22, 8], completion: [13]),
    ]

    static let limits = BatchLimits(sequences: 8, length: 16)

    /// The values of a forward and backward pass over some examples.
    func values(
        of method: some TuningMethod, parameters: ParameterStore, examples: [Example] = examples, limits: BatchLimits = limits,
        logitRows: LogitRows = .all, firstPosition: Int? = nil, _ choose: (TrainingGraph) -> [Value]
    ) throws -> [[Float]] {
        let training = TrainingGraph(
            model: model, method: method, optimizer: AdamW(), textLength: limits.length, logitRows: logitRows)
        let values = choose(training)
        let executor = try Executor(
            Plan(training.graph, computing: values, limits: limits, keepsAll: true),
            parameters: parameters.joined(with: ParameterStore(training.state)), pool: WorkerPool(threads: 2))
        try executor.load { batch in
            for example in examples {
                batch.append(method.prepared(example, for: model), virtualTokens: firstPosition ?? method.virtualTokens)
            }
        }
        executor.compute()
        return values.map { executor.numbers($0) }
    }

    func logits(
        of method: some TuningMethod, parameters: ParameterStore, examples: [Example] = examples, limits: BatchLimits = limits
    ) throws -> [Float] {
        try values(of: method, parameters: parameters, examples: examples, limits: limits) { [$0.pass.allLogits!.text] }[0]
    }
}
