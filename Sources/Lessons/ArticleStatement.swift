public import Drawing

/// What the article says, in our words, and whether it stood its trial.
public struct ArticleStatement: Sendable {
    public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
        case stands
        case withCondition = "with-condition"
        case doesNotStand = "does-not-stand"
        /// A claim that bears the verdict failed in this run.
        case notConfirmed = "not-confirmed"
        /// A claim that bears the verdict was not judged in this run.
        case notJudged = "not-judged"

        /// Those that an author may give.
        static let given = [stands, withCondition, doesNotStand]
    }

    /// Of the article, as `§3.1`.
    public let section: String
    public let says: Localised
    public let verdict: Verdict
    public let because: Localised
    /// The ids of the lesson's claims that bear the verdict.
    public let claims: [String]

    /// The verdict after a run.
    public func verdict(_ verdicts: [LessonReport.ClaimVerdict]) -> Verdict {
        let own = verdicts.filter { claims.contains($0.claim) }
        if own.contains(where: { $0.outcome == .fails }) { return .notConfirmed }
        return own.allSatisfy { $0.outcome == .holds } ? verdict : .notJudged
    }
}
