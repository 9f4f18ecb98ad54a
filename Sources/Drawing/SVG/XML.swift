/// Text inside XML.
public enum XML {
    /// The text with every character that means something to a parser written as a reference, usable in content and in
    /// attributes. It goes by Unicode scalar: a combining mark behind a `<` makes one character of the two, and would hide it
    /// from a comparison of characters. What XML 1.0 cannot hold (production 2, Char) becomes U+FFFD.
    public static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x26: result += "&amp;"
            case 0x3C: result += "&lt;"
            case 0x3E: result += "&gt;"
            case 0x22: result += "&quot;"
            case 0x27: result += "&#39;"
            case 0x9, 0xA, 0xD: result += "&#\(scalar.value);"
            case 0x0...0x1F, 0xFFFE, 0xFFFF: result.unicodeScalars.append("\u{FFFD}")
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
