/// The unit that a file gives its size in.
public enum LengthUnit: String, Hashable, Sendable, CaseIterable {
    /// 1/96 of an inch.
    case pixels = "px"
    case millimetres = "mm"

    /// How many px it is.
    public var pixels: Double { self == .pixels ? 1 : 96 / 25.4 }

    /// A length in px, written in this unit: `720px`, `85mm`.
    package func text(_ pixels: Double) -> String { Coordinate.text(pixels / self.pixels) + rawValue }
}
