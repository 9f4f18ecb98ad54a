/// An outline of straight lines and cubic curves.
public struct Path: Hashable, Sendable {
    /// One piece of an outline, in the order of drawing.
    public enum Segment: Hashable, Sendable {
        case move(Point)
        case line(Point)
        case cubic(Point, Point, Point)
        case close
    }

    public var segments: [Segment]

    public init(_ segments: [Segment] = []) { self.segments = segments }

    /// Straight lines through the points.
    public init(through points: some Sequence<Point>, closed: Bool = false) {
        segments = []
        for point in points { segments.append(segments.isEmpty ? .move(point) : .line(point)) }
        if closed, !segments.isEmpty { segments.append(.close) }
    }

    public mutating func move(to point: Point) { segments.append(.move(point)) }
    public mutating func line(to point: Point) { segments.append(.line(point)) }
    public mutating func cubic(_ first: Point, _ second: Point, to end: Point) { segments.append(.cubic(first, second, end)) }
    public mutating func close() { segments.append(.close) }

    /// How far the control points of a cubic stand from its ends to follow a quarter circle of radius 1: 4/3 (√2 − 1).
    /// The curve leaves the circle by at most 0.03 % of the radius.
    static let quarterCircle = 0.552_284_749_830_793_4

    /// A rectangle, its corners rounded where a radius is given.
    public init(_ r: Rectangle, cornerRadius: Double = 0) {
        let radius = max(0, min(cornerRadius, r.width / 2, r.height / 2))
        guard radius > 0 else {
            self.init(
                through: [
                    r.origin, Point(x: r.right, y: r.y), Point(x: r.right, y: r.bottom), Point(x: r.x, y: r.bottom),
                ], closed: true)
            return
        }
        let k = radius * (1 - Self.quarterCircle)
        self.init([
            .move(Point(x: r.x + radius, y: r.y)), .line(Point(x: r.right - radius, y: r.y)),
            .cubic(Point(x: r.right - k, y: r.y), Point(x: r.right, y: r.y + k), Point(x: r.right, y: r.y + radius)),
            .line(Point(x: r.right, y: r.bottom - radius)),
            .cubic(
                Point(x: r.right, y: r.bottom - k), Point(x: r.right - k, y: r.bottom), Point(x: r.right - radius, y: r.bottom)),
            .line(Point(x: r.x + radius, y: r.bottom)),
            .cubic(Point(x: r.x + k, y: r.bottom), Point(x: r.x, y: r.bottom - k), Point(x: r.x, y: r.bottom - radius)),
            .line(Point(x: r.x, y: r.y + radius)),
            .cubic(Point(x: r.x, y: r.y + k), Point(x: r.x + k, y: r.y), Point(x: r.x + radius, y: r.y)),
            .close,
        ])
    }

    /// A circle.
    public init(circleAt centre: Point, radius: Double) {
        self.init(
            Rectangle(x: centre.x - radius, y: centre.y - radius, width: 2 * radius, height: 2 * radius), cornerRadius: radius)
    }

    public mutating func append(_ other: Path) { segments += other.segments }

    /// The path moved by `offset`.
    public func moved(by offset: Point) -> Path {
        Path(
            segments.map { segment in
                switch segment {
                case .move(let p): .move(p + offset)
                case .line(let p): .line(p + offset)
                case .cubic(let a, let b, let c): .cubic(a + offset, b + offset, c + offset)
                case .close: .close
                }
            })
    }

    /// The straight pieces of the path, curves cut into `pieces` chords each.
    public func chords(curvePieces pieces: Int = 8) -> [(from: Point, to: Point)] {
        var result: [(from: Point, to: Point)] = []
        var (start, current) = (Point.zero, Point.zero)
        for segment in segments {
            switch segment {
            case .move(let p): (start, current) = (p, p)
            case .line(let p):
                result.append((current, p))
                current = p
            case .cubic(let a, let b, let end):
                let begin = current
                for piece in 1...pieces {
                    let t = Double(piece) / Double(pieces)
                    let s = 1 - t
                    let p = begin * (s * s * s) + a * (3 * s * s * t) + b * (3 * s * t * t) + end * (t * t * t)
                    result.append((current, p))
                    current = p
                }
            case .close:
                if current != start { result.append((current, start)) }
                current = start
            }
        }
        return result
    }

    /// A rectangle that holds the path and the control points of its curves; nil where it is empty.
    public var bounds: Rectangle? {
        Rectangle(
            around: segments.flatMap { segment -> [Point] in
                switch segment {
                case .move(let p), .line(let p): [p]
                case .cubic(let a, let b, let c): [a, b, c]
                case .close: []
                }
            })
    }

    /// Whether a point lies inside, by the non-zero winding rule that all backends fill with.
    public func encloses(_ p: Point) -> Bool {
        var winding = 0
        for (a, b) in closedChords() {
            let side = (b.x - a.x) * (p.y - a.y) - (p.x - a.x) * (b.y - a.y)
            if a.y <= p.y, b.y > p.y, side > 0 { winding += 1 }
            if a.y > p.y, b.y <= p.y, side < 0 { winding -= 1 }
        }
        return winding != 0
    }

    /// The chords with every open part closed, as filling does.
    private func closedChords() -> [(from: Point, to: Point)] {
        var closed: [Segment] = []
        for segment in segments {
            if case .move = segment, !closed.isEmpty, closed.last != .close { closed.append(.close) }
            closed.append(segment)
        }
        if let last = closed.last, last != .close { closed.append(.close) }
        return Path(closed).chords()
    }
}
