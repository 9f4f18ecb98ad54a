import Drawing
import Testing

@Suite struct PathTests {
    @Test("A circle of four curves stays within 0.03 % of its radius")
    func circleIsRound() {
        let centre = Point(x: 10, y: 20)
        for chord in Path(circleAt: centre, radius: 100).chords(curvePieces: 64) {
            #expect(abs(chord.to.distance(to: centre) - 100) < 0.03)
        }
    }

    @Test("A rounded rectangle keeps the bounds of the sharp one, however large the radius", arguments: [0.0, 3, 10, 500])
    func roundedBounds(radius: Double) {
        let r = Rectangle(x: 1, y: 2, width: 30, height: 20)
        #expect(Path(r, cornerRadius: radius).bounds == r)
    }

    @Test("A path encloses what fills with it, holes by opposite winding left out")
    func encloses() {
        var ring = Path(Rectangle(x: 0, y: 0, width: 10, height: 10))
        ring.append(
            Path(through: [Point(x: 3, y: 3), Point(x: 3, y: 7), Point(x: 7, y: 7), Point(x: 7, y: 3)], closed: true))
        #expect(ring.encloses(Point(x: 1, y: 5)))
        #expect(!ring.encloses(Point(x: 5, y: 5)))
        #expect(!ring.encloses(Point(x: 11, y: 5)))
    }

    @Test("An open path encloses what it would if closed, as filling does")
    func enclosesOpen() {
        let corner = Path(through: [Point(x: 0, y: 0), Point(x: 10, y: 0), Point(x: 10, y: 10)])
        #expect(corner.encloses(Point(x: 8, y: 4)))
        #expect(!corner.encloses(Point(x: 2, y: 8)))
    }

    @Test("Hatching covers a rectangle with lines at 45° that stay inside it and continue in its neighbour")
    func hatch() {
        let hatch = Hatch(.frozen, spacing: 6)
        let r = Rectangle(x: 3, y: 5, width: 40, height: 20)
        let lines = hatch.lines(over: r).chords()
        #expect(lines.count >= 9)
        for line in lines {
            #expect(r.grown(by: 1e-9).contains(line.from) && r.grown(by: 1e-9).contains(line.to))
            #expect(abs(abs(line.to.x - line.from.x) - abs(line.to.y - line.from.y)) < 1e-9)
            // On the common raster.
            let sum = (line.from.x + line.from.y) / 6
            #expect(abs(sum - sum.rounded()) < 1e-9)
        }
    }

    @Test("An arrow's head ends at its last point and its line inside the head")
    func arrow() throws {
        let tip = Point(x: 100, y: 0)
        guard case .group(let group) = Element.arrow([.zero, tip]), group.elements.count == 2,
            case .shape(let line) = group.elements[0], case .shape(let head) = group.elements[1]
        else {
            Issue.record("an arrow is a line and a head")
            return
        }
        #expect(try #require(head.path.bounds).right == 100)
        #expect(try #require(head.path.bounds).width == 6)
        let end = try #require(line.path.chords().last).to.x
        #expect(end < 100 && end > 94)
    }
}
