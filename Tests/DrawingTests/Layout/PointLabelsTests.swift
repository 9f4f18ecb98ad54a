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

    @Test("A line leads to a label that found no place close to its point, where it is asked for", arguments: [false, true])
    func leaders(hasLeaders: Bool) {
        let point = Point(x: 150, y: 100)
        let close = PointLabels([.init("word", at: point)], within: area, hasLeaders: hasLeaders, type: english)
        #expect(close.elements.count == 1)
        // The ring of obstacles covers what is close to the point, and nothing further out.
        let ring = (0..<24).map { step -> Rectangle in
            let at = point + Point(x: [-10, -5, 0, 5, 10][step % 5], y: [-9, -4, 0, 4, 9][step / 5])
            return Rectangle(x: at.x, y: at.y, width: 0, height: 0).grown(by: 2)
        }
        let far = PointLabels([.init("word", at: point)], within: area, avoiding: ring, hasLeaders: hasLeaders, type: english)
        #expect(far.omitted == [])
        #expect(far.elements.count == (hasLeaders ? 2 : 1))
    }

    @Test("A label goes to the other side of a line")
    func lines() throws {
        let line = (from: Point(x: 110, y: 0), to: Point(x: 110, y: 200))
        let labels = PointLabels([.init("word", at: Point(x: 100, y: 100))], within: area, lines: [line], type: english)
        guard case .text(let run) = try #require(labels.elements.first) else { return }
        #expect(run.anchor == .end)
    }
}
