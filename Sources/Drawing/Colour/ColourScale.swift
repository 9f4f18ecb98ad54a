/// Which number has which place on a colour map.
public struct ColourScale: Hashable, Sendable {
    public let map: ColourMap
    /// The number at the map's low end.
    public let lower: Double
    /// The number at the map's high end.
    public let upper: Double

    /// From `lower`, drawn as paper, to `upper`, drawn deepest.
    public static func sequential(from lower: Double = 0, to upper: Double) -> ColourScale {
        precondition(lower.isFinite && upper.isFinite && lower <= upper, "a colour scale needs a finite range")
        return ColourScale(map: .sequential, lower: lower, upper: upper)
    }

    /// From −magnitude over 0, drawn as paper, to magnitude.
    public static func diverging(magnitude: Double) -> ColourScale {
        precondition(magnitude.isFinite && magnitude >= 0, "a colour scale needs a finite range")
        return ColourScale(map: .diverging, lower: -magnitude, upper: magnitude)
    }

    /// A diverging scale as wide as the largest magnitude among the numbers.
    public static func diverging(covering values: some Sequence<Float>) -> ColourScale {
        .diverging(magnitude: values.reduce(0.0) { $1.isFinite ? max($0, Double(abs($1))) : $0 })
    }

    /// A sequential scale from 0 to the largest of the numbers.
    public static func sequential(covering values: some Sequence<Float>) -> ColourScale {
        .sequential(to: values.reduce(0.0) { $1.isFinite ? max($0, Double($1)) : $0 })
    }

    /// The colour of a number. What is not a number has no place on the map: it is painted as bad, and seen.
    public func paint(for value: Double) -> Paint {
        guard !value.isNaN else { return .bad }
        let range = upper - lower
        guard range > 0 else { return .map(map, position: 0) }
        switch map {
        case .sequential: return .map(map, position: (value - lower) / range)
        case .diverging: return .map(map, position: value / upper)
        }
    }
}
