/// Where a line of Latin or Chinese text may be broken.
///
/// Latin text breaks at spaces. Chinese breaks between any two characters, except that closing punctuation does not begin a
/// line and opening punctuation does not end one (GB/T 15834—2011, 5.1; W3C "Requirements for Chinese Text Layout", 3.1).
enum LineBreaking {
    static func lines(of text: String, width: Double, measure: (String) -> Double) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
            broken(String(paragraph), width: width, measure: measure)
        }
    }

    private static func broken(_ text: String, width: Double, measure: (String) -> Double) -> [String] {
        var lines: [String] = []
        var line = ""
        for piece in pieces(of: text) {
            let candidate = line + piece
            if measure(trimmed(candidate)) <= width {
                line = candidate
                continue
            }
            if !trimmed(line).isEmpty {
                lines.append(trimmed(line))
                line = ""
            }
            // A piece that is wider than a whole line is cut between its characters.
            for character in piece {
                if !line.isEmpty, measure(trimmed(line + String(character))) > width {
                    lines.append(trimmed(line))
                    line = ""
                }
                if !(line.isEmpty && character == " ") { line.append(character) }
            }
        }
        let last = trimmed(line)
        if !last.isEmpty || lines.isEmpty { lines.append(last) }
        return lines
    }

    /// The parts that are never broken, each with the spaces behind it.
    static func pieces(of text: String) -> [String] {
        var rest = text[...]
        return lengths(of: Array(text)).map { length in
            defer { rest = rest.dropFirst(length) }
            return String(rest.prefix(length))
        }
    }

    /// How many characters each of these parts has.
    static func lengths(of characters: [Character]) -> [Int] {
        var lengths: [Int] = []
        for (index, character) in characters.enumerated() {
            if index > 0, !mayBreak(between: characters[index - 1], and: character) {
                lengths[lengths.count - 1] += 1
            } else {
                lengths.append(1)
            }
        }
        return lengths
    }

    private static func mayBreak(between a: Character, and b: Character) -> Bool {
        if b == " " { return false }
        if a == " " { return !notAtStart.contains(b) }
        guard isIdeographic(a) || isIdeographic(b) else { return false }
        if a == "\u{00A0}" || b == "\u{00A0}" || a == "\u{202F}" || b == "\u{202F}" { return false }
        return !notAtStart.contains(b) && !notAtEnd.contains(a)
    }

    private static func isIdeographic(_ character: Character) -> Bool {
        character.unicodeScalars.first.map(Script.isChinese) ?? false
    }

    private static let notAtStart = Set("，。、；：？！）》〉」』】〕”’…—·%％,.;:?!)]}")
    private static let notAtEnd = Set("（《〈「『【〔“‘([{")

    private static func trimmed(_ line: String) -> String {
        var line = Substring(line)
        while line.last == " " { line.removeLast() }
        return String(line)
    }
}
