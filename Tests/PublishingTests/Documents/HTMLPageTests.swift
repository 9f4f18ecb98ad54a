import CairoRendering
import Drawing
import Foundation
import Testing

@testable import Publishing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite("A page as HTML")
struct HTMLPageTests {
    static let press = try! FigurePress(language: .en, theme: .light)
    static let hostile = "<b>&\"]]></style><script>'-->"

    static func scene(_ text: String = "token") -> Scene {
        Scene(
            size: Size(width: 300, height: 60), title: "About \(text)", description: text, language: .en,
            elements: [
                .rectangle(Rectangle(x: 0, y: 0, width: 50, height: 50), fill: .tint(.frozen), hatch: Hatch(.frozen)),
                .text(TextRun(text, at: Point(x: 10, y: 30), font: .body)),
            ])
    }

    static func figures(_ text: String = "token") -> [DocumentFigure] {
        ["a.svg", "b.svg"].map { path in DocumentFigure(path: path, scene: scene(text)) { _ in scene(text) } }
    }

    static func html(
        _ markdown: String, language: Language = .en, figures: [DocumentFigure] = figures(), asVectors: Bool = true
    ) throws -> String {
        try DocumentPages.html(
            MarkdownDocument(markdown), figures: figures, press: FigurePress(language: language, theme: .light),
            asVectors: asVectors)
    }

    static func values(of attribute: String, in html: String) -> [String] {
        html.components(separatedBy: " \(attribute)=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }

    /// The elements and the text of the body, by a parser that accepts nothing ill-formed.
    final class Reader: NSObject, XMLParserDelegate {
        var names: [String] = []
        var text = ""
        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) { names.append(name) }
        func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
    }

    static func read(_ html: String) throws -> Reader {
        let start = try #require(html.range(of: "<main>")).lowerBound
        let end = try #require(html.range(of: "</main>", options: .backwards)).upperBound
        // The only elements of ours without an end.
        let body = html[start..<end].replacing("<br>", with: "<br/>").replacing("<hr>", with: "<hr/>")
        let parser = XMLParser(data: Data(body.utf8))
        let reader = Reader()
        parser.delegate = reader
        #expect(parser.parse(), "\(parser.parserError.map(String.init(describing:)) ?? "")")
        return reader
    }

    static let sample = """
        # Two ways

        **Why?**

        ## Claims

        ![one](a.svg)

        ## Claims

        ![two *things*](b.svg)

        | a | b |
        |---|--:|
        | ✓ | 1 |
        """

    @Test("says its language and title, has an anchor for each heading, and every identifier once")
    func identifiers() throws {
        for (language, tag) in [(Language.en, "en"), (.zhHans, "zh-Hans")] {
            let html = try Self.html(Self.sample, language: language)
            #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"\(tag)\">") && html.contains("<title>Two ways</title>"))
            let identifiers = Self.values(of: "id", in: html)
            #expect(Set(identifiers).count == identifiers.count)
            #expect(Set(["two-ways", "claims", "claims-2", "figure_1-title", "figure_2-hatch-0"]).isSubset(of: identifiers))
            for link in Self.values(of: "href", in: html) {
                #expect(link.hasPrefix("#") && identifiers.contains(String(link.dropFirst())))
            }
            for use in html.components(separatedBy: "url(#").dropFirst() {
                #expect(identifiers.contains(String(use.prefix { $0 != ")" })))
            }
            let reader = try Self.read(html)
            #expect(reader.names.filter { $0 == "svg" }.count == 2 && reader.names.filter { $0 == "figcaption" }.count == 2)
        }
    }

    @Test("fetches nothing and runs nothing", arguments: [true, false])
    func selfContained(asVectors: Bool) throws {
        let html = try Self.html(Self.sample + "\n\n![elsewhere](https://a.org/x.png)", asVectors: asVectors)
        #expect(!html.contains("<script") && !html.contains("<link") && !html.contains("@import") && !html.contains("src=\"http"))
        #expect(Self.values(of: "src", in: html).allSatisfy { $0.hasPrefix("data:image/png;base64,") })
        #expect(Self.values(of: "src", in: html).count == (asVectors ? 0 : 2))
        #expect(html.contains(asVectors ? "<text " : "alt=\"two things\""))
        #expect(html.contains("default-src 'none'"))
    }

    @Test("never takes text for markup, in prose or figures")
    func escaping() throws {
        let t = Self.hostile
        // A bracket would end the caption.
        let caption = t.replacing("]", with: "\\]")
        let html = try Self.html(
            "# \(t)\n\n`\(t)` and \(t)\n\n```\n\(t)\n```\n\n![\(caption)](a.svg)\n\n| `\(t)` |\n|---|\n| x |",
            figures: Self.figures(t))
        let known: Set<String> = [
            "main", "h1", "p", "code", "pre", "figure", "div", "svg", "title", "desc", "style", "defs", "pattern", "path", "rect",
            "text", "figcaption", "table", "thead", "tbody", "tr", "th", "td",
        ]
        let reader = try Self.read(html)
        #expect(Set(reader.names).isSubset(of: known), "\(Set(reader.names).subtracting(known))")
        // Heading, code and text of the paragraph, code block, caption, cell; title, description and text of the figure.
        #expect(reader.text.components(separatedBy: t).count - 1 == 9)
        #expect(html.components(separatedBy: "<style>").count == html.components(separatedBy: "</style>").count)
        #expect(!html.contains("<script") && !html.contains("<b>"))
    }

    @Test(
        "keeps links to addresses and to other lessons, and none that runs code",
        arguments: [
            ("https://a.org/?x=1&y='2'", "https://a.org/?x=1&amp;y=&#39;2&#39;"), ("mailto:a@b.org", "mailto:a@b.org"),
            ("../02-prefix/README.md", "../02-prefix/index.html"),
            ("../02-prefix/README.md#claims", "../02-prefix/index.html#claims"),
            ("NOTREADME.md", "NOTREADME.md"), ("recording/recording.json", "recording/recording.json"), ("#claims", "#claims"),
            ("javascript:alert(1)", nil), ("JAVA&#10;SCRIPT:alert(1)", nil), ("data:text/html,x", nil),
            ("file:///etc/passwd", nil),
        ] as [(String, String?)])
    func links(_ destination: String, _ written: String?) throws {
        let html = try Self.html("[x](<\(destination)>)")
        #expect(Self.values(of: "href", in: html) == (written.map { [$0] } ?? []))
    }

    @Test("dots Chinese emphasis and only it")
    func emphasis() throws {
        let html = try Self.html("*虚拟 token* and *italic*", language: .zhHans)
        #expect(html.contains("<em class=\"dotted\">虚拟<span class=\"undotted\"> token</span></em> and <em>italic</em>"))
    }

    @Test("is the same to the byte every time")
    func deterministic() throws {
        #expect(try Self.html(Self.sample) == Self.html(Self.sample))
    }
}
