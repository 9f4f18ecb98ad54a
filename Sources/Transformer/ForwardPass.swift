public import Autodiff

/// For which rows logits are computed.
public enum LogitRows: Sendable {
    /// Where the next token is counted in the loss: all that training and evaluation need.
    case counted
    /// For every row, the soft prompt's included, as Hugging Face Transformers returns them.
    case all
}

/// The values of a forward pass that are worth looking at.
public struct ForwardPass: Sendable {
    /// Logits `[counted, V]`.
    public internal(set) var logits = Value?.none
    /// Logits of every row: the soft prompt's `[P, V]`, if there is one, and the text's `[tokens, V]`. With ``LogitRows/all`` only.
    public internal(set) var allLogits: (prompt: Value?, text: Value)?
    /// The hidden states that enter each block; with ``LogitRows/all`` also those after the final layer normalisation.
    public internal(set) var hiddenStates: [(prompt: Value?, text: Value)] = []
    /// Attention weights of each block, `[tokens, heads, P + text length]`.
    public internal(set) var attention: [Value] = []
    /// Attention weights among the rows of the soft prompt, `[P, heads, P]`.
    public internal(set) var promptAttention: [Value] = []
}
