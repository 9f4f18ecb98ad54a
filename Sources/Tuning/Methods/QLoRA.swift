public import Autodiff
public import Transformer

/// LoRA on a base model whose projections are held in 4 bits (Dettmers et al. 2023): the gradient passes through the quantised weights
/// to the narrow matrices A and B, which are trained in float32.
///
/// What it trains is named, started and stored as LoRA's. In place of LoRA there may be AdaLoRA, or an adapter that was loaded.
public struct QLoRA: TuningMethod {
    public let name = "qlora"
    public let virtualTokens = 0
    /// What is trained.
    public let adapter: any LowRankMethod
    /// The frozen projections.
    public let base: QuantisedBase

    public init(_ adapter: some LowRankMethod, on base: QuantisedBase) {
        self.adapter = adapter
        self.base = base
    }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] { adapter.addedParameters(for: model) }

    public func trainedParameters(for model: any LanguageModel) -> [String] { adapter.trainedParameters(for: model) }

    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError) {
        try adapter.initialise(parameters, for: model, seed: seed)
    }

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        var conditioning = adapter.conditioning(in: &graph, for: model)
        conditioning.quantisedWeights = base.weights
        return conditioning
    }

    public func penalty(in graph: inout Graph, for model: any LanguageModel) -> Value? { adapter.penalty(in: &graph, for: model) }

    public func stepHook(for model: any LanguageModel) -> (any StepHook)? { adapter.stepHook(for: model) }

    /// All that a store needs to hold: the model's parameters that are not quantised, and the adapter's.
    public func storedParameters(for model: any LanguageModel) -> [ParameterShape] {
        base.remainingParameters(of: model) + addedParameters(for: model)
    }

    /// What the tuned model takes in memory.
    public func memory(for model: any LanguageModel) -> Memory {
        func bytes(_ shapes: [ParameterShape]) -> Int { shapes.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.size }
        return Memory(
            quantisedWeights: base.byteCount, otherWeights: bytes(base.remainingParameters(of: model)),
            adapter: bytes(addedParameters(for: model)), wholeBase: bytes(model.parameters))
    }

    /// Bytes of a tuned model, without what a training step needs beside it.
    public struct Memory: Sendable, Hashable {
        /// The projections, in 4 bits with their maxima.
        public let quantisedWeights: Int
        /// The rest of the base model, in float32.
        public let otherWeights: Int
        /// A and B of all changed weights.
        public let adapter: Int
        /// What the base model would take if all of it were in float32.
        public let wholeBase: Int

        /// The base model as it is held.
        public var base: Int { quantisedWeights + otherWeights }
    }
}
