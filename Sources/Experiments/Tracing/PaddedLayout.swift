internal import Autodiff
internal import Interchange
internal import Transformer

/// Puts the packed rows of a computation at their places in padded tensors; everything else is 0.
struct PaddedLayout {
    let executor: Executor
    let heads: Int
    /// Rows in front of the text that are computed once and shared by all sequences: those of a soft prompt.
    let sharedRows: Int
    /// Keys in front of the text that have no rows: those of a prefix.
    let prefixKeys: Int
    /// Rows of a padded tensor: P + T behind a soft prompt, else T.
    let rowCount: Int
    /// The padded row of every packed row of a sequence.
    let rows: [[Int]]

    /// How many keys a row may have.
    private var keyCount: Int { prefixKeys + rowCount }

    /// `[B, rows, width]` of `[rows, width]`.
    func rows(_ rows: ForwardPass.Rows) -> Tensor {
        let text = executor.numbers(rows.text)
        let front = rows.prompt.map { executor.numbers($0) } ?? []
        let width = text.count / max(1, executor.batch.tokens.count)
        var result = [Float](repeating: 0, count: self.rows.count * rowCount * width)
        for sequence in self.rows.indices {
            let start = sequence * rowCount * width
            result.replaceSubrange(start..<(start + front.count), with: front)
            for (packed, padded) in zip(executor.batch.sequence(sequence), self.rows[sequence]) {
                let target = start + padded * width
                result.replaceSubrange(target..<(target + width), with: text[packed * width..<(packed + 1) * width])
            }
        }
        return Tensor(result, shape: [self.rows.count, rowCount, width])
    }

    /// `[B, H, rows, keys]`.
    ///
    /// - Parameters:
    ///   - prompt: Weights among the rows of a soft prompt, `[P, H, P]`.
    ///   - text: `[tokens, H, P + text length]`.
    func attention(prompt: Value?, text: Value) -> Tensor {
        let front = sharedRows + prefixKeys
        let weights = executor.numbers(text)
        let promptWeights = prompt.map { executor.numbers($0) } ?? []
        let span = weights.count / max(1, executor.batch.tokens.count * heads)
        var result = [Float](repeating: 0, count: rows.count * heads * rowCount * keyCount)
        for sequence in rows.indices {
            for head in 0..<heads {
                let start = (sequence * heads + head) * rowCount
                for query in 0..<sharedRows {
                    for key in 0...query {
                        result[(start + query) * keyCount + key] = promptWeights[(query * heads + head) * sharedRows + key]
                    }
                }
                let first = executor.batch.sequence(sequence).lowerBound
                for (index, padded) in rows[sequence].enumerated() {
                    let source = ((first + index) * heads + head) * span
                    let target = (start + padded) * keyCount
                    for key in 0..<front { result[target + key] = weights[source + key] }
                    for key in 0...index {
                        result[target + prefixKeys + rows[sequence][key]] = weights[source + front + key]
                    }
                }
            }
        }
        return Tensor(result, shape: [rows.count, heads, rowCount, keyCount])
    }
}
