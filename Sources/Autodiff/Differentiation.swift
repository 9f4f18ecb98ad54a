extension Graph {
    /// Appends the backward pass: the gradient of a scalar with respect to each of the targets.
    ///
    /// Only what lies between the targets and the scalar is built. A matrix that is not a target gets no gradient, and the pass
    /// ends at the lowest target: that a weight is frozen shows as absence. The gradient of a value `x` is named `gradient/x`;
    /// where several operations use x, what each of them sends is named `gradient/x/via/<its result>`.
    ///
    /// - Returns: The gradient of each target that the scalar depends on.
    public mutating func differentiate(_ scalar: Value, withRespectTo targets: [Value]) -> [Value: Value] {
        let outerPhase = phase
        phase = .backward
        defer { phase = outerPhase }

        let active = valuesBetween(targets, and: scalar)
        var uses: [Value: Int] = [:]
        for value in active {
            guard case .operation(_, let operands) = self[value].source else { continue }
            for operand in operands where active.contains(operand) { uses[operand, default: 0] += 1 }
        }

        var received: [Value: [Contribution]] = [:]
        var gradients: [Value: Value] = [:]
        received[scalar] = [Contribution(add(Constant(1), [], named: "gradient/\(self[scalar].name)"))]

        for value in active.sorted(by: { $0.index > $1.index }) {
            guard let contributions = received[value] else { continue }
            let upstream = combine(contributions, for: value)
            gradients[value] = upstream
            guard case .operation(let operation, let operands) = self[value].source else { continue }
            guard let differentiable = operation as? any DifferentiableOperation else {
                preconditionFailure("\(operation.name) has no gradient, and \(self[value].name) needs one")
            }
            let request = GradientRequest(
                result: value, operands: operands, upstream: upstream, needed: operands.map(active.contains),
                names: operands.map { operand in
                    let name = "gradient/\(self[operand].name)"
                    return uses[operand, default: 0] > 1 ? "\(name)/via/\(self[value].name)" : name
                })
            for (operand, contribution) in zip(operands, differentiable.gradients(request, in: &self)) {
                if let contribution, active.contains(operand) { received[operand, default: []].append(contribution) }
            }
        }
        return gradients.filter { targets.contains($0.key) }
    }

    /// The values that depend on a target and that the scalar depends on.
    private func valuesBetween(_ targets: [Value], and scalar: Value) -> Set<Value> {
        var dependent = Set(targets)
        for value in values {
            if case .operation(_, let operands) = self[value].source, operands.contains(where: dependent.contains) {
                dependent.insert(value)
            }
        }
        return ancestors(of: [scalar]).intersection(dependent)
    }

    /// The values themselves and all they are computed from.
    func ancestors(of results: [Value]) -> Set<Value> {
        var found: Set<Value> = []
        var pending = results
        while let value = pending.popLast() {
            guard found.insert(value).inserted else { continue }
            if case .operation(_, let operands) = self[value].source { pending += operands }
        }
        return found
    }

    /// One gradient out of all that a value received, under the name `gradient/<value>`.
    private mutating func combine(_ contributions: [Contribution], for value: Value) -> Value {
        let name = "gradient/\(self[value].name)"
        var whole = contributions.filter { $0.columns == nil }.map(\.gradient)
        let pieces = contributions.filter { $0.columns != nil }
        if !pieces.isEmpty {
            let joined = ConcatenatedColumns(ranges: pieces.compactMap(\.columns), columns: self[value].shape.inner)
            whole.append(add(joined, pieces.map(\.gradient), named: whole.isEmpty ? name : "\(name)/via/columns"))
        }
        guard var sum = whole.first else { preconditionFailure("\(name) has no contribution") }
        for (index, next) in whole.enumerated().dropFirst() {
            sum = add(Sum(), [sum, next], named: index == whole.count - 1 ? name : "\(name)/sum/\(index)")
        }
        return self[sum].name == name ? sum : add(Identity(), [sum], named: name)
    }
}
