/// An arrow between two named places of a block.
public struct Connection: Hashable, Sendable {
    public var start: String
    public var startSide: Side
    public var end: String
    public var endSide: Side
    public var style: ArrowStyle
    /// The recorded value that flows here.
    public var address: String?

    public init(
        from start: String, _ startSide: Side, to end: String, _ endSide: Side, style: ArrowStyle = .forward,
        address: String? = nil
    ) {
        self.start = start
        self.startSide = startSide
        self.end = end
        self.endSide = endSide
        self.style = style
        self.address = address
    }
}

extension Block {
    /// Draws arrows between named places, round the others, each with regard to those before it.
    ///
    /// - Parameters:
    ///   - connections: In the order of importance: the first have the shortest ways.
    ///   - obstacles: The names of places that no arrow may cross; its own two ends need not be left out.
    ///   - clearance: The distance kept from them, px.
    /// - Returns: The points of each way, for whoever puts labels beside them.
    /// - Precondition: All names are known.
    @discardableResult
    public mutating func connect(
        _ connections: [Connection], avoiding obstacles: [String] = [], clearance: Double = 12
    ) -> [[Point]] {
        func place(_ name: String) -> Rectangle {
            guard let rectangle = places[name] else { preconditionFailure("the block has no place named “\(name)”") }
            return rectangle
        }
        var ways: [[Point]] = []
        for connection in connections {
            let others = obstacles.filter { $0 != connection.start && $0 != connection.end }.map(place)
            let way = Route.orthogonal(
                from: (place(connection.start), connection.startSide), to: (place(connection.end), connection.endSide),
                avoiding: others, crossing: ways, within: bounds, clearance: clearance)
            ways.append(way)
            // Places that touch leave no way between them: an arrow without direction, which an audit finds.
            let points = way.count == 1 ? way + way : way
            elements.append(.group(Group(address: connection.address, [.arrow(points, connection.style)])))
        }
        return ways
    }
}
