public import Drawing

/// A statement about a run that can turn out wrong.
public struct Claim: Sendable {
    public enum Comparison: String, Sendable, CaseIterable {
        case atLeast = "at-least"
        case atMost = "at-most"
        case equals
    }

    /// What the measured number is compared with.
    public struct Bound: Sendable, Hashable {
        /// A named measure, or nothing.
        public let measure: String?
        /// A number that is added to it.
        public let number: Double
    }

    public let id: String
    public let statement: Localised
    /// The name of a measure.
    public let measure: String
    public let comparison: Comparison
    public let bound: Bound
}

/// How a claim turned out.
public struct Verdict: Sendable, Codable {
    public let claim: String
    public let statement: String
    public let holds: Bool
    public let measured: Measurement
    public let comparison: String
    public let bound: Double
}

extension Claim {
    /// Compares what was measured.
    func verdict(_ measurements: [String: Measurement], in language: Language) throws(LessonError) -> Verdict {
        guard let measured = measurements[measure] else { throw .unknownMeasure(measure, claim: id) }
        var limit = bound.number
        if let name = bound.measure {
            guard let other = measurements[name] else { throw .unknownMeasure(name, claim: id) }
            limit += other.value
        }
        let holds =
            switch comparison {
            case .atLeast: measured.value >= limit
            case .atMost: measured.value <= limit
            case .equals: measured.value == limit
            }
        return Verdict(
            claim: id, statement: statement[language], holds: holds, measured: measured, comparison: comparison.rawValue,
            bound: limit)
    }
}
