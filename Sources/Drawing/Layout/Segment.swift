/// A straight piece between two points.
struct Segment {
    let from: Point
    let to: Point

    init(_ from: Point, _ to: Point) {
        self.from = from
        self.to = to
    }

    /// Whether any of it lies inside a rectangle; running along an edge does not count.
    func touches(_ r: Rectangle) -> Bool { clipped(to: r).map { $0.lengthSquared > 0 || r.containsInside($0.from) } ?? false }

    private var lengthSquared: Double {
        let d = to - from
        return d.x * d.x + d.y * d.y
    }

    /// The part inside a rectangle; nil where there is none or it only runs along an edge (Liang and Barsky, 1984).
    func clipped(to r: Rectangle) -> Segment? {
        var (start, end) = (0.0, 1.0)
        let d = to - from
        let sides = [(-d.x, from.x - r.x), (d.x, r.right - from.x), (-d.y, from.y - r.y), (d.y, r.bottom - from.y)]
        for (p, q) in sides {
            if p == 0 {
                if q <= 0 { return nil }
            } else if p < 0 {
                start = max(start, q / p)
            } else {
                end = min(end, q / p)
            }
        }
        guard start <= end else { return nil }
        return Segment(from + d * start, from + d * end)
    }
}

extension Rectangle {
    fileprivate func containsInside(_ p: Point) -> Bool { p.x > x && p.x < right && p.y > y && p.y < bottom }
}
