public import Autodiff

/// One sequence of token ids, and what is asked about it: tokens of it, or a class.
public struct Example: Sendable, Hashable {
    public let tokens: [Int32]
    /// Of each token, whether its prediction (made at the token before it) is counted.
    public let isTarget: [Bool]
    /// The class that is asked for at the last token, where no token is.
    public let label: Int32?

    /// - Precondition: As many flags as tokens.
    public init(tokens: [Int32], isTarget: [Bool], label: Int32? = nil) {
        precondition(tokens.count == isTarget.count, "a flag for each token")
        self.tokens = tokens
        self.isTarget = isTarget
        self.label = label
    }

    /// A prompt and its completion: only the completion is counted.
    public init(prompt: [Int32], completion: [Int32]) {
        self.init(
            tokens: prompt + completion, isTarget: prompt.map { _ in false } + completion.map { _ in true })
    }

    /// A text and its class.
    public init(tokens: [Int32], label: Int32) {
        self.init(tokens: tokens, isTarget: tokens.map { _ in false }, label: label)
    }

    /// The tokens before the first counted one.
    public var promptLength: Int { isTarget.firstIndex(of: true) ?? tokens.count }

    /// What is counted: tokens, or the class.
    public var targets: [Int32] {
        label.map { [$0] } ?? zip(tokens, isTarget).dropFirst().compactMap { $1 ? $0 : nil }
    }
}

extension Batch {
    /// Appends an example behind `virtualTokens` virtual tokens.
    ///
    /// - Parameter adapter: Which of several adapters it goes through.
    public mutating func append(_ example: Example, virtualTokens: Int, adapter: Int = 0) {
        if let label = example.label {
            appendQuestion(example.tokens, target: label, firstPosition: virtualTokens, adapter: adapter)
        } else {
            append(example.tokens, firstPosition: virtualTokens, adapter: adapter) { example.isTarget[$0 + 1] }
        }
    }
}
