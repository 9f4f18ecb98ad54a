/// A face and a size, by what it is for; which file draws it is the backend's business.
public struct Font: Hashable, Sendable {
    public enum Family: String, CaseIterable, Hashable, Sendable { case sans, mono }
    public enum Weight: String, CaseIterable, Hashable, Sendable { case regular, bold }

    public var family: Family
    public var weight: Weight
    /// The size of the em square, px.
    public var size: Double
    /// Whether upright letters lean to the right, as the italics of a face without any.
    public var isSlanted = false

    public init(_ family: Family = .sans, _ weight: Weight = .regular, size: Double) {
        self.family = family
        self.weight = weight
        self.size = size
    }

    /// The type sizes of a figure, px.
    public static let title = Font(.sans, .bold, size: 20)
    public static let body = Font(size: 14)
    public static let label = Font(size: 12)
    public static let digits = Font(size: 10)

    /// Below this many px after scaling a figure leaves labels out, and says so, rather than draw them.
    public static let smallestSize = 9.0

    public var bold: Font { Font(family, .bold, size: size) }
    public var slanted: Font {
        var font = self
        font.isSlanted = true
        return font
    }
    public var mono: Font { Font(.mono, weight, size: size) }

    /// How far a slanted letter leans for each px above the baseline: 11°, as the oblique faces of DejaVu.
    public static let slant = 0.194_38

    /// The height of a capital letter, px: 1493 of 2048 units in every face of DejaVu. Half of it above the baseline is also,
    /// within 0.02 em, the middle of a Chinese character, so lines of both scripts are centred by it.
    public var capitalHeight: Double { size * 1493 / 2048 }

    /// The distance between the baselines of two lines, px.
    public var lineHeight: Double { (size * 1.4).rounded() }

    /// Where the baseline lies below the top of a line so that capitals stand in the middle of it, px.
    public var baseline: Double { (lineHeight + capitalHeight) / 2 }
}
