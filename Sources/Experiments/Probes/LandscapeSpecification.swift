internal import Recordings

/// The loss around the end of a soft prompt's path, to be measured when a run is over.
public struct LandscapeSpecification: Sendable, Hashable {
    /// Whose loss.
    public var split: TaskData.Split
    /// How many points there may be along a direction: each pair costs an evaluation.
    public static let possiblePoints = 3...101

    /// Points along each of the two directions.
    public var points: Int

    public init(split: TaskData.Split = .train, points: Int = 21) {
        self.split = split
        self.points = points
    }
}

/// The plane in which a landscape is measured: through the end of a path, along the path's first two principal directions.
struct LandscapePlane {
    /// The end of the path.
    let centre: [Float]
    /// Two directions of length 1, at right angles.
    let directions: [[Float]]
    /// Where each point of the path lies.
    let path: [(x: Float, y: Float)]
    /// The share of the path's variance along each direction.
    let shares: [Float]

    /// How far the grid reaches beyond the path, as a part of the path's larger extent.
    private static let margin = 0.35

    /// - Parameter path: The parameter at every step, all of one length.
    /// - Returns: `nil` of a path that spans no plane.
    init?(through path: [[Float]]) {
        guard path.count > 2, let centre = path.last else { return nil }
        let principal = PrincipalPlane(path.map { $0.map { Double($0) } })
        guard principal.axes.allSatisfy({ axis in axis.contains { $0 != 0 } }) else { return nil }
        self.centre = centre
        directions = principal.axes.map { $0.map { Float($0) } }
        shares = principal.shares.map { Float($0) }
        let end = principal.place(centre)
        self.path = path.map { point in
            let place = principal.place(point)
            return (Float(place.x - end.x), Float(place.y - end.y))
        }
    }

    /// Evenly spaced coordinates along both directions that cover the path and some room around it; 0, the end of the path, is one of them.
    func coordinates(points: Int) -> (first: [Float], second: [Float]) {
        let ranges = [path.map { Double($0.x) }, path.map { Double($0.y) }].map { ($0.min() ?? 0, $0.max() ?? 0) }
        let margin = Self.margin * max(ranges.map { $0.1 - $0.0 }.max() ?? 0, 1e-6)
        let along = ranges.map { low, high -> [Float] in
            let step = (high - low + 2 * margin) / Double(max(points - 1, 1))
            let before = ((margin - low) / step).rounded()
            return (0..<points).map { Float((Double($0) - before) * step) }
        }
        return (along[0], along[1])
    }

    /// The parameter at a point of the plane. In one expression for training and for verification, so that both give the same bits.
    static func point(centre: [Float], directions: [[Float]], x: Float, y: Float) -> [Float] {
        centre.indices.map { centre[$0] + x * directions[0][$0] + y * directions[1][$0] }
    }
}
