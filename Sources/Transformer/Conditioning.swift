public import Autodiff

/// What a tuning method puts into a frozen model's forward pass. Empty, the model computes as it was pretrained.
public struct Conditioning: Sendable {
    /// Rows `[P, d]` in front of the token embeddings of every sequence (Lester et al. 2021).
    public var softPrompt: Value?

    public init(softPrompt: Value? = nil) { self.softPrompt = softPrompt }
}
