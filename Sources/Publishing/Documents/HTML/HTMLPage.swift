internal import Drawing
internal import Foundation

/// A Markdown document as one HTML file: style and figures inside, no script, nothing fetched.
///
/// Every text goes through ``XML/escaped(_:)``, whose references HTML reads the same; a policy in the file forbids scripts and
/// all loading besides.
struct HTMLPage {
    let document: MarkdownDocument
    let language: Language
    /// The markup of a figure by its path and a prefix for its identifiers; `nil` where the path is none of a figure.
    let figure: (_ path: String, _ prefix: String, _ caption: String) throws -> String?

    func html() throws -> String {
        var writer = Writer(page: self)
        try writer.write(document.blocks, isTight: false)
        let title = XML.escaped(document.title ?? "Foreword")
        return """
            <!DOCTYPE html>
            <html lang="\(language.rawValue)">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(title)</title>
            <style>
            \(HTMLStyle.sheet)</style>
            </head>
            <body>
            <main>
            \(writer.body)</main>
            </body>
            </html>

            """
    }

    private struct Writer {
        let page: HTMLPage
        var body = ""
        private var anchors = HeadingAnchors()
        private var figures = 0

        init(page: HTMLPage) { self.page = page }

        mutating func write(_ blocks: [MarkdownBlock], isTight: Bool) throws {
            for block in blocks { try write(block, isTight: isTight) }
        }

        private mutating func write(_ block: MarkdownBlock, isTight: Bool) throws {
            switch block {
            case .heading(let level, let text):
                let anchor = XML.escaped(anchors.next(for: text.plainText))
                let link = level == 1 ? "" : " <a class=\"anchor\" href=\"#\(anchor)\" aria-hidden=\"true\" tabindex=\"-1\">#</a>"
                body += "<h\(level) id=\"\(anchor)\">\(inline(text))\(link)</h\(level)>\n"
            case .paragraph(let text): body += isTight ? "\(inline(text))\n" : "<p>\(inline(text))</p>\n"
            case .figure(let path, let caption):
                figures += 1
                // No anchor of a heading has an underscore.
                if let markup = try page.figure(path, "figure_\(figures)", caption.plainText) {
                    body +=
                        "<figure>\n<div class=\"picture\">\(markup)</div>\n<figcaption>\(inline(caption))</figcaption>\n</figure>\n"
                } else {
                    body += "<p class=\"absent\">\(inline(caption))</p>\n"
                }
            case .list(let start, let isTight, let items):
                let name = start == nil ? "ul" : "ol"
                body += "<\(name)\(start.map { $0 == 1 ? "" : " start=\"\($0)\"" } ?? "")>\n"
                for item in items {
                    body += "<li>"
                    try write(item, isTight: isTight)
                    body += "</li>\n"
                }
                body += "</\(name)>\n"
            case .quote(let blocks):
                body += "<blockquote>\n"
                try write(blocks, isTight: false)
                body += "</blockquote>\n"
            case .code(let text): body += "<pre><code>\(XML.escaped(text))</code></pre>\n"
            case .table(let alignments, let header, let rows): write(alignments, header, rows)
            case .rule: body += "<hr>\n"
            }
        }

        private mutating func write(
            _ alignments: [MarkdownBlock.Alignment], _ header: [[MarkdownInline]], _ rows: [[[MarkdownInline]]]
        ) {
            func cells(_ cells: [[MarkdownInline]], _ name: String) -> String {
                cells.enumerated().map { index, cell in
                    let place: String =
                        switch index < alignments.count ? alignments[index] : .start {
                        case .start: ""
                        case .centre: " class=\"centre\""
                        case .end: " class=\"end\""
                        }
                    // A header without text names no column.
                    let name = cell.isEmpty ? "td" : name
                    return "<\(name)\(place)>\(inline(cell))</\(name)>"
                }.joined()
            }
            body += "<div class=\"table\"><table>\n<thead>\n<tr>\(cells(header, "th"))</tr>\n</thead>\n"
            if !rows.isEmpty {
                body += "<tbody>\n" + rows.map { "<tr>\(cells($0, "td"))</tr>\n" }.joined() + "</tbody>\n"
            }
            body += "</table></div>\n"
        }

        private func inline(_ parts: [MarkdownInline]) -> String { parts.map(inline).joined() }

        private func inline(_ part: MarkdownInline) -> String {
            switch part {
            case .text(let text): return marked(text)
            case .code(let text): return "<code>\(XML.escaped(text))</code>"
            case .emphasis(let parts):
                // Chinese has no italics: its sign of emphasis is a dot below each character.
                let isChinese = parts.plainText.unicodeScalars.contains(where: Script.isChinese)
                return isChinese ? "<em class=\"dotted\">\(dotted(parts))</em>" : "<em>\(inline(parts))</em>"
            case .strong(let parts): return "<strong>\(inline(parts))</strong>"
            case .link(let destination, let parts):
                guard let destination = LinkPolicy.destination(destination) else { return inline(parts) }
                return "<a href=\"\(XML.escaped(destination))\">\(inline(parts))</a>"
            case .lineBreak: return "<br>\n"
            }
        }

        /// What is emphasised in Chinese, its Latin words without dots.
        private func dotted(_ parts: [MarkdownInline]) -> String {
            parts.map { part in
                guard case .text(let text) = part else { return inline(part) }
                var runs: [(text: String, isChinese: Bool)] = []
                for scalar in text.unicodeScalars {
                    let isChinese = Script.isChinese(scalar)
                    if runs.last?.isChinese != isChinese { runs.append(("", isChinese)) }
                    runs[runs.count - 1].text.unicodeScalars.append(scalar)
                }
                return runs.map { $0.isChinese ? marked($0.text) : "<span class=\"undotted\">\(marked($0.text))</span>" }.joined()
            }.joined()
        }

        /// The text, its verdicts in their colours.
        private func marked(_ text: String) -> String {
            var result = XML.escaped(text)
            for mark in VerdictMark.allCases {
                result = result.replacing(mark.sign, with: "<span class=\"\(mark.rawValue)\">\(mark.sign)</span>")
            }
            return result
        }
    }
}
