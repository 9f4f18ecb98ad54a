public import Autodiff
internal import LinearAlgebra
public import Transformer

/// P-tuning: a soft prompt that a small network, the prompt encoder, makes of trained embeddings (Liu et al. 2021, "GPT
/// Understands, Too"). As PEFT's `P_TUNING`, all virtual tokens stand in front of the text, unless a template places them.
public struct PTuning: TuningMethod {
    /// The network between embeddings and soft prompt.
    public enum Encoder: Sendable, Hashable {
        /// Linear → ReLU → Linear → ReLU → Linear.
        case mlp
        /// A bidirectional LSTM, then Linear → ReLU → Linear.
        case lstm(layers: Int)
    }

    public let name = "p-tuning"
    /// P, wherever they stand.
    public let count: Int
    /// Where the virtual tokens stand; `nil` for in front of every text.
    public let template: VirtualTokenTemplate?
    public let encoder: Encoder
    /// The width of the encoder's hidden layers, e.
    public let hiddenWidth: Int

    private static let prefix = "prompt.encoder"
    private static let embedding = "prompt.encoder.embedding.weight"

    public init(virtualTokens: Int, encoder: Encoder, hiddenWidth: Int) {
        count = virtualTokens
        template = nil
        self.encoder = encoder
        self.hiddenWidth = hiddenWidth
    }

    public init(template: VirtualTokenTemplate, encoder: Encoder, hiddenWidth: Int) {
        count = template.virtualTokens
        self.template = template
        self.encoder = encoder
        self.hiddenWidth = hiddenWidth
    }

    public var virtualTokens: Int { template == nil ? count : 0 }
    public var placedTokens: Int { template?.addedTokens ?? 0 }

    private func memory(for model: any LanguageModel) -> LongShortTermMemory? {
        guard case .lstm(let layers) = encoder else { return nil }
        return LongShortTermMemory(name: "\(Self.prefix).lstm_head", input: model.width, hidden: hiddenWidth, layers: layers)
    }

    private func layers(for model: any LanguageModel) -> [DenseLayer] {
        let head = "\(Self.prefix).mlp_head"
        switch encoder {
        case .mlp:
            return [
                DenseLayer(name: "\(head).0", input: model.width, output: hiddenWidth),
                DenseLayer(name: "\(head).2", input: hiddenWidth, output: hiddenWidth),
                DenseLayer(name: "\(head).4", input: hiddenWidth, output: model.width),
            ]
        case .lstm:
            return [
                DenseLayer(name: "\(head).0", input: 2 * hiddenWidth, output: 2 * hiddenWidth),
                DenseLayer(name: "\(head).2", input: 2 * hiddenWidth, output: model.width),
            ]
        }
    }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] {
        [ParameterShape(Self.embedding, count, model.width)] + (memory(for: model)?.parameters ?? [])
            + layers(for: model).flatMap(\.parameters)
    }

    public func trainedParameters(for model: any LanguageModel) -> [String] { addedParameters(for: model).map(\.name) }

    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError) {
        guard count > 0, count < model.context else {
            throw .promptTooLong(virtualTokens: count, context: model.context)
        }
        parameters.fillNormally(Self.embedding, deviation: 1, seed: seed)
        memory(for: model)?.initialise(parameters, seed: seed)
        for layer in layers(for: model) { layer.initialise(parameters, seed: seed) }
    }

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        var rows = graph.known(Self.embedding)
        if let memory = memory(for: model) { rows = memory.apply(to: rows, named: "\(Self.prefix).lstm", in: &graph) }
        let layers = layers(for: model)
        for (index, layer) in layers.enumerated() {
            let isLast = index == layers.count - 1
            rows = layer.apply(to: rows, named: isLast ? PromptTuning.parameter : "\(Self.prefix).hidden.\(index)", in: &graph)
            if !isLast { rows = graph.add(Activated(.relu), [rows], named: "\(Self.prefix).activation.\(index)") }
        }
        return Conditioning(virtualTokens: rows, template: template)
    }

    public func prepared(_ example: Example, for model: any LanguageModel) -> Example {
        template?.applied(to: example, vocabularySize: model.vocabularySize) ?? example
    }
}
