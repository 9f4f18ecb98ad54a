internal import CMarkdown
internal import Drawing
internal import Foundation

/// A Markdown text as blocks: CommonMark 0.29 with the tables of GitHub, parsed by libcmark-gfm.
///
/// HTML inside the text is text: its angle brackets are shown. Only `<br>` ends a line, and comments are left out.
struct MarkdownDocument: Hashable, Sendable {
    let blocks: [MarkdownBlock]

    init(_ text: String) {
        // Registered once a process; the library keeps the list.
        Self.registerExtensions
        // SAFETY: the parser copies the text and the tree belongs to us until it is freed below; every string that is read
        // from it is copied. The library aborts when memory runs out and returns no null pointer here.
        blocks = {
            let parser = unsafe cmark_parser_new(CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8)
            defer { unsafe cmark_parser_free(parser) }
            if let table = unsafe cmark_find_syntax_extension("table") {
                _ = unsafe cmark_parser_attach_syntax_extension(parser, table)
            }
            unsafe text.utf8CString.withUnsafeBufferPointer { bytes in
                unsafe cmark_parser_feed(parser, bytes.baseAddress, bytes.count - 1)
            }
            guard let root = unsafe MarkdownNode(cmark_parser_finish(parser)) else { return [] }
            defer { unsafe cmark_node_free(root.pointer) }
            return Self.blocks(in: root, depth: 0)
        }()
    }

    /// The text of the first heading.
    var title: String? {
        for case .heading(_, let text) in blocks { return text.plainText }
        return nil
    }

    private static let registerExtensions: Void = cmark_gfm_core_extensions_ensure_registered()

    /// Deeper blocks and marks are read as the text inside them, so that no document can exhaust the stack.
    static let greatestDepth = 32

    private static func blocks(in parent: MarkdownNode, depth: Int) -> [MarkdownBlock] {
        if depth > greatestDepth {
            let text = parent.allText
            return text.isEmpty ? [] : [.paragraph([.text(text)])]
        }
        return parent.children.flatMap { blocks(of: $0, depth: depth) }
    }

    private static func blocks(of node: MarkdownNode, depth: Int) -> [MarkdownBlock] {
        switch node.type {
        case "heading": [.heading(level: node.headingLevel, inlines(in: node, depth: depth + 1))]
        case "paragraph": paragraph(node, depth: depth)
        case "list":
            [
                .list(
                    start: node.listStart, isTight: node.isTightList,
                    items: node.children.map { blocks(in: $0, depth: depth + 1) })
            ]
        case "block_quote": [.quote(blocks(in: node, depth: depth + 1))]
        case "code_block": [.code(node.literal)]
        case "html_block": html(node.literal).map { [.paragraph([.text($0)])] } ?? []
        case "table": [table(node, depth: depth + 1)]
        case "thematic_break": [.rule]
        default: []
        }
    }

    /// The text and the images of a paragraph, each image a block of its own.
    private static func paragraph(_ node: MarkdownNode, depth: Int) -> [MarkdownBlock] {
        var result: [MarkdownBlock] = []
        var pending: [MarkdownNode] = []
        func close() {
            let text = inlines(pending, depth: depth + 1)
            if !text.plainText.allSatisfy(\.isWhitespace) { result.append(.paragraph(text)) }
            pending = []
        }
        for child in node.children {
            guard child.type == "image" else {
                pending.append(child)
                continue
            }
            close()
            result.append(.figure(path: child.destination, caption: inlines(in: child, depth: depth + 1)))
        }
        close()
        return result
    }

    private static func table(_ node: MarkdownNode, depth: Int) -> MarkdownBlock {
        let rows = node.children
        func cells(_ row: MarkdownNode) -> [[MarkdownInline]] { row.children.map { inlines(in: $0, depth: depth) } }
        return .table(
            alignments: node.alignments, header: rows.first.map(cells) ?? [], rows: rows.dropFirst().map(cells))
    }

    private static func inlines(in parent: MarkdownNode, depth: Int) -> [MarkdownInline] {
        if depth > greatestDepth { return [.text(parent.allText)] }
        return inlines(parent.children, depth: depth)
    }

    private static func inlines(_ nodes: [MarkdownNode], depth: Int) -> [MarkdownInline] {
        var result: [MarkdownInline] = []
        func append(_ text: String) {
            if case .text(let before) = result.last {
                result[result.count - 1] = .text(before + text)
            } else if !text.isEmpty {
                result.append(.text(text))
            }
        }
        for node in nodes {
            switch node.type {
            case "text": append(node.literal)
            // A cell of a table has no other way to begin a line.
            case "html_inline" where node.literal == "<br>": result.append(.lineBreak)
            case "html_inline": html(node.literal).map(append)
            case "softbreak":
                append("\n")
            case "linebreak": result.append(.lineBreak)
            case "code": result.append(.code(node.literal))
            case "emph": result.append(.emphasis(inlines(in: node, depth: depth + 1)))
            case "strong": result.append(.strong(inlines(in: node, depth: depth + 1)))
            case "link":
                let text = inlines(in: node, depth: depth + 1)
                result.append(.link(to: node.destination, text))
            case "image": append(inlines(in: node, depth: depth + 1).plainText)
            default: append(node.allText)
            }
        }
        return joiningLines(result)
    }

    /// A line's end in the source is a space, except between two Chinese characters, which are set without one.
    private static func joiningLines(_ parts: [MarkdownInline]) -> [MarkdownInline] {
        parts.enumerated().map { index, part in
            guard case .text(let text) = part, text.contains("\n") else { return part }
            let before = index > 0 ? parts[index - 1].plainText.last : nil
            let after = index + 1 < parts.count ? parts[index + 1].plainText.first : nil
            let characters = Array(text)
            var joined = ""
            for (place, character) in characters.enumerated() {
                guard character == "\n" else {
                    joined.append(character)
                    continue
                }
                let left = place > 0 ? characters[place - 1] : before
                let right = place + 1 < characters.count ? characters[place + 1] : after
                if !isJoined(left, right) { joined.append(" ") }
            }
            return .text(joined)
        }
    }

    private static func isJoined(_ left: Character?, _ right: Character?) -> Bool {
        guard let left = left?.unicodeScalars.first, let right = right?.unicodeScalars.first else { return false }
        func isWide(_ scalar: Unicode.Scalar) -> Bool { Script.isChinese(scalar) || Script.isShared(scalar) }
        if isWide(left), isWide(right) { return Script.isChinese(left) || Script.isChinese(right) }
        // Chinese punctuation brings its own room.
        return isPunctuation(left) || isPunctuation(right)
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        guard Script.isChinese(scalar) else { return false }
        switch scalar.properties.generalCategory {
        case .openPunctuation, .closePunctuation, .otherPunctuation: return true
        default: return false
        }
    }

    /// HTML as text; `nil` for a comment.
    private static func html(_ text: String) -> String? {
        let text = text.trimmingCharacters(in: .newlines)
        return text.hasPrefix("<!--") ? nil : text
    }
}
