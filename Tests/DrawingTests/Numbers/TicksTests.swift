import Drawing
import Testing

@Suite struct TicksTests {
    @Test(
        "Linear ticks are round numbers inside the range",
        arguments: [
            (0.0...1.0, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]), (0...200, ["0", "50", "100", "150", "200"]),
            (-0.4...0.6, ["−0.4", "−0.2", "0", "0.2", "0.4", "0.6"]), (0...3.2, ["0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0"]),
            (7...7, ["7.00"]), (0...20000, ["0", "5000", "10\u{202F}000", "15\u{202F}000", "20\u{202F}000"]),
        ])
    func linear(range: ClosedRange<Double>, labels: [String]) { #expect(Ticks.linear(range).labels == labels) }

    @Test("A tick's number is the one nearest to what its label says")
    func exact() {
        let ticks = Ticks.linear(0...1, count: 10)
        #expect(ticks.values == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    }

    @Test(
        "Logarithmic ticks are powers of ten, with 2 and 5 where they are few",
        arguments: [
            (1.0...1000.0, ["1", "10", "100", "1000"]), (1...20, ["1", "2", "5", "10", "20"]),
            (0.001...0.1, ["0.001", "0.01", "0.1"]),
            (1e4...1e7, ["10\u{202F}000", "100\u{202F}000", "1\u{202F}000\u{202F}000", "1e7"]),
        ])
    func logarithmic(range: ClosedRange<Double>, labels: [String]) { #expect(Ticks.logarithmic(range).labels == labels) }

    @Test("However wide the range, there are at most seven logarithmic ticks")
    func few() { #expect(Ticks.logarithmic(1e-20...1e20).values.count <= 7) }
}
