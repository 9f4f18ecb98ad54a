public import Autodiff

/// GPT-2 as Hugging Face Transformers computes it (`GPT2LMHeadModel`; Radford et al. 2019), as a graph.
///
/// Parameters have the names and shapes of the checkpoint: weights are stored `[in, out]`, and the token embeddings also turn
/// hidden states into logits.
public struct GPT2: LanguageModel, Hashable {
    public struct Configuration: Sendable, Hashable {
        /// Blocks, L.
        public var layers: Int
        /// Attention heads of a block, H.
        public var heads: Int
        /// Width of a hidden state, d.
        public var width: Int
        /// Width of the hidden layer of the feed-forward network, usually 4d.
        public var innerWidth: Int
        /// Tokens in the vocabulary, V.
        public var vocabularySize: Int
        /// The most positions of a sequence, virtual tokens counted.
        public var context: Int
        /// ε of the layer normalisations.
        public var normEpsilon: Float

        public init(
            layers: Int, heads: Int, width: Int, innerWidth: Int? = nil, vocabularySize: Int, context: Int,
            normEpsilon: Float = 1e-5
        ) {
            self.layers = layers
            self.heads = heads
            self.width = width
            self.innerWidth = innerWidth ?? 4 * width
            self.vocabularySize = vocabularySize
            self.context = context
            self.normEpsilon = normEpsilon
        }
    }

    public let configuration: Configuration

    public init(_ configuration: Configuration) { self.configuration = configuration }

    public let tokenEmbeddings = "transformer.wte.weight"
    public var vocabularySize: Int { configuration.vocabularySize }
    public var width: Int { configuration.width }
    public var innerWidth: Int { configuration.innerWidth }
    public var layers: Int { configuration.layers }
    public var heads: Int { configuration.heads }
    public var keyHeads: Int { configuration.heads }
    public var headWidth: Int { configuration.width / configuration.heads }
    public var context: Int { configuration.context }

    public var parameters: [ParameterShape] {
        let (d, inner) = (configuration.width, configuration.innerWidth)
        var list = [
            ParameterShape("transformer.wte.weight", configuration.vocabularySize, d),
            ParameterShape("transformer.wpe.weight", configuration.context, d),
        ]
        for layer in 0..<configuration.layers {
            let block = "transformer.h.\(layer)"
            list += [
                ParameterShape("\(block).ln_1.weight", 1, d), ParameterShape("\(block).ln_1.bias", 1, d),
                ParameterShape("\(block).attn.c_attn.weight", d, 3 * d), ParameterShape("\(block).attn.c_attn.bias", 1, 3 * d),
                ParameterShape("\(block).attn.c_proj.weight", d, d), ParameterShape("\(block).attn.c_proj.bias", 1, d),
                ParameterShape("\(block).ln_2.weight", 1, d), ParameterShape("\(block).ln_2.bias", 1, d),
                ParameterShape("\(block).mlp.c_fc.weight", d, inner), ParameterShape("\(block).mlp.c_fc.bias", 1, inner),
                ParameterShape("\(block).mlp.c_proj.weight", inner, d), ParameterShape("\(block).mlp.c_proj.bias", 1, d),
            ]
        }
        return list + [ParameterShape("transformer.ln_f.weight", 1, d), ParameterShape("transformer.ln_f.bias", 1, d)]
    }

    public var projections: [Projection] {
        (0..<configuration.layers).flatMap { layer in
            ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"].map { projection($0, layer) }
        }
    }

    private func projection(_ path: String, _ layer: Int) -> Projection {
        let name = "transformer.h.\(layer).\(path)"
        return Projection(weight: "\(name).weight", bias: "\(name).bias", storesInputsFirst: true)
    }

    public func addForward(
        to graph: inout Graph, conditionings: [Conditioning], textLength: Int, logitRows: LogitRows
    ) -> ForwardPass {
        addBlocks(to: &graph, conditionings: conditionings, textLength: textLength, logitRows: logitRows)
    }
}

extension GPT2: Decoder {
    var headWeight: String { tokenEmbeddings }

    func attentionOutput(_ layer: Int) -> Projection { projection("attn.c_proj", layer) }

    /// Token embeddings and position embeddings.
    func addTextInput(from tables: [Value], to graph: inout Graph) -> Value {
        let words = graph.add(LookedUpRows(.tokens), tables, named: "tokens.embeddings")
        let positions = graph.add(LookedUpRows(.positions), [graph.known(Self.positions)], named: "positions.embeddings")
        return graph.add(Sum(), [words, positions], named: "embeddings")
    }

    /// Virtual tokens stand at the positions from 0.
    func addPromptInput(_ softPrompt: Value, named name: String, to graph: inout Graph) -> Value {
        let length = graph[softPrompt].shape.fixedRows ?? 0
        let positions = graph.add(RowSlice(0..<length), [graph.known(Self.positions)], named: "\(name).positions")
        return graph.add(Sum(), [softPrompt, positions], named: "\(name).input")
    }

    private static let positions = "transformer.wpe.weight"

    func addNorm(_ place: NormPlace, of x: Value, named name: String, to graph: inout Graph) -> Value {
        let path =
            switch place {
            case .beforeAttention(let layer): "transformer.h.\(layer).ln_1"
            case .beforeFeedForward(let layer): "transformer.h.\(layer).ln_2"
            case .final: "transformer.ln_f"
            }
        return graph.add(
            LayerNorm(epsilon: configuration.normEpsilon), [x, graph.known("\(path).weight"), graph.known("\(path).bias")],
            named: name)
    }

    /// One projection gives queries, keys and values side by side.
    func addAttentionInputs(
        _ layer: Int, from x: Value, of segment: Segment, named name: String, to graph: inout Graph
    ) -> AttentionInputs {
        let projected = graph.project(x, by: projection("attn.c_attn", layer), segment.conditionings, named: "\(name).qkv")
        let parts = ["query", "key", "value"].enumerated().map { index, part in
            graph.add(
                Columns(index * width..<(index + 1) * width, inner: [heads, headWidth]), [projected], named: "\(name).\(part)")
        }
        return AttentionInputs(query: parts[0], key: parts[1], value: parts[2])
    }

    func addFeedForward(_ layer: Int, from x: Value, of segment: Segment, named name: String, to graph: inout Graph) -> Value {
        let expanded = graph.project(x, by: projection("mlp.c_fc", layer), segment.conditionings, named: "\(name).hidden")
        let activated = graph.add(Gelu(), [expanded], named: "\(name).activation")
        return graph.project(activated, by: projection("mlp.c_proj", layer), segment.conditionings, named: "\(name).output")
    }
}
