/// A skill asked for by bare prompts, with the words that tuning sees and those it never sees.
///
/// A prompt is `hot =`, without a cue: it may mean any skill that has such an item, and what is tuned must say which. The answer
/// is counted right when greedy completion gives exactly the reference's words. For a skill whose answers are classes a second
/// score looks at the label words alone: the likeliest of ``labels`` is the answer.
public struct TuningTask: Sendable {
    public let skill: Skill
    /// What tuning sees.
    public let train: [Example]
    /// What choices are made by.
    public let validation: [Example]
    /// What is reported.
    public let test: [Example]
    /// How often someone is right on ``test`` who knows only the form of the answers.
    public let chance: Double
    /// The label words' ids, of a skill whose answers are classes; empty of others.
    public let labels: [Int32]
    /// The share of the test prompts' readings that are this skill's answer: how often a model is right that knows all skills
    /// and picks any that fits.
    public let ambiguousLevel: Double
}
