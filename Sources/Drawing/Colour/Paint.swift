/// What something is painted with, before a theme makes a colour of it.
public indirect enum Paint: Hashable, Sendable {
    /// A role's colour. A strength below 1 mixes it with paper: 0.1 is a tint for a ground, 1 the colour itself.
    case role(ColourRole, strength: Double)
    /// A place on a colour map, 0 to 1 for a sequential one and −1 to 1 for a diverging one.
    case map(ColourMap, position: Double)
    /// Whichever of light and dark reads better on the given paint.
    case legible(on: Paint)

    public static let paper = Paint.role(.paper, strength: 1)
    public static let ink = Paint.role(.ink, strength: 1)
    public static let frozen = Paint.role(.frozen, strength: 1)
    public static let trained = Paint.role(.trained, strength: 1)
    public static let gradient = Paint.role(.gradient, strength: 1)
    public static let textToken = Paint.role(.textToken, strength: 1)
    public static let key = Paint.role(.key, strength: 1)
    public static let value = Paint.role(.value, strength: 1)
    public static let good = Paint.role(.good, strength: 1)
    public static let bad = Paint.role(.bad, strength: 1)

    /// Secondary text and thin lines that must still be seen.
    public static let muted = Paint.role(.ink, strength: 0.74)
    /// Grid lines and quiet frames, which are there to be looked past.
    public static let rule = Paint.role(.ink, strength: 0.16)

    /// A role's tint for a ground that text stands on.
    public static func tint(_ role: ColourRole) -> Paint { .role(role, strength: 0.1) }

    /// The name of the paint in a style sheet: equal paints have equal names, and different ones never share one.
    public var name: String {
        switch self {
        case .role(let role, let strength):
            strength == 1 ? role.rawValue.lowercased() : "\(role.rawValue.lowercased())-\(Int((strength * 1000).rounded()))"
        case .map(let map, let position): "\(map.rawValue)-\(map.step(position))"
        case .legible(let ground): "on-" + ground.name
        }
    }
}
