/// Text that comes from outside, such as a token, made fit to be drawn.
public enum TextSafety {
    /// The text with every character that has no picture, or that would turn the direction of what follows, written as its
    /// code point: `a⟨U+202E⟩b`.
    public static func shown(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if isInvisible(scalar) { result += "⟨\(codePoint(scalar))⟩" } else { result.unicodeScalars.append(scalar) }
        }
        return result
    }

    /// Controls, line ends, directional marks, joiners, surrogates' replacements and private use: what a reader cannot see.
    public static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }

    /// Whether a letter is written from right to left: Hebrew, Arabic and their relatives, by block (Unicode 15, the blocks
    /// whose default bidirectional class is R or AL).
    public static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFE, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
        default: false
        }
    }

    /// `U+0041`.
    public static func codePoint(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
