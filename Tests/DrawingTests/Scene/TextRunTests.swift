import Drawing
import Testing

@Suite struct TextRunTests {
    let metrics = TextMetrics(width: 40, ascent: 9, descent: 2, ink: Rectangle(x: 1, y: -8, width: 38, height: 10))

    @Test(
        "The ink of a level run lies by its anchor",
        arguments: [(TextRun.Anchor.start, 101.0), (.middle, 81), (.end, 61)])
    func level(anchor: TextRun.Anchor, left: Double) {
        let run = TextRun("text", at: Point(x: 100, y: 50), font: .digits, anchor: anchor)
        #expect(run.ink(metrics) == Rectangle(x: left, y: 42, width: 38, height: 10))
    }

    @Test("The ink of an upward run is the level one's turned by a quarter about its origin")
    func upwards() {
        let run = TextRun("text", at: Point(x: 100, y: 50), font: .digits, turn: .upwards)
        #expect(run.ink(metrics) == Rectangle(x: 92, y: 11, width: 10, height: 38))
    }

    @Test("Capitals stand in the middle of a line", arguments: [Font.title, .body, .label, .digits])
    func centred(font: Font) {
        let above = font.baseline - font.capitalHeight
        let below = font.lineHeight - font.baseline
        #expect(abs(above - below) < 1e-9)
    }
}
