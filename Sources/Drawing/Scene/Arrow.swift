/// How an arrow looks. Backwards is told from forwards by dashes as well as by colour.
public struct ArrowStyle: Hashable, Sendable {
    public var stroke: Stroke
    /// The length of the head, px; 0 for a line without one.
    public var head: Double
    /// The radius of rounded corners, px.
    public var cornerRadius: Double

    public init(_ stroke: Stroke, head: Double = 6, cornerRadius: Double = 4) {
        self.stroke = stroke
        self.head = head
        self.cornerRadius = cornerRadius
    }

    /// The forward pass: solid ink.
    public static let forward = ArrowStyle(Stroke(.ink, width: 1.5))
    /// The backward pass: dashed, in the gradient's colour.
    public static let backward = ArrowStyle(Stroke(.gradient, width: 1.5, dash: [4, 3]))
    /// A quiet line that ties a label to what it names.
    public static let leader = ArrowStyle(Stroke(.muted, width: 1), head: 0)
}

extension Element {
    /// An arrow along straight pieces, its corners rounded, its head at the last point.
    ///
    /// One whose last two points are equal has no direction: its head lies nowhere, which ``SceneAudit`` finds.
    ///
    /// - Precondition: At least two points.
    public static func arrow(_ points: [Point], _ style: ArrowStyle = .forward) -> Element {
        precondition(points.count >= 2, "an arrow needs two points")
        var points = points
        let tip = points[points.count - 1]
        let before = points[points.count - 2]
        let length = before.distance(to: tip)
        let along = (tip - before) * (1 / length)
        // The line ends inside the head, so that its blunt end does not show beyond the tip.
        if style.head > 0 { points[points.count - 1] = tip - along * min(style.head * 0.75, length) }
        var elements = [Element.shape(Shape(Path(rounding: points, radius: style.cornerRadius), stroke: style.stroke))]
        if style.head > 0 {
            let across = Point(x: -along.y, y: along.x) * (style.head * 0.5)
            let foot = tip - along * style.head
            elements.append(
                .shape(Shape(Path(through: [tip, foot + across, foot - across], closed: true), fill: style.stroke.paint)))
        }
        return .group(Group(elements))
    }
}

extension Path {
    /// Straight pieces through the points, with each inner corner rounded as far as its neighbours leave room.
    public init(rounding points: [Point], radius: Double) {
        self.init()
        guard let first = points.first, let last = points.last else { return }
        move(to: first)
        for index in points.indices.dropFirst().dropLast() {
            let corner = points[index]
            let (before, after) = (points[index - 1], points[index + 1])
            let (arriving, leaving) = (before.distance(to: corner), corner.distance(to: after))
            let r = min(radius, arriving / 2, leaving / 2)
            guard r > 0 else { continue }
            let start = corner + (before - corner) * (r / arriving)
            let end = corner + (after - corner) * (r / leaving)
            line(to: start)
            let k = Self.quarterCircle
            cubic(start + (corner - start) * k, end + (corner - end) * k, to: end)
        }
        line(to: last)
    }
}
