/// What prompts look like. Skills of one domain compete for the same bare prompts.
public enum Domain: String, Sendable, Hashable, CaseIterable {
    /// One word.
    case word
    /// A line of numbers.
    case line
    /// A review of one sentence.
    case review
}
