/// A path that is filled, hatched, stroked, or several of these, in this order.
public struct Shape: Hashable, Sendable {
    public var path: Path
    public var fill: Paint?
    public var hatch: Hatch?
    public var stroke: Stroke?

    public init(_ path: Path, fill: Paint? = nil, hatch: Hatch? = nil, stroke: Stroke? = nil) {
        self.path = path
        self.fill = fill
        self.hatch = hatch
        self.stroke = stroke
    }
}

/// How a line is drawn.
public struct Stroke: Hashable, Sendable {
    /// How a line ends.
    public enum Cap: Hashable, Sendable { case butt, round, square }

    public var paint: Paint
    /// The width of the line, px.
    public var width: Double
    /// Lengths of dashes and gaps in turn, px; empty for a solid line.
    public var dash: [Double]
    public var cap: Cap

    public init(_ paint: Paint, width: Double = 1, dash: [Double] = [], cap: Cap = .butt) {
        self.paint = paint
        self.width = width
        self.dash = dash
        self.cap = cap
    }
}

/// Parallel lines at 45° that fill a shape: the second sign of what is frozen.
public struct Hatch: Hashable, Sendable {
    public var paint: Paint
    /// The distance between lines, px, along the horizontal.
    public var spacing: Double
    /// The width of a line, px.
    public var width: Double

    public init(_ paint: Paint, spacing: Double = 6, width: Double = 1) {
        self.paint = paint
        self.spacing = spacing
        self.width = width
    }

    /// The lines that cover a rectangle, rising to the right. They lie on a raster that does not depend on the rectangle, so
    /// that neighbouring shapes continue each other's hatching.
    public func lines(over r: Rectangle) -> Path {
        precondition(spacing > 0)
        var path = Path()
        var sum = ((r.x + r.y) / spacing).rounded(.up) * spacing
        while sum <= r.right + r.bottom {
            // On a line x + y = sum, from the lower left end to the upper right end.
            let x0 = max(r.x, sum - r.bottom)
            let x1 = min(r.right, sum - r.y)
            if x1 > x0 {
                path.move(to: Point(x: x0, y: sum - x0))
                path.line(to: Point(x: x1, y: sum - x1))
            }
            sum += spacing
        }
        return path
    }
}
