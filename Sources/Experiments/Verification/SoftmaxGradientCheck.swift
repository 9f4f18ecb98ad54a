internal import Recordings

/// Shares of a whole change at each other's cost.
struct SoftmaxGradientCheck: RunCheck {
    let id = "softmax-gradient"
    let claim = BilingualText(
        english: "rows of a softmax's gradient sum to 0, and what is masked receives 0", chinese: "softmax 梯度的每一行之和为 0，被掩码处为 0")

    /// Roundings beside one for each key.
    private static let roundings = 8

    func examine(_ step: StepValues, of run: ReplayedRun, into finding: inout Finding) throws {
        for node in step.results(of: "causal softmax gradient", in: run) where node.operands.count == 2 {
            let (weights, upstream, value) = (
                try step.value(node.operands[0]), try step.value(node.operands[1]), try step.value(node.name)
            )
            step.forEachRow(of: value, front: step.keysInFront(of: node.operands[0], in: run)) { row, head, visible, all in
                let address = Address(run: run.run.id, step: step.step, node.name, element: [row, head])
                let sum = value.numbers[visible].reduce(0.0) { $0 + Double($1) }
                let size = visible.reduce(0.0) { $0 + abs(Double(weights.numbers[$1]) * Double(upstream.numbers[$1])) }
                finding.compare(abs(sum), bound: bound(visible.count, 2 * size), at: address)
                let isMasked = value.numbers[visible.upperBound..<all.upperBound].allSatisfy { $0 == 0 }
                if !isMasked { finding.require(false, "\(address) passes a gradient to a key that it does not see") }
            }
        }
        for node in step.results(of: "cross-entropy gradient", in: run) where node.operands.count == 2 {
            let (upstream, value) = (try step.value(node.operands[1]), try step.value(node.name))
            step.forEachRow(of: value, front: nil) { row, _, visible, _ in
                let sum = value.numbers[visible].reduce(0.0) { $0 + Double($1) }
                finding.compare(
                    abs(sum), bound: bound(visible.count, 2 * abs(Double(upstream.numbers[row]))),
                    at: Address(run: run.run.id, step: step.step, node.name, element: [row]))
            }
        }
    }

    private func bound(_ count: Int, _ size: Double) -> Double {
        Double(count + Self.roundings) * Double(Float.ulpOfOne) * size + Double(Float.leastNormalMagnitude)
    }
}
