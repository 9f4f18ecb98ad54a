/// Where a weight or a trained parameter sits in a model, told by its name.
public enum ModelPart: String, CaseIterable, Hashable, Sendable {
    /// Virtual tokens in front of the text or among it, and what makes them.
    case inFront = "in-front"
    /// Those of tokens and of positions.
    case embeddings
    /// Queries, keys, values, their norm, and a prefix's keys and values.
    case attention
    /// The feed-forward network and its norm.
    case mlp
    /// What follows the last block: its norm, the output matrix where it is none of the embeddings, a head for classes.
    case head

    /// - Parameter parameter: Its name in a graph.
    public init(of parameter: ValueName) {
        let parts = parameter.rawValue.split(separator: ".")
        func holds(_ names: String...) -> Bool { names.contains { name in parts.contains { $0 == name } } }
        // An encoder of virtual tokens has layers of its own, which may be called as those of a block.
        self =
            switch parts.first {
            case "prompt": .inFront
            case "prefix": .attention
            case _ where holds("attn", "self_attn", "ln_1", "input_layernorm"): .attention
            case _ where holds("mlp", "ln_2", "post_attention_layernorm"): .mlp
            case _ where holds("wte", "wpe", "embed_tokens"): .embeddings
            default: .head
            }
    }

    /// Whether a parameter is a weight of the base model, and none that a method adds.
    public static func isBaseWeight(_ parameter: ValueName) -> Bool {
        let name = parameter.rawValue
        return ["transformer.", "model.", "lm_head."].contains(where: name.hasPrefix) && !name.contains(".lora_")
    }
}

extension RecordedRun {
    /// How many trained numbers sit in a part.
    public func trainedCount(in part: ModelPart) -> Int {
        description.parameters.reduce(0) { $0 + (ModelPart(of: $1.name) == part ? $1.count : 0) }
    }

    /// How many of the base model's weights sit in each part, counted from the graph; `nil` where the graph does not hold them all, as that
    /// of a model in 4 bits.
    public func modelCounts() throws(RecordingError) -> [ModelPart: Int]? {
        var counts: [ModelPart: Int] = [:]
        for node in try graph().nodes where node.isParameter && ModelPart.isBaseWeight(node.name) {
            guard case .fixed(let rows) = node.shape.rows else { return nil }
            counts[ModelPart(of: node.name), default: 0] += rows * node.shape.columns
        }
        return counts.values.reduce(0, +) == model.parameterCount ? counts : nil
    }
}
