internal import Recordings

/// Softmax makes shares of a whole.
struct AttentionRowsCheck: RunCheck {
    let id = "attention-rows"
    let claim = BilingualText(
        english: "rows of attention weights and of probabilities sum to 1, and what is masked is 0",
        chinese: "注意力权重和概率的每一行之和为 1，被掩码处为 0")

    func examine(_ step: StepValues, of run: ReplayedRun, into finding: inout Finding) throws {
        for node in step.results(of: "causal softmax", in: run) {
            try examine(node.name, front: step.keysInFront(of: node.name, in: run), step, run, &finding)
        }
        for node in step.results(of: "softmax", in: run) { try examine(node.name, front: nil, step, run, &finding) }
    }

    private func examine(
        _ name: ValueName, front: [Int]?, _ step: StepValues, _ run: ReplayedRun, _ finding: inout Finding
    ) throws {
        let value = try step.value(name)
        step.forEachRow(of: value, front: front) { row, head, visible, all in
            let address = {
                Address(run: run.run.id, step: step.step, name, element: value.shape.inner.count > 1 ? [row, head] : [row])
            }
            let sum = value.numbers[visible].reduce(0.0) { $0 + Double($1) }
            finding.compare(abs(sum - 1), bound: Double(visible.count + 8) * Double(Float.ulpOfOne), at: address())
            let isShare =
                value.numbers[visible].allSatisfy { $0 >= 0 }
                && value.numbers[all.lowerBound..<visible.lowerBound].allSatisfy { $0 == 0 }
                && value.numbers[visible.upperBound..<all.upperBound].allSatisfy { $0 == 0 }
            if !isShare { finding.require(false, "\(address()) has a negative share, or weighs a key that it does not see") }
        }
    }
}
