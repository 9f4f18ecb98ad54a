/// A sequence that the model is pretrained on: examples of skills, behind each other.
public struct PretrainingRow: Sendable, Hashable {
    /// How a row tells which skill it is about.
    public enum Form: String, Sendable, Hashable, CaseIterable {
        /// One cue in front, then examples.
        case cued
        /// Examples alone: only the earlier ones tell.
        case bare
        /// Every example has a skill and a cue of its own.
        case mixed
    }

    public let form: Form
    /// The skills of its examples, in order.
    public let skills: [String]
    /// The token ids; at most the row length asked for.
    public let tokens: [Int32]
    /// For each token whether the prediction made there, of the token that follows, counts in the loss. Never at the last.
    public let isCounted: [Bool]
}
