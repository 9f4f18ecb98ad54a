/// A part of a Markdown document, as the writers of pages take it.
indirect enum MarkdownBlock: Hashable, Sendable {
    enum Alignment: Hashable, Sendable { case start, centre, end }

    /// Level 1 to 6.
    case heading(level: Int, [MarkdownInline])
    case paragraph([MarkdownInline])
    /// An image that stands in no table, link or heading. One inside a paragraph cuts the paragraph in two.
    case figure(path: String, caption: [MarkdownInline])
    /// - `start`: The first number; `nil` for a list with bullets.
    /// - `isTight`: Whether no blank lines stand between its items.
    case list(start: Int?, isTight: Bool, items: [[MarkdownBlock]])
    case quote([MarkdownBlock])
    case code(String)
    /// Every row has as many cells as there are alignments.
    case table(alignments: [Alignment], header: [[MarkdownInline]], rows: [[[MarkdownInline]]])
    case rule
}

/// A part of a line of text.
indirect enum MarkdownInline: Hashable, Sendable {
    case text(String)
    case code(String)
    case emphasis([MarkdownInline])
    case strong([MarkdownInline])
    case link(to: String, [MarkdownInline])
    case lineBreak
}

extension MarkdownInline {
    /// The text without its marks.
    var plainText: String {
        switch self {
        case .text(let text), .code(let text): text
        case .emphasis(let parts), .strong(let parts), .link(_, let parts): parts.plainText
        case .lineBreak: " "
        }
    }
}

extension [MarkdownInline] {
    /// The text without its marks.
    var plainText: String { map(\.plainText).joined() }
}
