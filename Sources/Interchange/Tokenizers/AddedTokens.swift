/// Tokens that are found in the text before anything else cuts it, such as `<|endoftext|>`.
struct AddedTokens: Sendable {
    struct Entry: Sendable {
        let id: Int32
        let text: String
        /// Whether it stands for no text.
        let isSpecial: Bool
        /// Whether it is found only where no word character touches it.
        let isSingleWord: Bool
        /// Whether white space before it, or behind it, belongs to it.
        let stripsLeft: Bool
        let stripsRight: Bool
        /// Whether it is looked for in the normalised text: after the others, since nothing is normalised here.
        let isNormalised: Bool
    }

    let entries: [Entry]
    private let rounds: [[Unicode.Scalar: [(scalars: [Unicode.Scalar], entry: Entry)]]]

    init(_ entries: [Entry]) {
        self.entries = entries
        rounds = [false, true].map { isNormalised in
            let found = entries.filter { $0.isNormalised == isNormalised && !$0.text.isEmpty }
                .map { (scalars: Array($0.text.unicodeScalars), entry: $0) }
                .sorted { $0.scalars.count > $1.scalars.count }
            return Dictionary(grouping: found) { $0.scalars[0] }
        }
    }

    /// A stretch of text, or a token found in it.
    enum Part {
        case text(ArraySlice<Unicode.Scalar>)
        case token(Int32)
    }

    /// Cuts a text at the tokens in it; of those that begin at the same place the longest is found.
    func parts(of text: [Unicode.Scalar]) -> [Part] {
        rounds.reduce([.text(text[...])]) { parts, tokens in
            tokens.isEmpty
                ? parts
                : parts.flatMap { part in
                    if case .text(let text) = part { Self.parts(of: text, tokens) } else { [part] }
                }
        }
    }

    private static func parts(
        of text: ArraySlice<Unicode.Scalar>, _ tokens: [Unicode.Scalar: [(scalars: [Unicode.Scalar], entry: Entry)]]
    ) -> [Part] {
        var parts: [Part] = []
        var done = text.startIndex
        var place = text.startIndex
        while place < text.endIndex {
            guard let match = tokens[text[place]]?.first(where: { text[place...].starts(with: $0.scalars) }) else {
                place += 1
                continue
            }
            var (start, end) = (place, place + match.scalars.count)
            place = end
            let touchesWord =
                start > text.startIndex && text[start - 1].isWordPart || end < text.endIndex && text[end].isWordPart
            if match.entry.isSingleWord, touchesWord { continue }
            if match.entry.stripsLeft {
                while start > done, text[start - 1].isSpace { start -= 1 }
            }
            if match.entry.stripsRight {
                while end < text.endIndex, text[end].isSpace { end += 1 }
                place = end
            }
            if done < start { parts.append(.text(text[done..<start])) }
            parts.append(.token(match.entry.id))
            done = end
        }
        if done < text.endIndex || text.isEmpty { parts.append(.text(text[done...])) }
        return parts
    }
}
