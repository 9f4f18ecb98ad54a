import Drawing

/// A line with what its parts look like. What the looks become is decided when it is written: on paper they are nothing.
struct StyledText: Hashable {
    enum Look: Hashable {
        case plain, strong, quiet
        case role(ColourRole)
        /// A cell of a heat map: a ground, and text that is legible on it.
        case cell(Paint)
        /// What stands out most: the chosen cell, the line of keys.
        case reversed
    }

    struct Span: Hashable {
        let text: String
        let look: Look
    }

    private(set) var spans: [Span] = []

    init() {}

    init(_ text: String, _ look: Look = .plain) { spans = text.isEmpty ? [] : [Span(text: text, look: look)] }

    static func + (a: StyledText, b: StyledText) -> StyledText {
        var result = a
        result.spans += b.spans
        return result
    }

    static func += (a: inout StyledText, b: StyledText) { a = a + b }

    var text: String { spans.map(\.text).joined() }
    var columns: Int { TerminalText.columns(text) }

    /// As much as fits.
    func clipped(to width: Int) -> StyledText {
        guard columns > width else { return self }
        var result = StyledText()
        var room = width
        for span in spans {
            let size = TerminalText.columns(span.text)
            // One column is left for the … that the last span ends with.
            if size < room {
                result += StyledText(span.text, span.look)
                room -= size
            } else {
                let text = size == room ? span.text + " " : span.text
                result += StyledText(TerminalText.clipped(text, to: room), span.look)
                break
            }
        }
        return result
    }
}

extension StyledText: ExpressibleByStringLiteral {
    init(stringLiteral text: String) { self.init(text) }
}
