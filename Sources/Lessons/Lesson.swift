public import Drawing
public import Foundation

/// A lesson: a question, an experiment that answers it, figures, and claims that the run confirms or not.
///
/// It is data. Its folder holds `lesson.yaml` and the prose in `en.md` and `zh-Hans.md`.
public struct Lesson: Sendable {
    /// The folder's name, for example `01-two-ways-to-teach`.
    public let id: String
    public let folder: URL
    /// `lesson.yaml` as it was read.
    public let source: String
    public let title: Localised
    public let question: Localised
    public let prediction: Prediction
    /// About how long its runs take on two cores, in seconds, as its author measured.
    public let seconds: Double?
    /// The base model's name or folder.
    public let model: String
    /// The skill of the tiny world that is learned.
    public let task: String
    /// Whether its runs are made one after the other, so that none slows another down while it is timed.
    public let runsAlone: Bool
    public let runs: [LessonRun]
    /// Named numbers of the run, which claims compare and prose quotes. Each names only such as stand before it.
    public let measures: [(name: String, measure: Measure)]
    public let claims: [Claim]
    /// What the article says of the lesson's matter.
    public let statements: [ArticleStatement]
    /// Whether it gathers what the other lessons say of the article.
    public let collectsStatements: Bool
    /// What the lesson says, with figures and numbers by name.
    public let prose: [Language: String]

    /// The runs that a name in `lesson.yaml` stands for: one run, or all of an entry with lists.
    func runs(named name: String) -> [LessonRun] { runs.named(name) }
}

extension [LessonRun] {
    func named(_ name: String) -> [LessonRun] {
        let exact = filter { $0.id == name }
        return exact.isEmpty ? filter { $0.entry == name } : exact
    }
}

/// What a reader is asked before the run.
public struct Prediction: Sendable {
    public struct Answer: Sendable {
        public let text: Localised
        /// What is said to whoever chose it.
        public let reply: Localised
        public let isRight: Bool
    }

    public let question: Localised
    public let answers: [Answer]
}
