internal import Autodiff
internal import Recordings

extension GraphDescription {
    /// What a plan computes, as a recording describes it.
    init(_ plan: Plan) {
        let graph = plan.graph
        let held = Set(plan.order + plan.parameters)
        self.init(
            nodes: graph.values.filter(held.contains).map { value in
                let node = graph[value]
                guard case .operation(let operation, let operands) = node.source else {
                    return NodeDescription(
                        name: ValueName(node.name), shape: RecordedShape(node.shape), phase: RecordedPhase(node.phase))
                }
                return NodeDescription(
                    name: ValueName(node.name), shape: RecordedShape(node.shape), phase: RecordedPhase(node.phase),
                    operation: operation.name, formula: operation.formula, operands: operands.map { ValueName(graph[$0].name) })
            })
    }
}

extension RecordedShape {
    init(_ shape: Shape) {
        switch shape.rows {
        case .tokens: self.init(.tokens, inner: shape.inner)
        case .counted: self.init(.counted, inner: shape.inner)
        case .fixed(let count): self.init(.fixed(count), inner: shape.inner)
        }
    }
}

extension RecordedPhase {
    init(_ phase: Phase) {
        switch phase {
        case .forward: self = .forward
        case .backward: self = .backward
        case .optimizer: self = .optimizer
        }
    }
}

extension RecordedBatch {
    init(_ batch: Batch) {
        self.init(
            tokens: batch.tokens, positions: batch.positions, sequenceStarts: batch.sequenceStarts,
            countedRows: batch.countedRows,
            countedStarts: batch.countedStarts, targets: batch.targets,
            adapters: batch.adapters.contains { $0 != 0 } ? batch.adapters : [])
    }
}
