public import Autodiff
internal import LinearAlgebra
public import Transformer

/// Prefix tuning: P keys and values in front of the text, for every block (Li and Liang 2021); without reparameterisation it is
/// P-tuning v2 (Liu et al. 2022).
///
/// A row of the prefix holds 2·L·Hkv·dh numbers: key and value of block 0, then of block 1, … as in PEFT's `PREFIX_TUNING`. The
/// text's positions start behind the prefix; where positions turn keys (Llama), a prefix's keys are taken as turned already.
public struct PrefixTuning: TuningMethod {
    public let name = "prefix-tuning"
    public let virtualTokens: Int
    /// The width of the layer between embedding and prefix; `nil` trains the prefix itself.
    public let projectionWidth: Int?
    /// The standard deviation of a start around 0; PEFT's is 1.
    public let deviation: Float

    /// The prefix `[P, 2·L·Hkv·dh]`: the trained parameter, or what the projection makes of it.
    public static let prefix = "prefix.embeddings"
    private static let encoder = "prefix.encoder"

    public init(virtualTokens: Int, projectionWidth: Int? = nil, deviation: Float = 1) {
        self.virtualTokens = virtualTokens
        self.projectionWidth = projectionWidth
        self.deviation = deviation
    }

    private func width(of model: any LanguageModel) -> Int { 2 * model.layers * model.keyValueWidth }

    /// Embedding(P, d) → Linear(d, e) → tanh → Linear(e, 2·L·Hkv·dh), of PEFT's `PrefixEncoder`.
    private func layers(for model: any LanguageModel) -> [DenseLayer] {
        guard let projectionWidth else { return [] }
        return [
            DenseLayer(name: "\(Self.encoder).transform.0", input: model.width, output: projectionWidth),
            DenseLayer(name: "\(Self.encoder).transform.2", input: projectionWidth, output: width(of: model)),
        ]
    }

    private var embedding: String { projectionWidth == nil ? Self.prefix : "\(Self.encoder).embedding.weight" }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] {
        guard virtualTokens > 0 else { return [] }
        let columns = projectionWidth == nil ? width(of: model) : model.width
        return [ParameterShape(embedding, virtualTokens, columns)] + layers(for: model).flatMap(\.parameters)
    }

    public func trainedParameters(for model: any LanguageModel) -> [String] { addedParameters(for: model).map(\.name) }

    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError) {
        guard virtualTokens < model.context else {
            throw .promptTooLong(virtualTokens: virtualTokens, context: model.context)
        }
        parameters.fillNormally(embedding, deviation: deviation, seed: seed)
        for layer in layers(for: model) { layer.initialise(parameters, seed: seed) }
    }

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        guard virtualTokens > 0 else { return Conditioning() }
        var prefix = graph.known(embedding)
        let layers = layers(for: model)
        if layers.count == 2 {
            let hidden = layers[0].apply(to: prefix, named: "\(Self.encoder).hidden", in: &graph)
            let bent = graph.add(Activated(.tanh), [hidden], named: "\(Self.encoder).activation")
            prefix = layers[1].apply(to: bent, named: Self.prefix, in: &graph)
        }
        let width = model.keyValueWidth
        let inner = [model.keyHeads, model.headWidth]
        return Conditioning(
            prefixes: (0..<model.layers).map { block in
                let parts = ["key", "value"].enumerated().map { index, part in
                    let start = (2 * block + index) * width
                    return graph.add(
                        Columns(start..<(start + width), inner: inner), [prefix], named: "block.\(block).attention.prefix.\(part)"
                    )
                }
                return Conditioning.Prefix(key: parts[0], value: parts[1])
            })
    }
}
