import Testing

@testable import Experiments

@Suite struct NumberTextTests {
    @Test(
        "Numbers have as many significant digits as asked for, and no zeros at the end",
        arguments: [
            (0.0, "0"), (1, "1"), (-0.5, "−0.5"), (0.0123456, "0.01235"), (9999.6, "1e4"), (1234, "1234"), (12345, "1.234e4"),
            (-1.2e-8, "−1.2e−8"), (1e-5, "0.00001"), (9.9999e-6, "0.00001"), (9.876e-6, "9.876e−6"), (.infinity, "∞"),
            (-.infinity, "−∞"), (.nan, "NaN"),
        ])
    func digits(_ number: Double, _ expected: String) {
        #expect(NumberText.short(number) == expected)
    }

    @Test("Nine digits tell neighbouring float32 numbers apart")
    func neighbours() {
        for number: Float in [0.1, 1, 3.3, 1e-20, 123_456.7] {
            #expect(NumberText.long(Double(number)) != NumberText.long(Double(number.nextUp)))
        }
    }

    @Test("A line is broken at spaces and between ideographs, and no wider than asked for")
    func wrapping() {
        #expect(TerminalText.wrapped("one two three", width: 7, hanging: 2) == ["one two", "  three"])
        #expect(TerminalText.wrapped("前向传播", width: 5, hanging: 0) == ["前向", "传播"])
        #expect(TerminalText.wrapped("unbreakable word", width: 4, hanging: 0) == ["unbreakable", "word"])
        #expect(TerminalText.width("前向 pass") == 9)
    }
}
