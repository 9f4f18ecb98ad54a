import Drawing
import Testing

@Suite struct SceneAuditTests {
    typealias Rule = SceneAudit.Finding.Rule

    static func text(_ text: String = "text", x: Double = 20, y: Double = 50, paint: Paint = .ink, size: Double = 12) -> Element {
        .text(TextRun(text, at: Point(x: x, y: y), font: Font(size: size), paint: paint))
    }

    static func rules(
        _ elements: [Element], title: String = "t", description: String = "d", magnification: Double = 1, theme: Theme = .light
    ) -> Set<Rule> {
        let scene = Scene(
            size: Size(width: 200, height: 100), title: title, description: description, language: .en, elements: elements,
            magnification: magnification)
        return Set(SceneAudit(measurer: PlainMeasurer()).findings(in: scene, theme: theme).map(\.rule))
    }

    /// Each scene breaks one rule and no other.
    static let broken: [(Rule, [Element])] = [
        (.textOverText, [text(), text(x: 40)]),
        (.textOverLine, [text(), .line(Point(x: 0, y: 47), Point(x: 200, y: 47), Stroke(.rule))]),
        (.textOverLine, [text(), .line(Point(x: 0, y: 55), Point(x: 200, y: 55), Stroke(.rule))]),
        (.textAcrossEdge, [.rectangle(Rectangle(x: 0, y: 0, width: 30, height: 100), fill: .tint(.trained)), text()]),
        (.textCovered, [text(), .rectangle(Rectangle(x: 0, y: 0, width: 200, height: 100), fill: .paper)]),
        (.outsideCanvas, [text(x: 180)]),
        (.outsideCanvas, [.rectangle(Rectangle(x: 150, y: 0, width: 60, height: 20), fill: .trained)]),
        (.smallType, [text(size: 8.9)]),
        (.lowContrast, [text(paint: .rule)]),
        (.lowContrast, [.rectangle(Rectangle(x: 0, y: 0, width: 200, height: 100), fill: .ink), text()]),
        (.undrawable, [text("a\u{FFFD}")]),
        (.notANumber, [text(x: .nan)]),
        (.notANumber, [.circle(at: Point(x: 1, y: .infinity), radius: 2, fill: .ink)]),
    ]

    @Test("Each broken rule is found, and no other", arguments: broken)
    func finds(rule: Rule, elements: [Element]) { #expect(Self.rules(elements) == [rule]) }

    @Test("Every rule has a scene that breaks it")
    func complete() {
        #expect(Set(Self.broken.map(\.0)).union([.missingTitle, .missingDescription]) == Set(Rule.allCases))
    }

    /// Scenes that look like broken ones and are not.
    static let kept: [[Element]] = [
        [text()],
        [text(), text(y: 70)],
        [text(), .line(Point(x: 0, y: 70), Point(x: 200, y: 70), Stroke(.rule))],
        // A plate hides the line under the text.
        [
            .line(Point(x: 0, y: 47), Point(x: 200, y: 47), Stroke(.rule)),
            .rectangle(Rectangle(x: 14, y: 36, width: 60, height: 22), fill: .paper), text(),
        ],
        [.rectangle(Rectangle(x: 0, y: 0, width: 200, height: 100), fill: .ink), text(paint: .paper)],
        [
            .rectangle(Rectangle(x: 0, y: 0, width: 200, height: 100), fill: .map(.sequential, position: 0.6)),
            text(paint: .legible(on: .map(.sequential, position: 0.6))),
        ],
        [.rectangle(Rectangle(x: 0, y: 0, width: 10, height: 100), fill: .trained), text()],
    ]

    @Test("A scene that keeps the rules has no findings in either theme", arguments: kept)
    func keeps(elements: [Element]) {
        #expect(Self.rules(elements) == [])
        #expect(Self.rules(elements, theme: .dark) == [])
    }

    @Test("A missing title and a missing description are found")
    func titles() {
        #expect(Self.rules([], title: " ") == [.missingTitle])
        #expect(Self.rules([], description: "") == [.missingDescription])
    }

    @Test("Type is judged as it is drawn, not as it is laid out")
    func magnification() {
        #expect(Self.rules([Self.text(size: 12)], magnification: 0.74) == [.smallType])
        #expect(Self.rules([Self.text(size: 8)], magnification: 1.2) == [])
    }

    @Test("A finding says what, where and how much")
    func descriptions() throws {
        let scene = Scene(
            size: Size(width: 200, height: 100), title: "t", description: "d", language: .en, elements: [Self.text(size: 8)])
        let finding = try #require(SceneAudit(measurer: PlainMeasurer()).findings(in: scene, theme: .light).first)
        #expect(finding.description.contains("“text” at (20, ") && finding.description.contains("8.0 px high; the least is 9"))
    }
}
