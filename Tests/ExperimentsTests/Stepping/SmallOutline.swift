import Recordings

@testable import Experiments

/// A run of three updates of a graph of two blocks, in whose list parameters stand among operations.
enum SmallOutline {
    static func node(
        _ name: String, _ phase: RecordedPhase = .forward, _ shape: RecordedShape = RecordedShape(.tokens, 2),
        _ operation: String? = nil, _ operands: [ValueName] = []
    ) -> NodeDescription {
        NodeDescription(name: ValueName(name), shape: shape, phase: phase, operation: operation, operands: operands)
    }

    static let graph = GraphDescription(nodes: [
        node("prompt.embeddings", .forward, RecordedShape(.fixed(2), 3)),
        node("prompt.block.0.output", .forward, RecordedShape(.fixed(2), 3), "sum", ["prompt.embeddings"]),
        node("weight", .forward, RecordedShape(.fixed(4), 2)),
        node("block.0.attention.weights", .forward, RecordedShape(.tokens, 2, 5), "causal softmax", ["weight"]),
        node("block.1.output", .forward, RecordedShape(.tokens, 2), "sum", ["block.0.attention.weights"]),
        node("logits", .forward, RecordedShape(.counted, 4), "matrix product", ["block.1.output"]),
        node("probabilities", .forward, RecordedShape(.counted, 4), "softmax", ["logits"]),
        node("loss", .forward, RecordedShape(.fixed(1), 1), "mean", ["probabilities"]),
        node("gradient/block.1.output", .backward, RecordedShape(.tokens, 2), "sum", ["loss"]),
        node("gradient/prompt.embeddings", .backward, RecordedShape(.fixed(2), 3), "identity", ["gradient/block.1.output"]),
        node("gradient.norm", .optimizer, RecordedShape(.fixed(1), 1), "global norm", ["gradient/prompt.embeddings"]),
        node("optimizer/rates", .optimizer, RecordedShape(.fixed(1), 3)),
        node(
            "updated/prompt.embeddings", .optimizer, RecordedShape(.fixed(2), 3), "AdamW step",
            ["prompt.embeddings", "gradient/prompt.embeddings", "optimizer/rates"]),
    ])

    /// With a state behind the last update, which has a forward pass and a loss.
    static func run() -> RunOutline? {
        RunOutline(
            run: "small", updates: 3, graph: graph,
            lastNames: Set(graph.nodes.filter { $0.phase == .forward }.map(\.name)))
    }
}
