internal import Autodiff

/// What the model families share: blocks of causal attention and a feed-forward network, each behind a normalisation and added to the
/// residual stream, then a head. A family says what is its own: embeddings, normalisation, projections, activation.
protocol Decoder: LanguageModel {
    /// The name of the matrix `[V, d]` that turns hidden states into logits.
    var headWeight: String { get }
    /// The linear map behind the attention of a block.
    func attentionOutput(_ layer: Int) -> Projection

    /// The rows `[tokens, d]` that enter the first block.
    ///
    /// - Parameter tables: The token embeddings, and below them the rows of virtual tokens that stand in texts.
    func addTextInput(from tables: [Value], to graph: inout Graph) -> Value
    /// The rows `[P, d]` of a soft prompt that enter the first block.
    func addPromptInput(_ softPrompt: Value, named name: String, to graph: inout Graph) -> Value
    /// What turns queries and keys at their positions; `nil` for a family that adds positions to its input.
    func addRotation(of rows: Rows, named name: String, to graph: inout Graph) -> Value?
    func addNorm(_ place: NormPlace, of x: Value, named name: String, to graph: inout Graph) -> Value
    /// Queries `[rows, heads, head width]`, keys and values `[rows, key heads, head width]`.
    func addAttentionInputs(
        _ layer: Int, from x: Value, of segment: Segment, named name: String, to graph: inout Graph
    ) -> AttentionInputs
    func addFeedForward(_ layer: Int, from x: Value, of segment: Segment, named name: String, to graph: inout Graph) -> Value
}

/// Where a normalisation stands.
enum NormPlace: Sendable, Hashable {
    case beforeAttention(layer: Int)
    case beforeFeedForward(layer: Int)
    case final
}

struct AttentionInputs {
    let query: Value
    let key: Value
    let value: Value
}

/// Rows that go through the blocks together: the text of a batch, or a soft prompt.
struct Segment {
    /// What the names of its values begin with: nothing for the text, `prompt.` for a soft prompt.
    let name: String
    /// The rows as they enter the next block.
    var hidden: Value
    let rotation: Value?
    let layout: AttentionLayout
    /// One for each adapter.
    let conditionings: [Conditioning]
}

extension Decoder {
    func addRotation(of rows: Rows, named name: String, to graph: inout Graph) -> Value? { nil }

    /// A soft prompt's rows do not depend on the text behind them, so they are computed once for the whole batch; the text of every
    /// sequence attends to their keys and values, then to its own. Of several adapters each has its own rows, named `adapter.k.prompt`
    /// from the second on.
    func addBlocks(
        to graph: inout Graph, conditionings: [Conditioning], textLength: Int, logitRows: LogitRows
    ) -> ForwardPass {
        precondition(!conditionings.isEmpty, "a conditioning, if only an empty one")
        let lengths = conditionings.map { $0.length(in: graph) }
        var prompts = conditionings.indices.map { adapter in
            graph.under(Self.namePrefix(ofAdapter: adapter)) { addPrompt(conditionings[adapter], to: &$0) }
        }
        let tables = [graph.known(tokenEmbeddings)] + conditionings.compactMap(\.placedPrompt)
        var text = Segment(
            name: "", hidden: addTextInput(from: tables, to: &graph),
            rotation: addRotation(of: .tokens, named: "positions.rotation", to: &graph),
            layout: attentionLayout(prefixLengths: lengths, textLength: textLength), conditionings: conditionings)

        var hiddenStates: [ForwardPass.Rows] = []
        var attention: [Value] = []
        var promptAttention: [Value] = []
        for layer in 0..<layers {
            hiddenStates.append(ForwardPass.Rows(prompt: prompts[0]?.hidden, text: text.hidden))
            var prefixes: [Conditioning.Prefix] = []
            for (adapter, conditioning) in conditionings.enumerated() {
                if let rows = prompts[adapter] {
                    let block = graph.under(Self.namePrefix(ofAdapter: adapter)) {
                        addBlock(layer, to: rows, behind: [], in: &$0)
                    }
                    prompts[adapter]?.hidden = block.output
                    prefixes.append(block.keyValue)
                    if adapter == 0 { promptAttention.append(block.attention) }
                } else if lengths[adapter] > 0 {
                    prefixes.append(conditioning.prefixes[layer])
                }
            }
            let block = addBlock(
                layer, to: text, behind: prefixes, choosesCounted: logitRows == .counted && layer == layers - 1, in: &graph)
            text.hidden = block.output
            attention.append(block.attention)
        }

        // A head for classes belongs to one adapter: a mixed batch asks for tokens.
        let output = conditionings.count == 1 ? conditionings[0].classHead : nil
        let counted: Value
        switch logitRows {
        case .counted: counted = text.hidden
        case .countedByHead: counted = graph.add(CountedRows(), [text.hidden], named: "counted.hidden")
        case .all:
            let rows = addHead(output, to: text.hidden, named: "text.", in: &graph)
            let front = prompts[0].map { addHead(output, to: $0.hidden, named: "prompt.", in: &graph) }
            hiddenStates.append(ForwardPass.Rows(prompt: front?.norm, text: rows.norm))
            return ForwardPass(
                logits: graph.add(CountedRows(), [rows.logits], named: "logits"),
                allLogits: ForwardPass.Rows(prompt: front?.logits, text: rows.logits), hiddenStates: hiddenStates,
                attention: attention, promptAttention: promptAttention)
        }
        return ForwardPass(
            logits: addHead(output, to: counted, named: "", in: &graph).logits, hiddenStates: hiddenStates,
            attention: attention, promptAttention: promptAttention)
    }

    /// The first adapter is the usual one: its values have no prefix in their names.
    private static func namePrefix(ofAdapter adapter: Int) -> String { adapter == 0 ? "" : "adapter.\(adapter)." }

    private func addPrompt(_ conditioning: Conditioning, to graph: inout Graph) -> Segment? {
        guard let softPrompt = conditioning.softPrompt else { return nil }
        let length = graph[softPrompt].shape.fixedRows ?? 0
        return Segment(
            name: "prompt.", hidden: addPromptInput(softPrompt, named: "prompt", to: &graph),
            rotation: addRotation(of: .fixed(length), named: "prompt.rotation", to: &graph),
            layout: attentionLayout(prefixLengths: [0], textLength: length), conditionings: [conditioning])
    }

    private func attentionLayout(prefixLengths: [Int], textLength: Int) -> AttentionLayout {
        AttentionLayout(
            heads: heads, keyHeads: keyHeads, headWidth: headWidth, prefixLengths: prefixLengths, textLength: textLength)
    }

    /// One block: x + attention(norm(x)), then that + feed-forward(norm(that)).
    ///
    /// - Parameter choosesCounted: Whether only counted rows go on behind the attention. In the last block nothing needs the others,
    ///   and to leave them out took a quarter off a step of two blocks of which a quarter of the rows is counted.
    private func addBlock(
        _ layer: Int, to segment: Segment, behind prefixes: [Conditioning.Prefix], choosesCounted: Bool = false,
        in graph: inout Graph
    ) -> (output: Value, keyValue: Conditioning.Prefix, attention: Value) {
        let (name, x, layout) = ("\(segment.name)block.\(layer)", segment.hidden, segment.layout)
        let attentionNorm = addNorm(.beforeAttention(layer: layer), of: x, named: "\(name).attention.norm", to: &graph)
        let inputs = addAttentionInputs(layer, from: attentionNorm, of: segment, named: "\(name).attention", to: &graph)
        let scores = graph.add(
            AttentionScores(layout, scale: 1 / Float(headWidth).squareRoot()),
            [inputs.query, inputs.key] + prefixes.map(\.key), named: "\(name).attention.scores")
        let weights = graph.add(AttentionWeights(layout), [scores], named: "\(name).attention.weights")
        let mix = graph.add(
            AttentionMix(layout), [weights, inputs.value] + prefixes.map(\.value), named: "\(name).attention.mix")
        let joined = graph.add(
            Columns(0..<(heads * headWidth), inner: [heads * headWidth]), [mix], named: "\(name).attention.heads")
        let goesOn = { (rows: Value, name: String, graph: inout Graph) in
            choosesCounted ? graph.add(CountedRows(), [rows], named: name) : rows
        }
        let attention = graph.project(
            goesOn(joined, "\(name).attention.counted", &graph), by: attentionOutput(layer), segment.conditionings,
            named: "\(name).attention.output")
        let middle = graph.add(
            Sum(), [goesOn(x, "\(name).counted", &graph), attention], named: "\(name).attention.residual")

        let feedForwardNorm = addNorm(.beforeFeedForward(layer: layer), of: middle, named: "\(name).mlp.norm", to: &graph)
        let change = addFeedForward(layer, from: feedForwardNorm, of: segment, named: "\(name).mlp", to: &graph)
        let output = graph.add(Sum(), [middle, change], named: "\(name).output")
        return (output, Conditioning.Prefix(key: inputs.key, value: inputs.value), weights)
    }

    private func addHead(
        _ output: Value?, to rows: Value, named name: String, in graph: inout Graph
    ) -> (norm: Value, logits: Value) {
        let norm = addNorm(.final, of: rows, named: "\(name)final.norm", to: &graph)
        return (norm, graph.add(Product.transposed, [norm, output ?? graph.known(headWeight)], named: "\(name)logits"))
    }
}

extension Conditioning {
    /// Keys in front of a text.
    fileprivate func length(in graph: Graph) -> Int {
        (softPrompt ?? prefixes.first?.key).flatMap { graph[$0].shape.fixedRows } ?? 0
    }
}
