/// What came out of a lesson, as `claims.json` keeps it.
public struct LessonReport: Sendable, Codable {
    public let lesson: String
    /// Of foreword.
    public let version: String
    /// SHA-256 of `lesson.yaml`.
    public let definition: String
    public let options: LessonOptions
    /// How long the runs took, in seconds.
    public let seconds: Double
    public let claims: [ClaimVerdict]
    /// What the article says, in the order of `lesson.yaml`.
    public let statements: [ArticleStatement.Verdict]
    public let measures: [String: Measurement]
    /// Runs that the reader's model or data leave no place for.
    public let leftOut: [String]

    public init(
        lesson: String, version: String, definition: String, options: LessonOptions, seconds: Double, claims: [ClaimVerdict],
        statements: [ArticleStatement.Verdict], measures: [String: Measurement], leftOut: [String]
    ) {
        self.lesson = lesson
        self.version = version
        self.definition = definition
        self.options = options
        self.seconds = seconds
        self.claims = claims
        self.statements = statements
        self.measures = measures
        self.leftOut = leftOut
    }

    /// How a claim turned out.
    public struct ClaimVerdict: Sendable, Codable {
        public enum Outcome: String, Sendable, Codable {
            case holds, fails
            /// It says something of the lesson's own model or task, and the run was on another; or its numbers were not measured.
            case notJudged = "not-judged"
        }

        public let claim: String
        public let statement: String
        public let outcome: Outcome
        /// `nil` where it could not be measured.
        public let measured: Measurement?
        public let comparison: Claim.Comparison
        public let bound: Double?
        /// The upper bound of `between`.
        public let upperBound: Double?
        /// Why it was not judged.
        public let reason: String?

        public var holds: Bool { outcome == .holds }
    }

    public var failed: [ClaimVerdict] { claims.filter { $0.outcome == .fails } }
    public var allHold: Bool { failed.isEmpty }
}
