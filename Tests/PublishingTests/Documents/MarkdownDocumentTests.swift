import Testing

@testable import Publishing

@Suite("A Markdown document")
struct MarkdownDocumentTests {
    static func blocks(_ text: String) -> [MarkdownBlock] { MarkdownDocument(text).blocks }

    @Test("has headings, text with its marks, lists in lists, quotes, code and rules")
    func blocks() {
        let text = """
            # A *title*

            **bold** and `a < b`, [here](https://a.org).

            3. one
               - two
            4. three

            > quoted

            ```
            x = 1
            ```

            ---
            """
        #expect(
            Self.blocks(text) == [
                .heading(level: 1, [.text("A "), .emphasis([.text("title")])]),
                .paragraph([
                    .strong([.text("bold")]), .text(" and "), .code("a < b"), .text(", "),
                    .link(to: "https://a.org", [.text("here")]), .text("."),
                ]),
                .list(
                    start: 3, isTight: true,
                    items: [
                        [.paragraph([.text("one")]), .list(start: nil, isTight: true, items: [[.paragraph([.text("two")])]])],
                        [.paragraph([.text("three")])],
                    ]),
                .quote([.paragraph([.text("quoted")])]), .code("x = 1\n"), .rule,
            ])
    }

    @Test("has tables, with the columns' alignments")
    func tables() {
        #expect(
            Self.blocks("| a | b | c |\n|---|:-:|--:|\n| 1 | **2** | |") == [
                .table(
                    alignments: [.start, .centre, .end], header: [[.text("a")], [.text("b")], [.text("c")]],
                    rows: [[[.text("1")], [.strong([.text("2")])], []]])
            ])
        // Strikethrough is no part of the pages.
        #expect(Self.blocks("~~a~~") == [.paragraph([.text("~~a~~")])])
    }

    @Test("reads HTML as text, and leaves comments out")
    func html() {
        #expect(Self.blocks("a <b>c</b> <!-- d -->e") == [.paragraph([.text("a <b>c</b> e")])])
        #expect(Self.blocks("<div>\n*x*\n</div>") == [.paragraph([.text("<div>\n*x*\n</div>")])])
        #expect(Self.blocks("<!-- nothing -->").isEmpty)
        #expect(Self.blocks("a<br>b <br/>c") == [.paragraph([.text("a"), .lineBreak, .text("b <br/>c")])])
    }

    @Test("takes an image out of its paragraph as a figure")
    func figures() {
        #expect(
            Self.blocks("before ![what *it* shows](a.svg) after") == [
                .paragraph([.text("before ")]),
                .figure(path: "a.svg", caption: [.text("what "), .emphasis([.text("it")]), .text(" shows")]),
                .paragraph([.text(" after")]),
            ])
    }

    @Test(
        "joins lines by a space, and lines of Chinese by nothing",
        arguments: [
            ("one\ntwo", "one two"), ("一\n二", "一二"), ("一。\ntwo", "一。two"), ("token\n的", "token 的"),
            ("*一*\n**二**", "一二"), ("one\n*two*", "one two"), ("说……\n二", "说……二"), ("a…\nb", "a… b"),
        ])
    func lineEnds(_ source: String, _ text: String) {
        guard case .paragraph(let parts)? = Self.blocks(source).first else {
            Issue.record("no paragraph")
            return
        }
        #expect(parts.plainText == text)
    }

    @Test("of any depth is read without exhausting the stack, and no text is lost")
    func depth() {
        let quotes = MarkdownDocument(String(repeating: "> ", count: 5000) + "deep")
        #expect("\(quotes.blocks)".contains("deep"))
        let marks = MarkdownDocument(String(repeating: "*a **b ", count: 3000) + "deep" + String(repeating: "** *", count: 3000))
        #expect("\(marks.blocks)".contains("deep"))
    }
}
