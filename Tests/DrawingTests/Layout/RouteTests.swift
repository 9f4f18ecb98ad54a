import Drawing
import Testing

@Suite struct RouteTests {
    let a = Rectangle(x: 0, y: 0, width: 40, height: 20)
    let b = Rectangle(x: 200, y: 100, width: 40, height: 20)

    /// Whether every piece is level or upright.
    func isOrthogonal(_ way: [Point]) -> Bool { zip(way, way.dropFirst()).allSatisfy { $0.x == $1.x || $0.y == $1.y } }

    func crosses(_ way: [Point], _ r: Rectangle) -> Bool {
        zip(way, way.dropFirst()).contains { from, to in
            Rectangle(
                x: min(from.x, to.x), y: min(from.y, to.y), width: max(abs(to.x - from.x), 0.01),
                height: max(abs(to.y - from.y), 0.01)
            ).overlaps(r)
        }
    }

    @Test("Sides that face each other are joined by one straight piece")
    func straight() {
        let right = Rectangle(x: 100, y: 0, width: 40, height: 20)
        #expect(Route.orthogonal(from: (a, .right), to: (right, .left)) == [Point(x: 40, y: 10), Point(x: 100, y: 10)])
    }

    @Test(
        "A way begins and ends in the middle of its sides and has level and upright pieces only", arguments: Side.allCases,
        Side.allCases)
    func ends(start: Side, end: Side) {
        let way = Route.orthogonal(from: (a, start), to: (b, end))
        #expect(way.first == a.middle(of: start) && way.last == b.middle(of: end))
        #expect(isOrthogonal(way))
        #expect(zip(way, way.dropFirst()).allSatisfy { $0 != $1 })
        #expect(!crosses(way, a.grown(by: -1)) && !crosses(way, b.grown(by: -1)))
    }

    @Test("A way goes round what stands between")
    func obstacle() {
        let wall = Rectangle(x: 80, y: -60, width: 30, height: 150)
        let target = Rectangle(x: 200, y: 0, width: 40, height: 20)
        let way = Route.orthogonal(from: (a, .right), to: (target, .left), avoiding: [wall])
        #expect(isOrthogonal(way) && !crosses(way, wall))
        #expect(way.count > 2)
    }

    @Test("A way prefers going round to crossing another, and never runs along it")
    func crossing() {
        let taken = [Point(x: 100, y: 60), Point(x: 100, y: 300)]
        let from = Rectangle(x: 0, y: 100, width: 40, height: 20)
        let to = Rectangle(x: 160, y: 100, width: 40, height: 20)
        let straight = Route.orthogonal(from: (from, .right), to: (to, .left))
        #expect(straight.count == 2)
        let around = Route.orthogonal(from: (from, .right), to: (to, .left), crossing: [taken])
        #expect(!crosses(around, Rectangle(x: 99, y: 60, width: 2, height: 240)))
    }

    @Test("Where there is no way at all, one is drawn all the same")
    func walled() {
        let walls = Side.allCases.map { side in
            Rectangle(x: b.x - 60, y: b.y - 60, width: 160, height: 140).middle(of: side)
        }.map { Rectangle(x: $0.x - 100, y: $0.y - 100, width: 200, height: 200) }
        let way = Route.orthogonal(from: (a, .right), to: (b, .left), avoiding: walls)
        #expect(way.first == a.middle(of: .right) && way.last == b.middle(of: .left))
        #expect(isOrthogonal(way))
    }

    @Test("A way stays in its area")
    func area() {
        let wall = Rectangle(x: 80, y: 20, width: 30, height: 200)
        let target = Rectangle(x: 200, y: 100, width: 40, height: 20)
        let from = Rectangle(x: 0, y: 100, width: 40, height: 20)
        let area = Rectangle(x: 0, y: 0, width: 300, height: 230)
        let way = Route.orthogonal(from: (from, .right), to: (target, .left), avoiding: [wall], within: area)
        #expect(way.allSatisfy { area.contains($0) })
        #expect(!crosses(way, wall))
    }

    @Test("Connections join named places, in the order given, inside the block and round the obstacles")
    func connections() throws {
        var block = Block(size: Size(width: 400, height: 200))
        for (index, name) in ["a", "wall", "b"].enumerated() {
            block.place(
                Block(size: Size(width: 60, height: 40)).named(name), at: Point(x: 20 + Double(index) * 140, y: 80))
        }
        let ways = block.connect(
            [
                Connection(from: "a", .right, to: "b", .left, address: "s1/x"),
                Connection(from: "b", .bottom, to: "a", .bottom, style: .backward),
            ], avoiding: ["a", "wall", "b"])
        #expect(ways.count == 2)
        let wall = try #require(block.places["wall"])
        for way in ways { #expect(isOrthogonal(way) && !crosses(way, wall) && way.allSatisfy { block.bounds.contains($0) }) }
        #expect(scene(of: block).addresses == ["s1/x"])
    }
}
