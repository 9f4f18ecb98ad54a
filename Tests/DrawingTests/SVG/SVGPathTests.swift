import Testing

@testable import Drawing

@Suite struct SVGPathTests {
    static func p(_ x: Double, _ y: Double) -> Point { Point(x: x, y: y) }

    static let cases: [(Path, String)] = [
        (Path(through: [p(1, 2), p(4, 2), p(4, -0.5), p(3.5, 0)], closed: true), "M1 2h3v-2.5l-.5 .5z"),
        (Path(through: [p(0, 0), p(1, 1), p(2, 3)]), "M0 0l1 1 1 2"),
        (Path([.move(p(0, 0)), .close, .move(p(5, 5)), .line(p(5, 5))]), "M0 0zm5 5h0"),
        (Path([.move(p(0, 0)), .cubic(p(1, 0), p(2, 1), p(2, 2))]), "M0 0c1 0 2 1 2 2"),
        // A quadratic curve, as TrueType has them, with its control point at (3, 0).
        (Path([.move(p(0, 0)), .cubic(p(2, 0), p(4, 1), p(6, 3))]), "M0 0q3 0 6 3"),
        (Path(), ""),
    ]

    @Test("Places are relative to the last one, and no letter repeats", arguments: cases)
    func data(path: Path, text: String) { #expect(SVGPath.pixels.data(path) == text) }

    @Test("Rounding errors do not add up")
    func rounding() throws {
        let path = Path(through: (0...1000).map { Self.p(Double($0) * 0.333, Double($0) * 0.1267) })
        var place = (0.0, 0.0)
        let data = SVGPath.pixels.data(path).dropFirst(4).dropFirst()
        let numbers = data.replacing("-", with: " -").split(separator: " ").compactMap { Double($0) }
        #expect(numbers.count == 2000)
        for index in stride(from: 0, to: numbers.count, by: 2) {
            place = (place.0 + numbers[index], place.1 + numbers[index + 1])
        }
        #expect(abs(place.0 - 333) < 0.006 && abs(place.1 - 126.7) < 0.006)
    }

    @Test(
        "Numbers have at most two decimals and no idle zeros",
        arguments: [(0.0, "0"), (-0.004, "0"), (0.5, ".5"), (-1.205, "-1.21"), (100, "100"), (2.07, "2.07")])
    func numbers(number: Double, text: String) { #expect(Coordinate.text(number) == text) }
}
