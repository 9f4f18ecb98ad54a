/// The way of an arrow from one rectangle to another: upright and level pieces, round everything that stands between.
public enum Route {
    /// The shortest way with the fewest bends.
    ///
    /// - Parameters:
    ///   - start: The rectangle the way leaves, and the side in whose middle it does.
    ///   - end: The rectangle it reaches, and the side.
    ///   - obstacles: What the way must not cross; the two rectangles themselves need not be among them.
    ///   - ways: Ways already taken, which this one crosses only where going round is much longer, and never runs along.
    ///   - area: Where the way must stay; it may go anywhere where none is given.
    ///   - clearance: The distance kept from obstacles, px.
    /// - Returns: The points of the way, at least two. Where obstacles leave none, the way ignores them: a crossing shows, a
    ///   missing arrow would not.
    public static func orthogonal(
        from start: (rectangle: Rectangle, side: Side), to end: (rectangle: Rectangle, side: Side),
        avoiding obstacles: [Rectangle] = [], crossing ways: [[Point]] = [], within area: Rectangle? = nil,
        clearance: Double = 12
    ) -> [Point] {
        let taken = ways.flatMap { zip($0, $0.dropFirst()).map { Segment($0, $1) } }
        let first = start.rectangle.middle(of: start.side)
        let last = end.rectangle.middle(of: end.side)
        let leaving = first + start.side.direction * clearance
        let arriving = last + end.side.direction * clearance
        let walls = (obstacles + [start.rectangle, end.rectangle]).map { $0.grown(by: clearance - 1) }
        // A straight way needs no search, and no detour by the clearance.
        let straight = Segment(first, last)
        if isFacing(start, end), !obstacles.contains(where: { straight.touches($0.grown(by: clearance / 2)) }),
            !taken.contains(where: { straight.touches($0.room) })
        {
            return [first, last]
        }
        let path = search(
            from: leaving, heading: start.side.direction, to: arriving, heading: end.side.direction * -1, walls: walls,
            taken: taken, area: area, clearance: clearance)
        return simplified([first] + (path ?? direct(leaving, arriving, vertical: start.side.direction.x == 0)) + [last])
    }

    /// Whether the two sides look at each other on one line.
    private static func isFacing(
        _ start: (rectangle: Rectangle, side: Side), _ end: (rectangle: Rectangle, side: Side)
    ) -> Bool {
        let (a, b) = (start.side.direction, end.side.direction)
        guard a.x == -b.x, a.y == -b.y else { return false }
        let way = end.rectangle.middle(of: end.side) - start.rectangle.middle(of: start.side)
        return a.x != 0 ? abs(way.y) < 0.5 && way.x * a.x > 0 : abs(way.x) < 0.5 && way.y * a.y > 0
    }

    /// A way with one step in the middle, past whatever is there.
    private static func direct(_ from: Point, _ to: Point, vertical: Bool) -> [Point] {
        if vertical {
            let y = (from.y + to.y) / 2
            return [from, Point(x: from.x, y: y), Point(x: to.x, y: y), to]
        }
        let x = (from.x + to.x) / 2
        return [from, Point(x: x, y: from.y), Point(x: x, y: to.y), to]
    }

    /// Leaves out points on the straight line between their neighbours, and doubles.
    private static func simplified(_ points: [Point]) -> [Point] {
        var result: [Point] = []
        for point in points where result.last != point {
            if result.count >= 2 {
                let (a, b) = (result[result.count - 2], result[result.count - 1])
                let isStraight = (a.x == b.x && b.x == point.x) || (a.y == b.y && b.y == point.y)
                if isStraight { result.removeLast() }
            }
            if result.last != point { result.append(point) }
        }
        return result
    }

    /// Dijkstra's search on the lines through the edges of all walls, the two ends, and the middles between neighbours. A
    /// bend costs as much as a way of 40 px.
    private static func search(
        from: Point, heading: Point, to: Point, heading finalHeading: Point, walls: [Rectangle], taken: [Segment],
        area: Rectangle?, clearance: Double
    ) -> [Point]? {
        func lines(_ edges: [Double], _ ends: [Double]) -> [Double] {
            let sorted = Set(edges + ends).sorted()
            let middles = zip(sorted, sorted.dropFirst()).compactMap { $1 - $0 > 2 * clearance ? ($0 + $1) / 2 : nil }
            return Set(sorted + middles).sorted()
        }
        let edges = walls.map { $0.grown(by: 1) } + taken.map { $0.room.grown(by: clearance - 2) }
        let xs = lines(edges.flatMap { [$0.x, $0.right] }, [from.x, to.x])
        let ys = lines(edges.flatMap { [$0.y, $0.bottom] }, [from.y, to.y])
        guard let startX = xs.firstIndex(of: from.x), let startY = ys.firstIndex(of: from.y),
            let endX = xs.firstIndex(of: to.x), let endY = ys.firstIndex(of: to.y)
        else { return nil }
        let headings = Side.allCases.map(\.direction)
        // Going round pays as long as it is shorter than this.
        let (crossing, parallel) = (300.0, 900.0)
        let bend = 40.0
        func node(_ x: Int, _ y: Int, _ heading: Int) -> Int { (y * xs.count + x) * 4 + heading }
        guard let first = headings.firstIndex(of: heading), let final = headings.firstIndex(of: finalHeading) else { return nil }
        var cost = [Double](repeating: .infinity, count: xs.count * ys.count * 4)
        var origin = [Int](repeating: -1, count: cost.count)
        var queue = PriorityQueue()
        let start = node(startX, startY, first)
        cost[start] = 0
        queue.insert(start, cost: 0)
        let goal = node(endX, endY, final)
        while let (current, known) = queue.popLowest() {
            if current == goal { break }
            guard known <= cost[current] else { continue }
            let (x, y, direction) = (current / 4 % xs.count, current / 4 / xs.count, current % 4)
            for (turned, step) in headings.enumerated() {
                // Never back the way it came.
                if step.x == -headings[direction].x, step.y == -headings[direction].y { continue }
                if turned != direction {
                    relax(node(x, y, turned), known + bend, current)
                    continue
                }
                let (nextX, nextY) = (x + Int(step.x), y + Int(step.y))
                guard xs.indices.contains(nextX), ys.indices.contains(nextY) else { continue }
                let (a, b) = (Point(x: xs[x], y: ys[y]), Point(x: xs[nextX], y: ys[nextY]))
                guard area?.contains(b) ?? true, !walls.contains(where: { Segment(a, b).touches($0) }) else { continue }
                var cost = a.distance(to: b)
                for way in taken where Segment(a, b).touches(way.room) {
                    cost += way.isLevel == (step.y == 0) ? parallel : crossing
                }
                relax(node(nextX, nextY, turned), known + cost, current)
            }
        }
        func relax(_ next: Int, _ candidate: Double, _ from: Int) {
            guard candidate < cost[next] else { return }
            cost[next] = candidate
            origin[next] = from
            queue.insert(next, cost: candidate)
        }
        guard cost[goal].isFinite else { return nil }
        var path: [Point] = []
        var current = goal
        while current >= 0 {
            path.append(Point(x: xs[current / 4 % xs.count], y: ys[current / 4 / xs.count]))
            current = origin[current]
        }
        return path.reversed()
    }
}

extension Segment {
    /// The room a line takes in the eyes of another that would touch it.
    fileprivate var room: Rectangle {
        Rectangle(
            x: min(from.x, to.x), y: min(from.y, to.y), width: abs(to.x - from.x), height: abs(to.y - from.y)
        ).grown(by: 2)
    }

    fileprivate var isLevel: Bool { from.y == to.y }
}

/// Nodes by cost, the lowest first; of equal costs the lower node, so that the way never depends on chance.
private struct PriorityQueue {
    private var heap: [(node: Int, cost: Double)] = []

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        (heap[a].cost, heap[a].node) < (heap[b].cost, heap[b].node)
    }

    mutating func insert(_ node: Int, cost: Double) {
        heap.append((node, cost))
        var child = heap.count - 1
        while child > 0, precedes(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popLowest() -> (Int, Double)? {
        guard let lowest = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var best = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, best) { best = child }
            guard best != parent else { return lowest }
            heap.swapAt(parent, best)
            parent = best
        }
    }
}
