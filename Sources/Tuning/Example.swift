public import Autodiff

/// One sequence of token ids, and which of them the loss counts as targets.
public struct Example: Sendable, Hashable {
    public let tokens: [Int32]
    /// Of each token, whether its prediction (made at the token before it) is counted.
    public let isTarget: [Bool]

    /// - Precondition: As many flags as tokens.
    public init(tokens: [Int32], isTarget: [Bool]) {
        precondition(tokens.count == isTarget.count, "a flag for each token")
        self.tokens = tokens
        self.isTarget = isTarget
    }

    /// A prompt and its completion: only the completion is counted.
    public init(prompt: [Int32], completion: [Int32]) {
        tokens = prompt + completion
        isTarget = prompt.map { _ in false } + completion.map { _ in true }
    }

    /// The counted tokens.
    public var targets: [Int32] { zip(tokens, isTarget).dropFirst().compactMap { $1 ? $0 : nil } }
}

extension Batch {
    /// Appends an example behind `virtualTokens` virtual tokens.
    ///
    /// - Parameter adapter: Which of several adapters it goes through.
    public mutating func append(_ example: Example, virtualTokens: Int, adapter: Int = 0) {
        append(example.tokens, firstPosition: virtualTokens, adapter: adapter) { example.isTarget[$0 + 1] }
    }
}
