/// What a line of text measures, px.
public struct TextMetrics: Hashable, Sendable {
    /// The advance from the start of the run to where a next one would begin.
    public var width: Double
    /// How far the faces of the run reach above the baseline.
    public var ascent: Double
    /// How far they reach below it.
    public var descent: Double
    /// The room the ink takes, from the start of the baseline; above it y is negative.
    public var ink: Rectangle

    public init(width: Double, ascent: Double, descent: Double, ink: Rectangle) {
        self.width = width
        self.ascent = ascent
        self.descent = descent
        self.ink = ink
    }
}

/// Who knows the faces: layout asks it and never guesses.
///
/// Measuring never fails, so that laying out stays free of errors: a character that cannot be drawn is measured as the box
/// that stands in for it, and every writer of files refuses the scene with what ``undrawable(in:font:)`` says.
public protocol TextMeasurer: Sendable {
    func metrics(of text: String, in font: Font) -> TextMetrics

    /// The first character of a text that cannot be drawn; nil where all can.
    func undrawable(in text: String, font: Font) -> UndrawableCharacter?
}

/// A character that no declared face can draw.
public struct UndrawableCharacter: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Reason: Hashable, Sendable {
        /// None of the faces has a glyph for it. `package` is the Debian package of the last of them.
        case missingGlyph(font: String, package: String)
        /// It is written from right to left, which layout does not do.
        case rightToLeft
        /// It is a control or a formatting character, without a picture.
        case control
    }

    public let scalar: Unicode.Scalar
    public let text: String
    public let reason: Reason

    public init(_ scalar: Unicode.Scalar, in text: String, reason: Reason) {
        self.scalar = scalar
        self.text = text
        self.reason = reason
    }

    public var description: String {
        let name = TextSafety.codePoint(scalar)
        let place = "in the text “\(TextSafety.shown(text))”"
        switch reason {
        case .missingGlyph(let font, let package):
            return
                "The character \(name) \(place) has no glyph in \(font) of the Debian package \(package); write the text without it."
        case .rightToLeft:
            return "The character \(name) \(place) is written from right to left, which figures cannot lay out."
        case .control:
            return "The character \(name) \(place) is a control character and has no picture; show it with TextSafety.shown."
        }
    }
}
