/// Colours for numbers, whose lightness changes by equal steps.
public enum ColourMap: String, CaseIterable, Hashable, Sendable {
    /// From paper to deep blue: attention weights, norms, probabilities. Places 0 to 1.
    case sequential
    /// From blue over paper to orange, symmetric about 0: embeddings, gradients, updates. Places −1 to 1.
    case diverging

    /// How many colours the map has. A diverging map has an odd number, since 0 is one of them.
    public var steps: Int {
        switch self {
        case .sequential: 256
        case .diverging: 511
        }
    }

    /// Which of the map's colours stands for a place, 0 to `steps` − 1. Places beyond the ends take the end's.
    public func step(_ position: Double) -> Int {
        let last = Double(steps - 1)
        let share =
            switch self {
            case .sequential: position
            case .diverging: (position + 1) / 2
            }
        guard share.isFinite else { return share > 0 ? steps - 1 : 0 }
        return Int(min(max(share * last, 0), last).rounded())
    }

    /// The colours from one end to the other.
    ///
    /// - Parameters:
    ///   - paper: The ground, and the colour of 0.
    ///   - isDark: Whether larger numbers become lighter than the ground rather than darker.
    func colours(from paper: Colour, isDark: Bool) -> [Colour] {
        let ground = OKLab(paper)
        switch self {
        case .sequential:
            let way = isDark ? Way(end: 0.93, middle: 0.120, saturation: 0.035) : Way(end: 0.30, middle: 0.105, saturation: 0.110)
            return (0..<steps).map { way.colour(share: Double($0) / Double(steps - 1), ground: ground, hue: Self.blue) }
        case .diverging:
            let way = isDark ? Way(end: 0.79, middle: 0.090, saturation: 0.100) : Way(end: 0.48, middle: 0.085, saturation: 0.108)
            let half = steps / 2
            return (-half...half).map { step in
                way.colour(
                    share: Double(abs(step)) / Double(half), ground: ground, hue: step < 0 ? Self.blue : Self.orange)
            }
        }
    }

    /// The directions of the two hues in OKLab's plane, of length 1.
    private static let blue = (a: -0.156, b: -0.988)
    private static let orange = (a: 0.640, b: 0.768)

    /// The way from the ground to a hue. Lightness is linear in the share; saturation rises fast and then more slowly, so
    /// that small numbers are coloured rather than grey, and stays inside what a screen can show.
    private struct Way {
        /// The lightness at the end.
        let end: Double
        /// The saturation added halfway.
        let middle: Double
        /// The saturation at the end.
        let saturation: Double

        func colour(share t: Double, ground: OKLab, hue: (a: Double, b: Double)) -> Colour {
            let chroma = middle * 4 * t * (1 - t) + saturation * t * t
            return OKLab(
                lightness: ground.lightness + (end - ground.lightness) * t, a: ground.a * (1 - t) + hue.a * chroma,
                b: ground.b * (1 - t) + hue.b * chroma
            ).colour
        }
    }
}
