internal import LinearAlgebra
internal import RandomStreams

/// What a soft prompt is before the first step.
public enum SoftPromptInitialisation: Sendable, Hashable {
    /// Normally distributed around 0. PEFT's `RANDOM` has deviation 1, some fifty times that of GPT-2's embeddings.
    case normal(deviation: Float)
    /// Embeddings of tokens drawn uniformly from the vocabulary (PEFT's `SAMPLE_VOCAB`).
    case sampledVocabulary
    /// The embeddings of a text's tokens, cut or repeated to P (PEFT's `TEXT`).
    case text([Int32])
    /// Each label's embeddings, averaged where a label has several tokens; then, where P is larger than the number of labels,
    /// sampled vocabulary (Lester et al. 2021, §3.2).
    case classLabels([[Int32]])

    /// Gives a soft prompt `[P, d]` its first values, from the token embeddings `[V, d]`.
    func fill(_ prompt: Matrix, from embeddings: Matrix, seed: UInt64) throws(TuningError) {
        var stream = RandomStream(seed: seed, path: PromptTuning.parameter)
        switch self {
        case .normal(let deviation):
            for row in 0..<prompt.rows {
                for column in 0..<prompt.columns { prompt[row, column] = deviation * stream.normal() }
            }
        case .sampledVocabulary:
            for row in 0..<prompt.rows {
                try prompt.setMean(of: [stream.token(below: embeddings.rows)], in: embeddings, row: row)
            }
        case .text(let tokens):
            guard !tokens.isEmpty else { throw .emptyInitialisation("an empty text") }
            for row in 0..<prompt.rows { try prompt.setMean(of: [tokens[row % tokens.count]], in: embeddings, row: row) }
        case .classLabels(let labels):
            guard !labels.isEmpty, labels.allSatisfy({ !$0.isEmpty }) else { throw .emptyInitialisation("an empty label") }
            for row in 0..<prompt.rows {
                let tokens = row < labels.count ? labels[row] : [stream.token(below: embeddings.rows)]
                try prompt.setMean(of: tokens, in: embeddings, row: row)
            }
        }
    }
}

extension RandomStream {
    fileprivate mutating func token(below bound: Int) -> Int32 { Int32(integer(below: bound)) }
}

extension Matrix {
    /// Row `row` ← the mean of the table's rows that the tokens name.
    fileprivate func setMean(of tokens: [Int32], in table: Matrix, row: Int) throws(TuningError) {
        let target = rows(row..<(row + 1))
        target.fill(with: 0)
        for token in tokens {
            guard token >= 0, Int(token) < table.rows else {
                throw .tokenOutsideVocabulary(token, vocabulary: table.rows)
            }
            target.add(table.rows(Int(token)..<(Int(token) + 1)), scaledBy: 1 / Float(tokens.count))
        }
    }
}
