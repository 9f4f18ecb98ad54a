import Drawing
import Foundation
import Testing

@testable import Lessons

@Suite struct MeasureTests {
    static func measurement(_ values: [Double], _ unit: Lessons.Measurement.Unit = .share) -> Lessons.Measurement {
        Lessons.Measurement(
            value: Measure.Summary.mean.of(values), values: values, addresses: values.map { "at \($0)" }, unit: unit)
    }

    static let measured = [
        "a": measurement([0.5, 0.75, 1]), "b": measurement([0.25, 0.25, 1]), "c": measurement([2, 4], .count),
    ]

    /// A derived measure, its value, its values and its unit.
    static let derived: [(DerivedMeasure, Double, [Double], Lessons.Measurement.Unit)] = [
        (DerivedMeasure(kind: .difference, of: ["a", "b"]), 0.25, [0.25, 0.5, 0], .share),
        (DerivedMeasure(kind: .difference, of: ["a", "b"], summary: .lowest), 0, [0.25, 0.5, 0], .share),
        (DerivedMeasure(kind: .difference, of: ["a", "b"], summary: .spread), 0.5, [0.25, 0.5, 0], .share),
        (DerivedMeasure(kind: .difference, of: ["c", "a"]), 2.25, [2.25], .plain),
        (DerivedMeasure(kind: .ratio, of: ["a", "b"]), 1.5, [2, 3, 1], .plain),
        (DerivedMeasure(kind: .ratio, of: ["a", "b"], summary: .mean), 2, [2, 3, 1], .plain),
        (DerivedMeasure(kind: .highest, of: ["a", "b"]), 0.75, [0.75, 0.5], .share),
        (DerivedMeasure(kind: .lowest, of: ["a", "b"]), 0.5, [0.75, 0.5], .share),
        (DerivedMeasure(kind: .mean, of: ["a", "b"]), 0.625, [0.75, 0.5], .share),
        (DerivedMeasure(kind: .sum, of: ["a", "c"]), 3.75, [0.75, 3], .plain),
        (DerivedMeasure(kind: .count, of: ["a", "b"], atLeast: 0.6), 1, [1], .count),
        (DerivedMeasure(kind: .count, of: ["a", "b"], atLeast: 0.5, atMost: 0.8, countsSeeds: true), 2, [2], .count),
    ]

    @Test("Derived measures combine values, and each seed's with each", arguments: derived)
    func combining(measure: DerivedMeasure, value: Double, values: [Double], unit: Lessons.Measurement.Unit) throws {
        let made = try #require(try measure.measurement(Self.measured, name: "m"))
        #expect(made.value == value && made.values == values && made.unit == unit, "\(made)")
        #expect(made.addresses == measure.of.flatMap { Self.measured[$0]?.addresses ?? [] })
    }

    @Test("Seeds that have no partner are not paired, and what was not measured gives nothing")
    func unpaired() throws {
        let pairs = DerivedMeasure(kind: .difference, of: ["a", "c"], summary: .mean)
        #expect(throws: LessonError.unpaired("m", counts: [3, 2])) { try pairs.measurement(Self.measured, name: "m") }
        #expect(try DerivedMeasure(kind: .ratio, of: ["a", "gone"]).measurement(Self.measured, name: "m") == nil)
    }

    @Test("Numbers that are none are neither lowest nor highest, and survive JSON")
    func notANumber() throws {
        for summary in Measure.Summary.allCases { #expect(summary.of([1, .nan]).isNaN) }
        #expect(Measure.Summary.lowest.of([]).isNaN)
        let measurement = Self.measurement([1, .infinity])
        let back = try JSONDecoder().decode(Lessons.Measurement.self, from: JSONEncoder().encode(measurement))
        #expect(back.values[0] == 1 && back.values[1].isNaN && back.value.isNaN && back.addresses == measurement.addresses)
    }

    static let seeds: [(first: UInt64?, count: Int?, [UInt64])] = [
        (nil, nil, [4, 7, 9]), (100, nil, [100, 101, 102]), (nil, 2, [4, 7]), (nil, 4, [4, 5, 6, 7]), (10, 2, [10, 11]),
    ]

    @Test("A reader chooses the first seed and how many", arguments: seeds)
    func readersSeeds(first: UInt64?, count: Int?, expected: [UInt64]) {
        var options = LessonOptions()
        options.firstSeed = first
        options.seedCount = count
        #expect(options.seeds([4, 7, 9]) == expected)
    }

    @Test("A statement of the article is unconfirmed where a claim failed, and not judged where one was not")
    func statements() {
        let statement = ArticleStatement(
            section: "§1", says: Localised(same: "s"), verdict: .withCondition, because: Localised(same: "b"), claims: ["a", "b"])
        func verdict(_ outcomes: [String: LessonReport.ClaimVerdict.Outcome]) -> ArticleStatement.Verdict {
            statement.verdict(
                outcomes.map { id, outcome in
                    LessonReport.ClaimVerdict(
                        claim: id, statement: "", outcome: outcome, measured: nil, comparison: .equals, bound: nil,
                        upperBound: nil,
                        reason: nil)
                })
        }
        #expect(verdict(["a": .holds, "b": .holds, "other": .fails]) == .withCondition)
        #expect(verdict(["a": .holds, "b": .fails]) == .notConfirmed)
        #expect(verdict(["a": .notJudged, "b": .fails]) == .notConfirmed)
        #expect(verdict(["a": .holds, "b": .notJudged]) == .notJudged)
    }
}
