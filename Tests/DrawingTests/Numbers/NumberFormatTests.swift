import Testing

@testable import Drawing

@Suite struct NumberFormatTests {
    @Test(
        "Numbers are written to significant digits, with a true minus sign",
        arguments: [
            (0.0, "0"), (-0.0, "0"), (0.5, "0.50"), (-0.123, "−0.12"), (0.0345, "0.035"), (0.0344, "0.034"), (0.00012, "0.00012"),
            (0.000012, "1.2e−5"),
            (9.96, "10"), (0.996, "1.0"), (12.3, "12"), (123.4, "123"), (1234, "1234"), (999_999, "999999"), (1e6, "1.0e6"),
            (-4.56e9, "−4.6e9"), (.nan, "NaN"), (.infinity, "∞"), (-.infinity, "−∞"), (1e-300, "1.0e−300"),
        ])
    func significant(x: Double, text: String) { #expect(NumberFormat.significant(x) == text) }

    @Test(
        "Fixed decimals keep their zeros",
        arguments: [
            (0.5, 3, "0.500"), (-1.005, 1, "−1.0"), (2.0, 0, "2"), (0.04, 1, "0.0"), (1234.5678, 2, "1234.57"),
            (0.999, 2, "1.00"),
        ])
    func fixed(x: Double, decimals: Int, text: String) { #expect(NumberFormat.fixed(x, decimals: decimals) == text) }

    @Test(
        "Whole numbers are set apart by thousands from five digits on",
        arguments: [
            (0, "0"), (512, "512"), (1234, "1234"), (12345, "12\u{202F}345"), (-1_234_567, "−1\u{202F}234\u{202F}567"),
            (Int.min, "−9\u{202F}223\u{202F}372\u{202F}036\u{202F}854\u{202F}775\u{202F}808"),
        ])
    func whole(n: Int, text: String) { #expect(NumberFormat.whole(n) == text) }

    @Test(
        "Bytes are in the largest unit that keeps them at 1 or more",
        arguments: [(0, "0"), (999, "999"), (1500, "1.5"), (999_500, "1.0"), (3_000_000, "3.0")])
    func bytes(count: Int, number: String) {
        let unit = count < 1000 ? "B" : count < 999_500 ? "kB" : "MB"
        #expect(NumberFormat.bytes(count) == "\(number)\u{202F}\(unit)")
    }

    @Test(
        "Percentages have a thin space, and no sign where they round to zero",
        arguments: [(0.0028, 2, "0.28"), (1, 0, "100"), (-0.5, 0, "−50"), (-0.004, 0, "0")])
    func percentages(share: Double, decimals: Int, text: String) {
        #expect(NumberFormat.percentage(share, decimals: decimals) == text + "\u{202F}%")
    }

    @Test(
        "Running text has powers of ten with a raised exponent and no place to break",
        arguments: [
            (4.7e-7, 2, "4.7 × 10⁻⁷"), (-0.00000578, 3, "−5.78 × 10⁻⁶"), (0.5, 2, "0.50"), (0, 2, "0"),
            (1.04e12, 2, "1.0 × 10¹²"),
            (.infinity, 2, "∞"),
        ])
    func written(x: Double, digits: Int, text: String) {
        #expect(NumberFormat.written(x, digits: digits) == text.replacing(" ", with: "\u{00A0}"))
    }

    @Test("Powers of ten are written of every number", arguments: [(7e-8, "7 × 10⁻⁸"), (25, "3 × 10¹"), (0, "0")])
    func power(x: Double, text: String) {
        #expect(NumberFormat.power(x, digits: 1) == text.replacing(" ", with: "\u{00A0}"))
    }

    @Test("Exponents are raised", arguments: [(0, "⁰"), (6, "⁶"), (-19, "⁻¹⁹"), (50, "⁵⁰")])
    func superscript(n: Int, text: String) { #expect(NumberFormat.superscript(n) == text) }

    @Test(
        "A share below the whole is not written as the whole",
        arguments: [(0.998, ">0.99"), (1, "1.0"), (0.99, "0.99"), (0.25, "0.25"), (0, "0")])
    func shares(x: Double, text: String) {
        #expect(NumberFormat.candidates(forShare: x).first == text)
        #expect(x == 1 || !NumberFormat.candidates(forShare: x).contains("1"))
    }

    @Test("What may stand in a cell becomes shorter and never says that a number is zero when it is not")
    func candidates() {
        #expect(NumberFormat.candidates(forCell: 0) == ["0"])
        #expect(NumberFormat.candidates(forCell: -0.0234) == ["−0.023", "−0.02", "−0.02", "−2e−2"])
        for x in [1e-9, -3e-4, 0.004, 0.05, 0.7, -12, 123_456] {
            for text in NumberFormat.candidates(forCell: x) {
                #expect(text.contains { "123456789≈".contains($0) })
                #expect(text.hasPrefix("−") == (x < 0) || text == "≈0")
            }
        }
    }
}
