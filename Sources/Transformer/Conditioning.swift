public import Autodiff
public import LinearAlgebra

/// What a tuning method puts into a frozen model's forward pass. Empty, the model computes as it was pretrained.
public struct Conditioning: Sendable {
    /// Keys and values in front of every sequence, for one block.
    public struct Prefix: Sendable {
        /// `[P, key heads × head width]`.
        public let key: Value
        public let value: Value

        public init(key: Value, value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// A change of a projection W by a product of two narrow matrices: y = xW + scale · (x Aᵀ) Bᵀ (Hu et al. 2022, eq. 3), or with
    /// singular values between them: scale · (x Aᵀ) diag(E) Bᵀ (Zhang et al. 2023, eq. 3).
    public struct LowRankChange: Sendable {
        /// A, `[rank, in]`.
        public let down: Value
        /// B, `[out, rank]`.
        public let up: Value
        /// E, `[rank, 1]`; `nil` for none.
        public let values: Value?
        public let scale: Float

        public init(down: Value, up: Value, values: Value? = nil, scale: Float) {
            self.down = down
            self.up = up
            self.values = values
            self.scale = scale
        }
    }

    /// Rows `[P, d]` in front of the token embeddings of every sequence (Lester et al. 2021).
    public var softPrompt: Value?
    /// Rows `[P, d]` that stand anywhere in a text: a token id V + i stands for row i (Liu et al. 2021, templates).
    public var placedPrompt: Value?
    /// One for each block (Li and Liang 2021); empty for none. Not together with a soft prompt.
    public var prefixes: [Prefix]
    /// By the name of the weight they change.
    public var changes: [String: LowRankChange]
    /// `[classes, d]`: what hidden states are multiplied by instead of the token embeddings, where the answer is a class.
    public var classHead: Value?
    /// Weights of projections held in 4 bits, by name: used in place of the model's own, which then need not be there at all.
    public var quantisedWeights: [String: QuantisedMatrix]

    public init(
        softPrompt: Value? = nil, placedPrompt: Value? = nil, prefixes: [Prefix] = [], changes: [String: LowRankChange] = [:],
        classHead: Value? = nil, quantisedWeights: [String: QuantisedMatrix] = [:]
    ) {
        self.softPrompt = softPrompt
        self.placedPrompt = placedPrompt
        self.prefixes = prefixes
        self.changes = changes
        self.classHead = classHead
        self.quantisedWeights = quantisedWeights
        checkFront()
    }

    private func checkFront() {
        precondition(softPrompt == nil || prefixes.isEmpty, "either a soft prompt or a prefix stands in front of the text")
    }

    /// Adds what another conditioning puts in.
    ///
    /// - Precondition: The two do not put in the same kind of thing, or change the same weight.
    public mutating func merge(_ other: Conditioning) {
        precondition(
            (softPrompt == nil || other.softPrompt == nil) && (placedPrompt == nil || other.placedPrompt == nil)
                && (prefixes.isEmpty || other.prefixes.isEmpty) && (classHead == nil || other.classHead == nil),
            "each part of a conditioning comes from one method")
        softPrompt = softPrompt ?? other.softPrompt
        placedPrompt = placedPrompt ?? other.placedPrompt
        prefixes += other.prefixes
        changes.merge(other.changes) { _, _ in preconditionFailure("two methods change one weight") }
        classHead = classHead ?? other.classHead
        quantisedWeights.merge(other.quantisedWeights) { own, _ in own }
        checkFront()
    }
}
