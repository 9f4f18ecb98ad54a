public import Autodiff

/// A causal language model as a graph: parameters, and a forward pass that a tuning method may condition.
public protocol LanguageModel: Sendable {
    /// The parameters, in the order of a checkpoint, under its names.
    var parameters: [ParameterShape] { get }
    /// The name of the token embeddings `[V, d]`.
    var tokenEmbeddings: String { get }
    /// Tokens in the vocabulary, V.
    var vocabularySize: Int { get }
    /// Width of a hidden state, d.
    var width: Int { get }
    /// Width of the hidden layer of the feed-forward network.
    var innerWidth: Int { get }
    /// Blocks, L.
    var layers: Int { get }
    /// Query heads of a block, H.
    var heads: Int { get }
    /// Key and value heads of a block, Hkv: each serves H / Hkv query heads.
    var keyHeads: Int { get }
    /// Width of a head, dh.
    var headWidth: Int { get }
    /// The most positions of a sequence, virtual tokens counted.
    var context: Int { get }

    /// The linear maps of the blocks, which a tuning method may change, in the order of a checkpoint.
    var projections: [Projection] { get }

    /// Adds the forward pass to a graph that has the parameters: from tokens to logits.
    ///
    /// - Parameters:
    ///   - conditionings: What a tuning method puts in. With several, each sequence of a batch goes through the one of its adapter;
    ///     such a pass has no gradient.
    ///   - textLength: The most tokens of a sequence.
    ///   - logitRows: For which rows logits are computed.
    func addForward(
        to graph: inout Graph, conditionings: [Conditioning], textLength: Int, logitRows: LogitRows
    ) -> ForwardPass
}

extension LanguageModel {
    /// Adds the forward pass to a graph that has the parameters, with one conditioning for all sequences.
    public func addForward(
        to graph: inout Graph, conditioning: Conditioning, textLength: Int, logitRows: LogitRows
    ) -> ForwardPass {
        addForward(to: &graph, conditionings: [conditioning], textLength: textLength, logitRows: logitRows)
    }

    /// How many numbers the model holds.
    public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

    /// Numbers in a block's key, or value, of one token: Hkv · dh.
    public var keyValueWidth: Int { keyHeads * headWidth }

    /// The weights of the projections, as `[in, out]` whatever way round they are stored.
    public var projectionShapes: [ParameterShape] {
        let shapes = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
        return projections.compactMap { projection in
            shapes[projection.weight].map { stored in
                projection.storesInputsFirst ? stored : ParameterShape(stored.name, stored.columns, stored.rows)
            }
        }
    }

    /// Adds the parameters to a graph.
    public func addParameters(to graph: inout Graph) {
        for parameter in parameters { graph.parameter(parameter) }
    }
}
