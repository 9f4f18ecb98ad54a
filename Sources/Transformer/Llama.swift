public import Autodiff

/// Llama as Hugging Face Transformers computes it (`LlamaForCausalLM`; Touvron et al. 2023), as a graph.
///
/// Parameters have the names and shapes of the checkpoint: weights are stored `[out, in]`, and nothing has a bias. Positions enter by
/// turning queries and keys, not by embeddings.
public struct Llama: LanguageModel, Hashable {
    public struct Configuration: Sendable, Hashable {
        /// Blocks, L.
        public var layers: Int
        /// Query heads of a block, H.
        public var heads: Int
        /// Key and value heads of a block, Hkv: each serves H / Hkv query heads (Ainslie et al. 2023).
        public var keyHeads: Int
        /// Width of a head, dh; even.
        public var headWidth: Int
        /// Width of a hidden state, d.
        public var width: Int
        /// Width of the hidden layer of the feed-forward network.
        public var innerWidth: Int
        /// Tokens in the vocabulary, V.
        public var vocabularySize: Int
        /// The most positions of a sequence, virtual tokens counted.
        public var context: Int
        /// ε of the root-mean-square normalisations.
        public var normEpsilon: Float
        /// How positions turn queries and keys.
        public var rotary: RotaryFrequencies
        /// Whether the token embeddings also turn hidden states into logits.
        public var tiesEmbeddings: Bool

        /// - Precondition: Heads share keys evenly, and their width is even.
        public init(
            layers: Int, heads: Int, keyHeads: Int? = nil, headWidth: Int? = nil, width: Int, innerWidth: Int,
            vocabularySize: Int, context: Int, normEpsilon: Float = 1e-6, rotary: RotaryFrequencies = RotaryFrequencies(),
            tiesEmbeddings: Bool = true
        ) {
            self.layers = layers
            self.heads = heads
            self.keyHeads = keyHeads ?? heads
            self.headWidth = headWidth ?? width / heads
            self.width = width
            self.innerWidth = innerWidth
            self.vocabularySize = vocabularySize
            self.context = context
            self.normEpsilon = normEpsilon
            self.rotary = rotary
            self.tiesEmbeddings = tiesEmbeddings
            precondition(heads.isMultiple(of: self.keyHeads) && self.headWidth.isMultiple(of: 2), "heads that share keys evenly")
        }
    }

    public let configuration: Configuration

    public init(_ configuration: Configuration) { self.configuration = configuration }

    public let tokenEmbeddings = "model.embed_tokens.weight"
    public var vocabularySize: Int { configuration.vocabularySize }
    public var width: Int { configuration.width }
    public var innerWidth: Int { configuration.innerWidth }
    public var layers: Int { configuration.layers }
    public var heads: Int { configuration.heads }
    public var keyHeads: Int { configuration.keyHeads }
    public var headWidth: Int { configuration.headWidth }
    public var context: Int { configuration.context }

    public var parameters: [ParameterShape] {
        let (d, inner, query) = (width, innerWidth, heads * headWidth)
        var list = [ParameterShape(tokenEmbeddings, vocabularySize, d)]
        for layer in 0..<layers {
            let block = "model.layers.\(layer)"
            list += [
                ParameterShape("\(block).input_layernorm.weight", 1, d),
                ParameterShape("\(block).self_attn.q_proj.weight", query, d),
                ParameterShape("\(block).self_attn.k_proj.weight", keyValueWidth, d),
                ParameterShape("\(block).self_attn.v_proj.weight", keyValueWidth, d),
                ParameterShape("\(block).self_attn.o_proj.weight", d, query),
                ParameterShape("\(block).post_attention_layernorm.weight", 1, d),
                ParameterShape("\(block).mlp.gate_proj.weight", inner, d),
                ParameterShape("\(block).mlp.up_proj.weight", inner, d),
                ParameterShape("\(block).mlp.down_proj.weight", d, inner),
            ]
        }
        list.append(ParameterShape("model.norm.weight", 1, d))
        return configuration.tiesEmbeddings ? list : list + [ParameterShape(Self.ownHead, vocabularySize, d)]
    }

    public var projections: [Projection] {
        let paths =
            ["q_proj", "k_proj", "v_proj", "o_proj"].map { "self_attn.\($0)" } + ["gate", "up", "down"].map { "mlp.\($0)_proj" }
        return (0..<layers).flatMap { layer in paths.map { projection($0, layer) } }
    }

    private func projection(_ path: String, _ layer: Int) -> Projection {
        Projection(weight: "model.layers.\(layer).\(path).weight", bias: nil, storesInputsFirst: false)
    }

    private static let ownHead = "lm_head.weight"

    public func addForward(
        to graph: inout Graph, conditionings: [Conditioning], textLength: Int, logitRows: LogitRows
    ) -> ForwardPass {
        addBlocks(to: &graph, conditionings: conditionings, textLength: textLength, logitRows: logitRows)
    }
}

extension Llama: Decoder {
    var headWeight: String { configuration.tiesEmbeddings ? tokenEmbeddings : Self.ownHead }

    func attentionOutput(_ layer: Int) -> Projection { projection("self_attn.o_proj", layer) }

    func addTextInput(from tables: [Value], to graph: inout Graph) -> Value {
        graph.add(LookedUpRows(.tokens), tables, named: "embeddings")
    }

    func addPromptInput(_ softPrompt: Value, named name: String, to graph: inout Graph) -> Value { softPrompt }

    func addRotation(of rows: Rows, named name: String, to graph: inout Graph) -> Value? {
        graph.add(Rotation(of: rows, frequencies: configuration.rotary.values(headWidth: headWidth)), [], named: name)
    }

    func addNorm(_ place: NormPlace, of x: Value, named name: String, to graph: inout Graph) -> Value {
        let path =
            switch place {
            case .beforeAttention(let layer): "model.layers.\(layer).input_layernorm"
            case .beforeFeedForward(let layer): "model.layers.\(layer).post_attention_layernorm"
            case .final: "model.norm"
            }
        return graph.add(RMSNorm(epsilon: configuration.normEpsilon), [x, graph.known("\(path).weight")], named: name)
    }

    /// Three projections; queries and keys are then turned by their positions.
    func addAttentionInputs(
        _ layer: Int, from x: Value, of segment: Segment, named name: String, to graph: inout Graph
    ) -> AttentionInputs {
        let parts = [("query", "q_proj", heads), ("key", "k_proj", keyHeads), ("value", "v_proj", keyHeads)].map { part in
            let projected = graph.project(
                x, by: projection("self_attn.\(part.1)", layer), segment.conditionings, named: "\(name).\(part.0).projected")
            let inner = [part.2, headWidth]
            if let rotation = segment.rotation, part.0 != "value" {
                return graph.add(Rotated(inner: inner), [projected, rotation], named: "\(name).\(part.0)")
            }
            return graph.add(Columns(0..<(part.2 * headWidth), inner: inner), [projected], named: "\(name).\(part.0)")
        }
        return AttentionInputs(query: parts[0], key: parts[1], value: parts[2])
    }

    /// SwiGLU: down(silu(gate(x)) · up(x)) (Shazeer 2020).
    func addFeedForward(_ layer: Int, from x: Value, of segment: Segment, named name: String, to graph: inout Graph) -> Value {
        let gate = graph.project(x, by: projection("mlp.gate_proj", layer), segment.conditionings, named: "\(name).gate")
        let opened = graph.add(Silu(), [gate], named: "\(name).gate.activation")
        let expanded = graph.project(x, by: projection("mlp.up_proj", layer), segment.conditionings, named: "\(name).hidden")
        let gated = graph.add(ElementProduct(), [opened, expanded], named: "\(name).activation")
        return graph.project(gated, by: projection("mlp.down_proj", layer), segment.conditionings, named: "\(name).output")
    }
}
