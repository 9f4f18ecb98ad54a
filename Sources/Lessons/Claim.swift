public import Drawing

/// A statement about a run that can turn out wrong.
public struct Claim: Sendable {
    public enum Comparison: String, Sendable, Codable, CaseIterable {
        case atLeast = "at-least"
        case atMost = "at-most"
        case equals
        case differs
        /// From one number to another, both included.
        case between

        func holds(_ value: Double, _ bound: Double, _ upper: Double) -> Bool {
            switch self {
            case .atLeast: value >= bound
            case .atMost: value <= bound
            case .equals: value == bound
            case .differs: value != bound && !value.isNaN && !bound.isNaN
            case .between: value >= bound && value <= upper
            }
        }
    }

    /// What the measured number is compared with.
    public struct Bound: Sendable, Hashable {
        /// A named measure, or nothing.
        public var measure: String?
        /// A number that is added to it.
        public var number: Double
        /// The upper number of `between`.
        public var upper: Double?
    }

    public let id: String
    public let statement: Localised
    /// The name of a measure.
    public let measure: String
    public let comparison: Comparison
    public let bound: Bound
    /// Whether it is true of any model and any data, and so is judged on a reader's own too.
    public var isGeneral = false
}

extension Claim {
    /// Compares what was measured. A measure of which each seed's value counts holds if each of them does.
    ///
    /// - Parameter isReadersOwn: Whether the run was on another model or data than the lesson's.
    func verdict(
        _ measurements: [String: Measurement], in language: Language, isReadersOwn: Bool = false
    ) throws(LessonError) -> LessonReport.ClaimVerdict {
        func result(_ outcome: LessonReport.ClaimVerdict.Outcome, _ limit: Double?, _ reason: Localised? = nil)
            -> LessonReport.ClaimVerdict
        {
            LessonReport.ClaimVerdict(
                claim: id, statement: statement[language], outcome: outcome, measured: measurements[measure],
                comparison: comparison, bound: limit, upperBound: bound.upper, reason: reason?[language])
        }
        let other = bound.measure.map { measurements[$0] }
        guard let measured = measurements[measure], other.map({ $0 != nil }) ?? true else {
            guard isReadersOwn else {
                throw .unknownMeasure(measurements[measure] == nil ? measure : bound.measure ?? "", claim: id)
            }
            return result(.notJudged, nil, Self.notMeasured)
        }
        let limit = bound.number + (other.flatMap { $0?.value } ?? 0)
        guard isGeneral || !isReadersOwn else { return result(.notJudged, limit, Self.ofTinyWorld) }
        let values = measured.summary == .each ? measured.values : [measured.value]
        let holds = !values.isEmpty && values.allSatisfy { comparison.holds($0, limit, bound.upper ?? .infinity) }
        return result(holds ? .holds : .fails, limit)
    }

    private static let ofTinyWorld = Localised(
        en: "not judged: says something of the tiny world", zhHans: "未评判：它说的是微型世界")
    private static let notMeasured = Localised(
        en: "not judged: what it compares was not measured", zhHans: "未评判：所比较的数没有测量")
}
