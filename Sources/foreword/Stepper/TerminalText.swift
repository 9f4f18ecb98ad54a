/// How much room text takes on a terminal, and how it is made to fit.
enum TerminalText {
    /// The columns a character takes: 2 for those that Unicode calls wide (UAX #11), 0 for marks that stand on another, else 1.
    static func columns(_ character: Character) -> Int {
        character.unicodeScalars.reduce(0) { max($0, columns($1)) }
    }

    static func columns(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + columns($1) } }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
        }
    }

    /// East Asian Width W and F, by blocks.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
        0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
    ]

    /// Text of which nothing steers the terminal: it may come from a vocabulary that anyone made.
    static func harmless(_ text: some StringProtocol) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate, .privateUse: "·"
                    default: scalar
                    }
                }))
    }

    /// As much of a text as fits, with … where something is missing.
    static func clipped(_ text: String, to width: Int) -> String {
        guard columns(text) > width else { return text }
        guard width > 0 else { return "" }
        var result = ""
        var used = 1
        for character in text {
            used += columns(character)
            if used > width { break }
            result.append(character)
        }
        return result + "…"
    }

    /// Exactly so many columns.
    static func padded(_ text: String, to width: Int, isRight: Bool = false) -> String {
        let text = clipped(text, to: width)
        let room = String(repeating: " ", count: max(0, width - columns(text)))
        return isRight ? room + text : text + room
    }

    /// Lines that fit. They are broken at spaces, and where there is none within reach or the text is Chinese, between characters.
    static func wrapped(_ text: String, to width: Int, indent: Int = 0) -> [String] {
        let room = max(8, width - indent)
        let start = String(repeating: " ", count: min(indent, max(0, width - room)))
        var lines: [String] = []
        var line = ""
        var used = 0
        /// Behind which character the line may end, and what is used up to there.
        var end: (index: String.Index, used: Int)?
        for character in text {
            let size = columns(character)
            if used + size > room {
                if character == " " {
                    lines.append(line)
                    (line, used, end) = ("", 0, nil)
                    continue
                }
                if let place = end, used - place.used < room / 2 {
                    lines.append(String(line[..<place.index]))
                    line = String(line[place.index...].drop { $0 == " " })
                } else {
                    lines.append(line)
                    line = ""
                }
                used = columns(line)
                end = nil
            }
            line.append(character)
            used += size
            if character == " " || size == 2 { end = (line.endIndex, used) }
        }
        lines.append(line)
        return lines.map { start + $0.trimmingTrailingSpaces }
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
