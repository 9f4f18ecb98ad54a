import Drawing
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct LiveSVGTests {
    func svg(_ elements: [Element], title: String = "Title", description: String = "Description") throws -> String {
        let scene = Scene(
            size: Size(width: 100, height: 50), title: title, description: description, language: .zhHans, elements: elements)
        return try LiveSVG(measurer: PlainMeasurer()).write(scene)
    }

    /// Reads XML and keeps what the tests ask for.
    final class Reader: NSObject, XMLParserDelegate {
        var names: [String: Int] = [:]
        var texts: [String: String] = [:]
        var addresses: [String] = []
        private var path: [String] = []

        init(_ text: String) throws {
            super.init()
            let parser = XMLParser(data: Data(text.utf8))
            parser.delegate = self
            #expect(parser.parse(), "\(String(describing: parser.parserError)) in \(text)")
        }

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            path.append(name)
            names[name, default: 0] += 1
            if let address = attributes["data-address"] { addresses.append(address) }
        }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            path.removeLast()
        }
        func parser(_ parser: XMLParser, foundCharacters text: String) { texts[path.last ?? "", default: ""] += text }
    }

    static let hostile = [
        "<b>&\"]]>", "<\u{338}b>", "'onload='x", "]]><script>", "\u{0}\u{B}\u{FFFE}", "<!--", "&amp;", "e\u{301}<", "\u{202E}abc",
        "👍<",
    ]

    @Test("Text of any kind stays text, in content, titles and addresses", arguments: hostile)
    func escaping(text: String) throws {
        let run = TextRun(text, at: Point(x: 1, y: 20), font: .label)
        let reader = try Reader(
            try svg([.group(Group(address: text, [.text(run)]))], title: text, description: text))
        #expect(reader.names.keys.sorted() == ["desc", "g", "rect", "style", "svg", "text", "title"])
        let shown = String(
            String.UnicodeScalarView(text.unicodeScalars.map { [0, 0xB, 0xFFFE].contains($0.value) ? "\u{FFFD}" : $0 }))
        #expect(reader.texts["text"] == shown && reader.texts["title"] == shown && reader.texts["desc"] == shown)
        #expect(reader.addresses == [shown])
    }

    @Test("Every address of the scene is in the file, in order")
    func addresses() throws {
        let grid = CellGrid(
            columnStarts: [0, 10], rowStarts: [0, 10], cell: Size(width: 10, height: 10), values: [1, 2, 0, 1],
            scale: .sequential(to: 2), addresses: CellAddresses("s1/x", rows: [0, 1], columns: [4, 5]))
        let elements: [Element] = [.group(Group(offset: Point(x: 5, y: 5), address: "s1/loss", [.cells(grid)]))]
        let reader = try Reader(try svg(elements))
        #expect(reader.addresses == ["s1/loss", "s1/x[0,4]", "s1/x[0,5]", "s1/x[1,4]", "s1/x[1,5]"])
    }

    @Test("Colours are variables with a value for each theme, and a plain colour for who knows none")
    func variables() throws {
        let text = try svg([.rectangle(Rectangle(x: 0, y: 0, width: 5, height: 5), fill: .trained)])
        #expect(text.contains("fill=\"#C8500A\" style=\"fill:var(--trained)\""))
        #expect(text.contains("--trained:#C8500A") && text.contains("--trained:#FF9A4D"))
        #expect(text.contains("prefers-color-scheme:dark") && text.contains("[data-theme=dark]"))
    }

    @Test("A shape that is filled and stroked has one style for both")
    func filledAndStroked() throws {
        let text = try svg([
            .circle(at: Point(x: 9, y: 9), radius: 4, fill: .paper, stroke: Stroke(.trained, width: 2, cap: .round))
        ])
        _ = try Reader(text)
        #expect(text.contains("fill=\"#FFFFFF\" stroke=\"#C8500A\" style=\"fill:var(--paper);stroke:var(--trained)\""))
    }

    @Test("Text keeps the room it was given whatever face a reader has")
    func textLength() throws {
        let text = try svg([.text(TextRun("abc", at: Point(x: 1, y: 20), font: .digits, anchor: .middle, turn: .upwards))])
        #expect(
            text.contains("textLength=\"18\"") && text.contains("text-anchor=\"middle\"") && text.contains("rotate(-90 1 20)"))
    }

    @Test("A character that the figure's faces cannot draw is refused by name")
    func undrawable() {
        #expect(throws: UndrawableCharacter.self) { try svg([.text(TextRun("a\u{FFFD}", at: .zero, font: .label))]) }
    }

    @Test("Hatching is a pattern of its own, written once")
    func hatch() throws {
        let shape = Element.rectangle(
            Rectangle(x: 0, y: 0, width: 9, height: 9), fill: .tint(.frozen), hatch: Hatch(.frozen), stroke: Stroke(.frozen))
        let reader = try Reader(try svg([shape, shape]))
        #expect(reader.names["pattern"] == 1)
        #expect(reader.names["path"] == 1 + 2 * 3)
    }

    @Test("Identifiers have the page's prefix, so that several figures can share a page")
    func prefixes() throws {
        let scene = Scene(size: Size(width: 9, height: 9), title: "t", description: "d", language: .en, elements: [])
        let text = try LiveSVG(measurer: PlainMeasurer()).write(scene, prefix: "f2")
        #expect(text.contains("id=\"f2-title\"") && text.contains("aria-labelledby=\"f2-title\"") && text.contains("lang=\"en\""))
    }

    @Test("A scene drawn larger keeps its own places")
    func magnification() throws {
        let scene = Scene(size: Size(width: 100, height: 50), title: "t", description: "d", language: .en, elements: [])
        let text = try LiveSVG(measurer: PlainMeasurer()).write(scene.drawn(width: 321.26))
        #expect(text.contains("width=\"321.26px\" height=\"160.63px\" viewBox=\"0 0 100 50\""))
    }
}
