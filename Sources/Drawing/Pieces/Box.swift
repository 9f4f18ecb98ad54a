/// How a part of a model is framed: what is frozen and what is trained is told by line and hatching as well as by colour.
public struct Box: Hashable, Sendable {
    public var role: ColourRole
    public var stroke: Stroke
    /// Whether a hatched strip runs down its left side.
    public var isHatched: Bool
    /// The sign in its upper right corner.
    public var badge: Badge?
    /// Whether its ground is tinted.
    public var isTinted: Bool

    public init(role: ColourRole, stroke: Stroke, isHatched: Bool = false, badge: Badge? = nil, isTinted: Bool = true) {
        self.role = role
        self.stroke = stroke
        self.isHatched = isHatched
        self.badge = badge
        self.isTinted = isTinted
    }

    public static let plain = Box(role: .ink, stroke: Stroke(.muted), isTinted: false)
    public static let frozen = Box(role: .frozen, stroke: Stroke(.frozen), isHatched: true, badge: .lock)
    public static let trained = Box(role: .trained, stroke: Stroke(.trained, width: 2.5))
    public static let textToken = Box(role: .textToken, stroke: Stroke(.textToken))
    public static let gradient = Box(role: .gradient, stroke: Stroke(.gradient, width: 1.5, dash: [4, 3]))
    public static let key = Box(role: .key, stroke: Stroke(.key, width: 1.5))
    public static let value = Box(role: .value, stroke: Stroke(.value, width: 1.5))

    static let hatchWidth = 10.0
    static let cornerRadius = 4.0

    /// The content in the box.
    ///
    /// - Parameters:
    ///   - padding: The room round the content. The strip and the badge take theirs beside it.
    ///   - width: At least this wide.
    ///   - height: At least this high.
    public func block(
        _ content: Block, padding: Insets = .symmetric(horizontal: 12, vertical: 8), width: Double = 0, height: Double = 0,
        alignment: Alignment = .centre
    ) -> Block {
        var insets = padding
        if isHatched { insets.left += Self.hatchWidth }
        let sign = badge?.block()
        if let sign { insets.right += sign.width + 4 }
        let inner = content.within(
            width: width - insets.left - insets.right, height: height - insets.top - insets.bottom, horizontally: alignment,
            vertically: .centre)
        var block = inner.padded(insets)
        let frame = block.bounds.grown(by: -stroke.width / 2)
        var ground: [Element] = [
            .rectangle(frame, cornerRadius: Self.cornerRadius, fill: isTinted ? .tint(role) : .paper)
        ]
        if isHatched {
            let strip = Rectangle(x: frame.x, y: frame.y, width: Self.hatchWidth, height: frame.height)
            ground.append(
                .rectangle(strip, cornerRadius: Self.cornerRadius, hatch: Hatch(.role(role, strength: 0.6), spacing: 5)))
            ground.append(
                .line(
                    Point(x: strip.right, y: strip.y), Point(x: strip.right, y: strip.bottom), Stroke(.role(role, strength: 0.6)))
            )
        }
        ground.append(.rectangle(frame, cornerRadius: Self.cornerRadius, stroke: stroke))
        block = block.over(ground)
        if let sign {
            block.place(
                sign,
                at: Point(x: block.width - padding.right - sign.width + 2, y: min(padding.top, (block.height - sign.height) / 2)))
        }
        return block
    }
}

extension Typesetter {
    /// A token as a chip: what is not visible in it is written out.
    public func token(_ text: String, box: Box = .textToken, font: Font = .label.mono, width: Double = 0, air: Double = 4)
        -> Block
    {
        box.block(
            line(TextSafety.shown(text), font: font), padding: .symmetric(horizontal: 8, vertical: air), width: width)
    }
}
