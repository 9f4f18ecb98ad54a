internal import Recordings

/// Which words of the vocabulary a vector is nearest to, by cosine.
struct NearestWords {
    /// A word and how near it is.
    struct Word: Hashable {
        /// The token's id, which is its row in the embeddings.
        let id: Int
        let cosine: Double
    }

    private let embeddings: RecordedValue
    private let norms: [Double]

    /// - Parameter embeddings: The base model's token embeddings, `[V, d]`.
    init(_ embeddings: RecordedValue) {
        self.embeddings = embeddings
        norms = (0..<embeddings.rowCount).map { VectorArithmetic.norm(embeddings.row($0)) }
    }

    /// The words with the largest cosine, the nearest first; of equals the lower id.
    func nearest(to vector: some Collection<Float>, count: Int = 1) -> [Word] {
        let norm = VectorArithmetic.norm(vector)
        guard norm > 0 else { return [] }
        let words = norms.indices.map { id in
            let length = norm * norms[id]
            return Word(id: id, cosine: length > 0 ? VectorArithmetic.dot(vector, embeddings.row(id)) / length : 0)
        }
        return Array(words.sorted { ($1.cosine, $0.id) < ($0.cosine, $1.id) }.prefix(count))
    }
}
