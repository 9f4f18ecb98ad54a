import Drawing
import Testing

@Suite struct PointLabelsTests {
    let area = Rectangle(x: 0, y: 0, width: 300, height: 200)

    @Test("Labels of crowded points cover neither each other nor the points")
    func crowded() {
        let points = (0..<6).map { Point(x: 140 + Double($0 % 3) * 9, y: 100 + Double($0 / 3) * 9) }
        let labels = PointLabels(points.map { .init("word", at: $0) }, within: area, type: english)
        #expect(labels.omitted.count < 3)
        let marks = Block(
            size: area.size, elements: points.map { .circle(at: $0, radius: 3, fill: .trained) } + labels.elements)
        #expect(findings(in: marks) == [])
        #expect(texts(in: marks).count + labels.omitted.count == 6)
    }

    @Test("What finds no place is reported, not drawn over others")
    func omitted() {
        let labels = PointLabels(
            (0..<40).map { _ in .init("word", at: Point(x: 20, y: 10)) }, within: Rectangle(x: 0, y: 0, width: 60, height: 30),
            type: english)
        #expect(labels.omitted.count > 30)
        #expect(labels.elements.count + labels.omitted.count == 40)
    }

    @Test("A label goes to the other side of a line")
    func lines() throws {
        let line = (from: Point(x: 110, y: 0), to: Point(x: 110, y: 200))
        let labels = PointLabels([.init("word", at: Point(x: 100, y: 100))], within: area, lines: [line], type: english)
        guard case .text(let run) = try #require(labels.elements.first) else { return }
        #expect(run.anchor == .end)
    }
}
