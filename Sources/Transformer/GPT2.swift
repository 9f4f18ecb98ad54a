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

    /// A soft prompt's rows do not depend on the text behind them, so they are computed once for the whole batch; the text of every
    /// sequence attends to their keys and values, then to its own.
    public func addForward(
        to graph: inout Graph, conditioning: Conditioning, textLength: Int, logitRows: LogitRows
    ) -> ForwardPass {
        let wte = weight("wte.weight", in: graph)
        let wpe = weight("wpe.weight", in: graph)

        var prompt: Value?
        var promptLength = conditioning.prefixes.first.map { graph[$0.key].shape.fixedRows ?? 0 } ?? 0
        if let softPrompt = conditioning.softPrompt {
            promptLength = graph[softPrompt].shape.fixedRows ?? 0
            let positions = graph.add(RowSlice(0..<promptLength), [wpe], named: "prompt.positions")
            prompt = graph.add(Sum(), [softPrompt, positions], named: "prompt.input")
        }
        let tables = [wte] + (conditioning.placedPrompt.map { [$0] } ?? [])
        let words = graph.add(LookedUpRows(.tokens), tables, named: "tokens.embeddings")
        let positions = graph.add(LookedUpRows(.positions), [wpe], named: "positions.embeddings")
        var hidden = graph.add(Sum(), [words, positions], named: "embeddings")

        var hiddenStates: [ForwardPass.Rows] = []
        var attention: [Value] = []
        var promptAttention: [Value] = []
        for layer in 0..<configuration.layers {
            hiddenStates.append(ForwardPass.Rows(prompt: prompt, text: hidden))
            var prefix = conditioning.prefixes.isEmpty ? nil : conditioning.prefixes[layer]
            if let rows = prompt {
                let layout = attentionLayout(prefixLength: 0, textLength: promptLength)
                let block = addBlock(
                    layer, named: "prompt.block.\(layer)", to: rows, conditioning, prefix: nil, layout: layout, in: &graph)
                prompt = block.output
                prefix = block.keyValue
                promptAttention.append(block.attention)
            }
            let layout = attentionLayout(prefixLength: promptLength, textLength: textLength)
            let block = addBlock(
                layer, named: "block.\(layer)", to: hidden, conditioning, prefix: prefix, layout: layout, in: &graph)
            hidden = block.output
            attention.append(block.attention)
        }

        let head = { (rows: Value, name: String, graph: inout Graph) in
            let norm = graph.add(
                LayerNorm(epsilon: configuration.normEpsilon),
                [rows, weight("ln_f.weight", in: graph), weight("ln_f.bias", in: graph)], named: "\(name)final.norm")
            let output = conditioning.classHead ?? wte
            return (norm: norm, logits: graph.add(Product.transposed, [norm, output], named: "\(name)logits"))
        }
        switch logitRows {
        case .counted:
            let counted = graph.add(CountedRows(), [hidden], named: "counted.hidden")
            return ForwardPass(
                logits: head(counted, "", &graph).logits, hiddenStates: hiddenStates, attention: attention,
                promptAttention: promptAttention)
        case .all:
            let text = head(hidden, "text.", &graph)
            let front = prompt.map { head($0, "prompt.", &graph) }
            hiddenStates.append(ForwardPass.Rows(prompt: front?.norm, text: text.norm))
            return ForwardPass(
                logits: graph.add(CountedRows(), [text.logits], named: "logits"),
                allLogits: ForwardPass.Rows(prompt: front?.logits, text: text.logits), hiddenStates: hiddenStates,
                attention: attention, promptAttention: promptAttention)
        }
    }

    private func attentionLayout(prefixLength: Int, textLength: Int) -> AttentionLayout {
        AttentionLayout(
            heads: configuration.heads, headWidth: configuration.width / configuration.heads, prefixLength: prefixLength,
            textLength: textLength)
    }

    private func weight(_ name: String, in graph: Graph) -> Value {
        graph.known("transformer.\(name)")
    }

    private func projection(_ path: String, _ layer: Int) -> Projection {
        let name = "transformer.h.\(layer).\(path)"
        return Projection(weight: "\(name).weight", bias: "\(name).bias", storesInputsFirst: true)
    }

    /// One block: x + attention(norm(x)), then that + mlp(norm(that)).
    private func addBlock(
        _ layer: Int, named name: String, to x: Value, _ conditioning: Conditioning, prefix: Conditioning.Prefix?,
        layout: AttentionLayout, in graph: inout Graph
    ) -> (output: Value, keyValue: Conditioning.Prefix, attention: Value) {
        let norm = LayerNorm(epsilon: configuration.normEpsilon)
        func own(_ suffix: String, _ graph: Graph) -> Value { weight("h.\(layer).\(suffix)", in: graph) }
        func pair(_ suffix: String, _ graph: Graph) -> [Value] { [own("\(suffix).weight", graph), own("\(suffix).bias", graph)] }

        let attentionNorm = graph.add(norm, [x] + pair("ln_1", graph), named: "\(name).attention.norm")
        let projected = graph.project(
            attentionNorm, by: projection("attn.c_attn", layer), conditioning, named: "\(name).attention.qkv")
        let parts = ["query", "key", "value"].enumerated().map { index, part in
            let columns = index * configuration.width..<(index + 1) * configuration.width
            return graph.add(
                Columns(columns, inner: [layout.heads, layout.headWidth]), [projected], named: "\(name).attention.\(part)")
        }
        let keyValue = Conditioning.Prefix(key: parts[1], value: parts[2])
        let scale = 1 / Float(layout.headWidth).squareRoot()
        let scores = graph.add(
            AttentionScores(layout, scale: scale), [parts[0], parts[1]] + (prefix.map { [$0.key] } ?? []),
            named: "\(name).attention.scores")
        let weights = graph.add(AttentionWeights(layout), [scores], named: "\(name).attention.weights")
        let mix = graph.add(
            AttentionMix(layout), [weights, parts[2]] + (prefix.map { [$0.value] } ?? []), named: "\(name).attention.mix")
        let joined = graph.add(
            Columns(0..<configuration.width, inner: [configuration.width]), [mix], named: "\(name).attention.heads")
        let attention = graph.project(
            joined, by: projection("attn.c_proj", layer), conditioning, named: "\(name).attention.output")
        let middle = graph.add(Sum(), [x, attention], named: "\(name).attention.residual")

        let mlpNorm = graph.add(norm, [middle] + pair("ln_2", graph), named: "\(name).mlp.norm")
        let expanded = graph.project(
            mlpNorm, by: projection("mlp.c_fc", layer), conditioning, named: "\(name).mlp.hidden")
        let activated = graph.add(Gelu(), [expanded], named: "\(name).mlp.activation")
        let contracted = graph.project(
            activated, by: projection("mlp.c_proj", layer), conditioning, named: "\(name).mlp.output")
        let output = graph.add(Sum(), [middle, contracted], named: "\(name).output")
        return (output, keyValue, weights)
    }
}
