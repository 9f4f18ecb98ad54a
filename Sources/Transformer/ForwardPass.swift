public import Autodiff

/// For which rows logits are computed.
public enum LogitRows: Sendable {
    /// Where the next token is counted in the loss: all that tuning and evaluation need. Of the last block these rows alone leave the
    /// attention, for nothing looks at what its feed-forward network makes of the others.
    case counted
    /// The same, but every row goes through the whole of the last block: for pretraining, which counts nearly all of them.
    case countedByHead
    /// For every row, the soft prompt's included, as Hugging Face Transformers returns them.
    case all
}

/// The values of a forward pass that are worth looking at. Where several adapters have soft prompts, those of the first are told.
public struct ForwardPass: Sendable {
    /// A value of every row: those of the soft prompt, which the whole batch shares, and those of the text.
    public struct Rows: Sendable {
        /// `[P, …]`; `nil` without a soft prompt.
        public let prompt: Value?
        /// `[tokens, …]`.
        public let text: Value
    }

    /// Logits `[counted, V]`.
    public let logits: Value
    /// Logits of every row `[P, V]` and `[tokens, V]`. With ``LogitRows/all`` only.
    public var allLogits: Rows?
    /// The hidden states that enter each block; with ``LogitRows/all`` also those after the final layer normalisation.
    public let hiddenStates: [Rows]
    /// Attention weights of each block, `[tokens, heads, P + text length]`.
    public let attention: [Value]
    /// Attention weights among the rows of the soft prompt, `[P, heads, P]`.
    public let promptAttention: [Value]
}
