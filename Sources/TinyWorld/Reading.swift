/// A way to understand a bare prompt: a skill, and what it answers.
public struct Reading: Sendable, Hashable {
    public let skill: String
    public let answer: [String]
}
