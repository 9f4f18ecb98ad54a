/// A number that a claim can be about.
public enum Measure: Sendable {
    /// A metric, found in every seed of a run, then summed up.
    case metric(MetricMeasure)
    /// Made of measures that stand before it.
    case derived(DerivedMeasure)
    /// Something of what the other lessons say of the article.
    case collected(CollectedNumber)

    /// How values are summed up.
    public enum Summary: String, Sendable, Hashable, Codable, CaseIterable {
        case mean
        case lowest
        case highest
        /// The highest less the lowest.
        case spread
        /// Not at all: a claim has to hold of each.
        case each

        func of(_ values: [Double]) -> Double {
            guard !values.isEmpty, !values.contains(where: \.isNaN) else { return .nan }
            let (low, high) = (values.min() ?? .nan, values.max() ?? .nan)
            switch self {
            case .mean, .each: return values.reduce(0, +) / Double(values.count)
            case .lowest: return low
            case .highest: return high
            case .spread: return high - low
            }
        }
    }
}

/// A metric of one run of the lesson, or of several.
public struct MetricMeasure: Sendable {
    public let metric: Metric
    /// Runs of the lesson, by name.
    public var runs: [String]
    public var split = "test"
    public var moment = Metric.Moment.end
    public var threshold: Double?
    public var check: String?
    public var layer = 0
    /// The run it is compared with.
    public var against: String?
    public var summary = Measure.Summary.mean
}

/// A number made of others.
public struct DerivedMeasure: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case difference, ratio, highest, lowest, mean, sum, count
    }

    public let kind: Kind
    public let of: [String]
    /// How the differences or ratios of each seed's pair are summed up; `nil` for the difference or ratio of the summed up values.
    public var summary: Measure.Summary?
    /// What is counted.
    public var atLeast: Double?
    public var atMost: Double?
    /// Whether each seed's value counts, rather than each measure.
    public var countsSeeds = false

    /// - Returns: `nil` if one of the measures was not measured.
    func measurement(_ measurements: [String: Measurement], name: String) throws(LessonError) -> Measurement? {
        let parts = of.compactMap { measurements[$0] }
        guard parts.count == of.count, let first = parts.first else { return nil }
        let addresses = parts.flatMap(\.addresses)
        let values = parts.map(\.value)
        let unit = Set(parts.map(\.unit)).count == 1 ? first.unit : .plain
        func made(_ value: Double, _ values: [Double], _ unit: Measurement.Unit) -> Measurement {
            Measurement(value: value, values: values, addresses: addresses, unit: unit, summary: summary ?? .mean)
        }
        switch kind {
        case .highest: return made(Measure.Summary.highest.of(values), values, unit)
        case .lowest: return made(Measure.Summary.lowest.of(values), values, unit)
        case .mean: return made(Measure.Summary.mean.of(values), values, unit)
        case .sum: return made(values.reduce(0, +), values, unit)
        case .count:
            let counted = countsSeeds ? parts.flatMap(\.values) : values
            let count = counted.count { $0 >= atLeast ?? -.infinity && $0 <= atMost ?? .infinity }
            return made(Double(count), [Double(count)], .count)
        case .difference, .ratio:
            let combine: (Double, Double) -> Double = kind == .difference ? { $0 - $1 } : { $0 / $1 }
            let (a, b) = (parts[0], parts[1])
            let isPaired = a.values.count == b.values.count
            let pairs = isPaired ? zip(a.values, b.values).map(combine) : [combine(a.value, b.value)]
            let unit = kind == .ratio ? .plain : unit
            guard let summary else { return made(combine(a.value, b.value), pairs, unit) }
            guard isPaired else { throw .unpaired(name, counts: [a.values.count, b.values.count]) }
            return made(summary.of(pairs), pairs, unit)
        }
    }
}

/// A number of what the other lessons say of the article.
public enum CollectedNumber: String, Sendable, Hashable, CaseIterable {
    /// Statements of the article that were tried.
    case statements
    case standing
    case withCondition = "with-condition"
    case notStanding = "not-standing"
    /// Statements with a claim that failed in this run.
    case unconfirmed
    /// Claims of all other lessons.
    case claims
    case failedClaims = "failed-claims"
    case lessons

    func count(in collection: [CollectedLesson]) -> Int {
        let verdicts = collection.flatMap(\.report.statements)
        let claims = collection.flatMap(\.report.claims)
        return switch self {
        case .statements: verdicts.count
        case .standing: verdicts.count { $0 == .stands }
        case .withCondition: verdicts.count { $0 == .withCondition }
        case .notStanding: verdicts.count { $0 == .doesNotStand }
        case .unconfirmed: verdicts.count { $0 == .notConfirmed }
        case .claims: claims.count
        case .failedClaims: claims.count { $0.outcome == .fails }
        case .lessons: collection.count
        }
    }
}

/// Another lesson with what came out of it.
public struct CollectedLesson: Sendable {
    public let lesson: Lesson
    public let report: LessonReport

    public init(lesson: Lesson, report: LessonReport) {
        self.lesson = lesson
        self.report = report
    }
}
