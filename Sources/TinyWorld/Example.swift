/// An item as a model meets it in tuning: token ids of a bare prompt and of what must follow.
public struct Example: Sendable, Hashable {
    /// The words asked and `=`.
    public let prompt: [Int32]
    /// The words answered. Greedy completion is right when it begins with exactly these.
    public let completion: [Int32]
}
