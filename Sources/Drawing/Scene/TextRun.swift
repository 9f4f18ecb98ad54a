/// A line of text.
public struct TextRun: Hashable, Sendable {
    /// Which point of the run lies at its origin.
    public enum Anchor: String, Hashable, Sendable { case start, middle, end }
    /// The direction of reading. Quarter turns only, so that the room a run takes is always an upright rectangle.
    public enum Turn: Hashable, Sendable {
        /// To the right.
        case none
        /// Upwards, as on a vertical axis.
        case upwards
    }

    public var text: String
    /// The anchor's place on the baseline.
    public var origin: Point
    public var font: Font
    public var anchor: Anchor
    public var paint: Paint
    public var turn: Turn

    public init(
        _ text: String, at origin: Point, font: Font, anchor: Anchor = .start, paint: Paint = .ink, turn: Turn = .none
    ) {
        self.text = text
        self.origin = origin
        self.font = font
        self.anchor = anchor
        self.paint = paint
        self.turn = turn
    }

    /// How far the start of the run lies before its origin, as a share of its width.
    public var anchorShare: Double {
        switch anchor {
        case .start: 0
        case .middle: 0.5
        case .end: 1
        }
    }

    /// The room the ink takes, given what the run measures.
    public func ink(_ metrics: TextMetrics) -> Rectangle {
        let box = metrics.ink.moved(by: Point(x: -anchorShare * metrics.width, y: 0))
        switch turn {
        case .none: return box.moved(by: origin)
        case .upwards:
            return Rectangle(x: origin.x + box.y, y: origin.y - box.right, width: box.height, height: box.width)
        }
    }
}
