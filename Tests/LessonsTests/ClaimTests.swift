import Drawing
import Testing

@testable import Lessons

@Suite struct ClaimTests {
    static func measurement(_ value: Double) -> Measurement {
        Measurement(value: value, values: [value], addresses: ["a"], unit: .share)
    }

    static let cases: [(Claim.Comparison, Double, Double, Bool)] = [
        (.atLeast, 0.9, 0.9, true), (.atLeast, 0.89, 0.9, false), (.atMost, 0.4, 0.4, true), (.atMost, 0.41, 0.4, false),
        (.equals, 3, 3, true), (.equals, 3.0001, 3, false), (.atLeast, .nan, 0, false), (.atMost, .nan, 0, false),
        (.equals, .nan, 0, false),
    ]

    @Test("A claim holds exactly where its comparison does; what is not a number never holds", arguments: cases)
    func comparison(comparison: Claim.Comparison, value: Double, bound: Double, holds: Bool) throws {
        let claim = Claim(
            id: "c", statement: Localised(same: "s"), measure: "m", comparison: comparison,
            bound: Claim.Bound(measure: nil, number: bound))
        #expect(try claim.verdict(["m": Self.measurement(value)], in: .en).holds == holds)
    }

    @Test("A bound may be another measure with a number added")
    func relative() throws {
        let claim = Claim(
            id: "c", statement: Localised(same: "s"), measure: "m", comparison: .atLeast,
            bound: Claim.Bound(measure: "other", number: -0.1))
        let measured = ["m": Self.measurement(0.85), "other": Self.measurement(0.9)]
        let verdict = try claim.verdict(measured, in: .en)
        #expect(verdict.holds && abs(verdict.bound - 0.8) < 1e-12)
        #expect(throws: LessonError.unknownMeasure("other", claim: "c")) {
            try claim.verdict(["m": Self.measurement(1)], in: .en)
        }
    }

    @Test("Prose gets its numbers and figures, and keeps what it does not know")
    func prose() {
        let text = "From {{ a }} on.\n\n![x](figure:soft-prompt?step=3&layer=1)\n"
        let filled = Prose.filled(text, measurements: ["a": Self.measurement(0.125)], language: .en) { place in
            "\(place.figure)-\(place.options["step"] ?? "").png"
        }
        #expect(filled.hasPrefix("From 13"))
        #expect(filled.contains("![x](soft-prompt-3.png)"))
        #expect(Prose.figures(in: text).map(\.line) == [3])
    }
}
