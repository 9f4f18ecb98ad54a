import Drawing
import Testing

@testable import Lessons

@Suite struct ClaimTests {
    static func measurement(_ value: Double, _ values: [Double]? = nil, _ summary: Measure.Summary = .mean) -> Measurement {
        Measurement(value: value, values: values ?? [value], addresses: ["a"], unit: .share, summary: summary)
    }

    static func claim(
        _ comparison: Claim.Comparison, _ bound: Double = 0, measure: String? = nil, upper: Double? = nil, general: Bool = false
    ) -> Claim {
        Claim(
            id: "c", statement: Localised(same: "s"), measure: "m", comparison: comparison,
            bound: Claim.Bound(measure: measure, number: bound, upper: upper), isGeneral: general)
    }

    static let cases: [(Claim.Comparison, Double, Double, Bool)] = [
        (.atLeast, 0.9, 0.9, true), (.atLeast, 0.89, 0.9, false), (.atMost, 0.4, 0.4, true), (.atMost, 0.41, 0.4, false),
        (.equals, 3, 3, true), (.equals, 3.0001, 3, false), (.differs, 3, 3, false), (.differs, 3.0001, 3, true),
        (.between, 1, 1, true), (.between, 2, 1, true), (.between, 2.1, 1, false), (.between, 0.9, 1, false),
        (.atLeast, .nan, 0, false), (.atMost, .nan, 0, false), (.equals, .nan, 0, false), (.differs, .nan, 0, false),
        (.between, .nan, 0, false),
    ]

    @Test("A claim holds exactly where its comparison does; what is not a number never holds", arguments: cases)
    func comparison(comparison: Claim.Comparison, value: Double, bound: Double, holds: Bool) throws {
        let claim = Self.claim(comparison, bound, upper: comparison == .between ? 2 : nil)
        #expect(try claim.verdict(["m": Self.measurement(value)], in: .en).holds == holds)
    }

    @Test("Of each seed's value, all have to hold; of a summary, the summary")
    func each() throws {
        let claim = Self.claim(.atLeast, 0.5)
        let values = [0.4, 0.9]
        #expect(try claim.verdict(["m": Self.measurement(0.65, values)], in: .en).holds)
        #expect(try !claim.verdict(["m": Self.measurement(0.65, values, .each)], in: .en).holds)
        #expect(try claim.verdict(["m": Self.measurement(0.65, [0.5, 0.9], .each)], in: .en).holds)
    }

    @Test("A bound may be another measure with a number added")
    func relative() throws {
        let claim = Self.claim(.atLeast, -0.1, measure: "other")
        let measured = ["m": Self.measurement(0.85), "other": Self.measurement(0.9)]
        let verdict = try claim.verdict(measured, in: .en)
        #expect(verdict.holds && abs((verdict.bound ?? 0) - 0.8) < 1e-12)
        #expect(throws: LessonError.unknownMeasure("other", claim: "c")) {
            try claim.verdict(["m": Self.measurement(1)], in: .en)
        }
    }

    @Test("On a reader's own model or data, only general claims are judged, and none without its number")
    func readersOwn() throws {
        let measured = ["m": Self.measurement(1)]
        let special = try Self.claim(.equals, 1).verdict(measured, in: .en, isReadersOwn: true)
        #expect(special.outcome == .notJudged && special.measured?.value == 1)
        #expect(special.reason == "not judged: says something of the tiny world")
        #expect(try Self.claim(.equals, 1, general: true).verdict(measured, in: .en, isReadersOwn: true).outcome == .holds)
        #expect(try Self.claim(.equals, 2, general: true).verdict(measured, in: .en, isReadersOwn: true).outcome == .fails)
        let missing = try Self.claim(.equals, 1, general: true).verdict([:], in: .zhHans, isReadersOwn: true)
        #expect(missing.outcome == .notJudged && missing.measured == nil && missing.reason?.contains("未评判") == true)
    }

    @Test("Prose gets its numbers and figures, what was not measured is a dash, and what it does not know stays")
    func prose() {
        let text = """
            From {{ a }}, {{a|spread}}, {{ a.lowest }}, {{ a | each }}, {{ a | address }}, {{ lr-0.1 }}, {{ b }} and {{ c }} on.

            ![x](figure:soft-prompt?step=3&layer=1)
            """
        let measured = ["a": Self.measurement(0.25, [0.125, 0.375]), "lr-0.1": Self.measurement(0.5)]
        let filled = Prose.filled(text, known: ["a", "b", "lr-0.1"], measurements: measured, language: .en) { place in
            "\(place.figure)-\(place.options["step"] ?? "").png"
        }
        let plain = filled.replacing("\u{202F}", with: " ")
        #expect(plain.hasPrefix("From 25 %, 13 %–38 %, 13 %, 13 %, 38 %, `a`, 50 %, – and {{ c }} on."), "\(plain)")
        #expect(filled.contains("![x](soft-prompt-3.png)"))
        #expect(Prose.figures(in: text).map(\.line) == [3])
    }
}
