internal import Foundation
internal import Recordings

/// Attention with keys in front is an interpolation (He et al. 2022, eq. 7): the share λ that goes to them comes from their values, and
/// the rest from what attention over the text alone would give.
struct PrefixShareCheck: RunCheck {
    let id = "prefix-share"
    let claim = BilingualText(
        english: "attention = (1 − λ) · attention to the text alone + λ · attention to the prefix alone",
        chinese: "注意力 = (1 − λ) · 只看文本的注意力 + λ · 只看前缀的注意力")

    /// Roundings of a float32 softmax and sum, beside one for each key.
    private static let roundings = 32

    func examine(_ step: StepValues, of run: ReplayedRun, into finding: inout Finding) throws {
        // In a mixed batch each sequence has keys of its own adapter in front, and those of one may be all there are.
        guard step.batch.adapters.isEmpty else { return }
        for node in step.results(of: "attention mix", in: run) where node.phase == .forward && node.operands.count == 3 {
            guard let weightsNode = run.node(node.operands[0]), weightsNode.operation == "causal softmax",
                let scoresName = weightsNode.operands.first
            else { continue }
            let (weights, scores) = (try step.value(weightsNode.name), try step.value(scoresName))
            let (values, front, mix) = (
                try step.value(node.operands[1]), try step.value(node.operands[2]), try step.value(node.name)
            )
            examine(
                mix, Attention(weights: weights, scores: scores, values: values, front: front), step, run, &finding)
        }
    }

    private struct Attention {
        let weights: RecordedValue
        let scores: RecordedValue
        let values: RecordedValue
        let front: RecordedValue
    }

    private func examine(
        _ mix: RecordedValue, _ attention: Attention, _ step: StepValues, _ run: ReplayedRun, _ finding: inout Finding
    ) {
        let count = attention.front.rowCount
        let (heads, width) = (mix.shape.inner[0], mix.shape.inner[1])
        let shared = heads / max(1, attention.values.shape.inner[0])
        var sequence = 0
        step.forEachRow(of: attention.weights, front: [count]) { row, head, visible, _ in
            while row >= step.batch.sequence(sequence).upperBound { sequence += 1 }
            let first = step.batch.sequence(sequence).lowerBound
            let (prefix, text) = (visible.prefix(count), visible.dropFirst(count))
            let share = prefix.reduce(0.0) { $0 + Double(attention.weights.numbers[$1]) }
            let (ofPrefix, ofText) = (
                Self.softmax(attention.scores.numbers[prefix]), Self.softmax(attention.scores.numbers[text])
            )
            for column in 0..<width {
                let place = head / shared * width + column
                func value(_ table: RecordedValue, _ row: Int) -> Double { Double(table.numbers[row * table.columns + place]) }
                var (fromPrefix, fromText, size) = (0.0, 0.0, 0.0)
                for (key, weight) in ofPrefix.enumerated() {
                    fromPrefix += weight * value(attention.front, key)
                    size = max(size, abs(value(attention.front, key)))
                }
                for (key, weight) in ofText.enumerated() {
                    fromText += weight * value(attention.values, first + key)
                    size = max(size, abs(value(attention.values, first + key)))
                }
                let whole = (1 - share) * fromText + share * fromPrefix
                finding.compare(
                    abs(Double(mix[row, head, column]) - whole),
                    bound: Double(visible.count + Self.roundings) * Double(Float.ulpOfOne) * size,
                    at: Address(run: run.run.id, step: step.step, mix.name, element: [row, head, column]))
            }
        }
    }

    private static func softmax(_ scores: ArraySlice<Float>) -> [Double] {
        let largest = Double(scores.max() ?? 0)
        let powers = scores.map { exp(Double($0) - largest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }
}
