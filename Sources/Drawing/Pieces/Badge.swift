/// A small sign drawn as paths, so that it needs no glyph: the second sign beside a colour.
public enum Badge: CaseIterable, Hashable, Sendable {
    /// A closed lock: frozen.
    case lock
    /// A tick: good.
    case check
    /// A cross: bad, or not computed.
    case cross

    /// The paint of what the badge stands for.
    public var paint: Paint {
        switch self {
        case .lock: .frozen
        case .check: .good
        case .cross: .bad
        }
    }

    /// The badge in a square.
    ///
    /// - Parameter size: The side of the square, px.
    public func block(size: Double = 14, paint: Paint? = nil) -> Block {
        let paint = paint ?? self.paint
        // Drawn on a raster of 14 × 14.
        let u = size / 14
        func p(_ x: Double, _ y: Double) -> Point { Point(x: x * u, y: y * u) }
        var elements: [Element]
        switch self {
        case .lock:
            var shackle = Path()
            shackle.move(to: p(4.25, 7))
            shackle.line(to: p(4.25, 4.5))
            let k = 2.75 * Path.quarterCircle
            shackle.cubic(p(4.25, 4.5 - k), p(7 - k, 1.75), to: p(7, 1.75))
            shackle.cubic(p(7 + k, 1.75), p(9.75, 4.5 - k), to: p(9.75, 4.5))
            shackle.line(to: p(9.75, 7))
            elements = [
                .shape(Shape(shackle, stroke: Stroke(paint, width: 1.5 * u))),
                .rectangle(Rectangle(x: 2 * u, y: 6.5 * u, width: 10 * u, height: 6.5 * u), cornerRadius: 1.2 * u, fill: paint),
                .circle(at: p(7, 9.6), radius: 1.1 * u, fill: .paper),
            ]
        case .check:
            elements = [
                .shape(
                    Shape(
                        Path(through: [p(2.5, 7.5), p(5.75, 10.75), p(11.5, 3.5)]),
                        stroke: Stroke(paint, width: 2 * u, cap: .round)))
            ]
        case .cross:
            elements = [[p(3, 3), p(11, 11)], [p(11, 3), p(3, 11)]].map {
                .shape(Shape(Path(through: $0), stroke: Stroke(paint, width: 2 * u, cap: .round)))
            }
        }
        return Block(size: Size(width: size, height: size), elements: elements)
    }
}
