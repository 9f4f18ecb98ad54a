/// Places labels beside points of a plane so that none covers another, a point, or a line.
public struct PointLabels: Sendable {
    /// What is to be named.
    public struct Label: Hashable, Sendable {
        public var text: String
        public var point: Point
        public var font: Font
        public var paint: Paint

        public init(_ text: String, at point: Point, font: Font = .label, paint: Paint = .ink) {
            self.text = text
            self.point = point
            self.font = font
            self.paint = paint
        }
    }

    /// The labels that found a place, as elements.
    public let elements: [Element]
    /// Which labels found none, by index, for the figure to say how many are left out.
    public let omitted: [Int]

    /// Labels come first come first served: put the important ones first.
    ///
    /// - Parameters:
    ///   - area: Where labels must stay.
    ///   - obstacles: What no label may cover.
    ///   - lines: Lines from which labels keep 4 px away.
    ///   - markRadius: How far the mark at a point reaches.
    ///   - hasLeaders: Whether a thin line leads from a point to a label that found no place close to it.
    public init(
        _ labels: [Label], within area: Rectangle, avoiding obstacles: [Rectangle] = [], lines: [(from: Point, to: Point)] = [],
        markRadius: Double = 3, hasLeaders: Bool = false, type: Typesetter
    ) {
        var taken = obstacles
        var lines = lines
        var placed: [Rectangle] = []
        taken += labels.map { Rectangle(x: $0.point.x, y: $0.point.y, width: 0, height: 0).grown(by: markRadius + 1) }
        var elements: [Element] = []
        var omitted: [Int] = []
        for (index, label) in labels.enumerated() {
            let metrics = type.measurer.metrics(of: label.text, in: label.font)
            let candidate = Self.candidates(label, metrics: metrics, distance: markRadius + 4).first { run in
                let ink = run.ink(metrics)
                return area.contains(ink) && !taken.contains { $0.overlaps(ink.grown(by: 1)) }
                    && !lines.contains { Segment($0.from, $0.to).touches(ink.grown(by: 4)) }
            }
            guard let candidate else {
                omitted.append(index)
                continue
            }
            taken.append(candidate.ink(metrics).grown(by: 2))
            let ink = candidate.ink(metrics)
            let near = Point(
                x: min(max(label.point.x, ink.x), ink.right), y: min(max(label.point.y, ink.y), ink.bottom))
            let way = near.distance(to: label.point)
            if hasLeaders, way > markRadius + 8 {
                let step = (near - label.point) * (1 / way)
                let leader = (from: label.point + step * (markRadius + 1), to: near - step * (5 / max(abs(step.x), abs(step.y))))
                // Text keeps away from leaders as from other lines: where one would pass a label, there is none.
                if !placed.contains(where: { Segment(leader.from, leader.to).touches($0.grown(by: 5)) }) {
                    elements.append(.line(leader.from, leader.to, Stroke(label.paint, width: 0.75)))
                    let edges = [Point(x: -0.5, y: 0), Point(x: 0.5, y: 0), Point(x: 0, y: -0.5), Point(x: 0, y: 0.5)]
                    lines += edges.map { (from: leader.from + $0, to: leader.to + $0) }
                }
            }
            placed.append(ink)
            elements.append(.text(candidate))
        }
        self.elements = elements
        self.omitted = omitted
    }

    /// The places round a point, the best to read first: right, left, above, below, then the corners, then all of them further out.
    private static func candidates(_ label: Label, metrics: TextMetrics, distance near: Double) -> [TextRun] {
        [near, near * 2.5].flatMap { distance -> [TextRun] in
            let middle = label.font.capitalHeight / 2
            let below = distance - metrics.ink.y
            let above = -distance - metrics.ink.bottom
            let d = distance * 0.75
            let places: [(Double, Double, TextRun.Anchor)] = [
                (distance, middle, .start), (-distance, middle, .end), (0, above, .middle), (0, below, .middle),
                (d, above + distance - d, .start), (d, below - distance + d, .start), (-d, above + distance - d, .end),
                (-d, below - distance + d, .end),
            ]
            return places.map { x, y, anchor in
                TextRun(
                    label.text, at: label.point + Point(x: x, y: y), font: label.font, anchor: anchor, paint: label.paint)
            }
        }
    }
}
