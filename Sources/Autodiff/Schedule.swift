/// Operations that run without waiting for each other's parts.
struct Stage: Sendable {
    var division: Division
    var values: [Value]
}

extension Graph {
    /// The order in which a plan computes its values, in as few stages as a greedy choice finds.
    ///
    /// Threads wait for each other between stages. So a stage goes on as long as anything of its kind is ready: the whole forward
    /// and backward pass of the text is one, the weight gradients that are left over when it ends are another. What needs no text,
    /// such as a soft prompt's own pass, comes first, so that the text's is not broken off for each of its products. Values of the
    /// optimizer come last, for they overwrite what the others read.
    func schedule(_ live: [Value]) -> [Stage] {
        var stages: [Stage] = []
        for optimizer in [false, true] {
            var waiting = live.filter { ($0.isOptimizer(in: self)) == optimizer && !isParameter($0) }
            var done = Set(live).subtracting(waiting)
            if !optimizer { done.subtract(live.filter { $0.isOptimizer(in: self) && !isParameter($0) }) }
            while !waiting.isEmpty {
                let ready = waiting.filter { operands(of: $0).allSatisfy(done.contains) }
                let kinds = Set(ready.map(stageKind))
                guard let kind = [Division.none, .result(elementwise: false), .sequences].first(where: kinds.contains) else {
                    preconditionFailure("a graph has no cycles")
                }
                var stage = Stage(division: kind, values: [])
                var computed: Set<Value> = []
                for value in waiting
                where stageKind(value) == kind
                    && operands(of: value).allSatisfy({ done.contains($0) || (computed.contains($0) && follows($0, value)) })
                {
                    stage.values.append(value)
                    computed.insert(value)
                }
                done.formUnion(computed)
                waiting.removeAll(where: computed.contains)
                stages.append(stage)
            }
        }
        return stages
    }

    func operands(of value: Value) -> [Value] {
        if case .operation(_, let operands) = self[value].source { operands } else { [] }
    }

    func isParameter(_ value: Value) -> Bool {
        if case .parameter = self[value].source { true } else { false }
    }

    func division(of value: Value) -> Division {
        guard case .operation(let operation, let operands) = self[value].source else { return .none }
        return operation.division(operands: operands.map { self[$0].shape }, result: self[value].shape)
    }

    private func stageKind(_ value: Value) -> Division {
        switch division(of: value) {
        case .result, .columns: .result(elementwise: false)
        case let other: other
        }
    }

    /// Whether a part of `value` needs only the same part of `operand`, which is computed in the same stage.
    private func follows(_ operand: Value, _ value: Value) -> Bool {
        switch division(of: value) {
        case .sequences, .none: true
        case .columns: false
        case .result(let elementwise): elementwise && self[operand].shape == self[value].shape
        }
    }
}

extension Value {
    fileprivate func isOptimizer(in graph: Graph) -> Bool { graph[self].phase == .optimizer }
}
