import Drawing
import Foundation
import Testing

@testable import CairoRendering

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct VectorTests {
    @Test("The SVG is valid XML of the scene's size with title and description, and has no text element")
    func svg() throws {
        let bytes = try rendering.svg(Specimens.mixed(), theme: .light)
        #expect(XMLParser(data: Data(bytes)).parse())
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("<title>软提示 &lt;&amp;&gt;</title>") && text.contains("<desc>Every kind of element.</desc>"))
        let (width, height) = (Int(Specimens.mixed().size.width), Int(Specimens.mixed().size.height))
        #expect(
            text.contains("viewBox=\"0 0 \(width) \(height)\"") && text.contains("width=\"\(width)px\" height=\"\(height)px\""))
        #expect(!text.contains("<text"))
    }

    @Test("Every use in the SVG has its definition, and no outline is defined twice")
    func identifiers() throws {
        let text = String(decoding: try rendering.svg(Specimens.mixed(), theme: .light), as: UTF8.self)
        func names(after opener: String) -> [Substring] {
            text.components(separatedBy: opener).dropFirst().compactMap {
                $0.split { $0 == "\"" || $0 == ")" }.first.map { Substring(String($0)) }
            }
        }
        let defined = names(after: " id=\"")
        let used = Set(names(after: "url(#") + names(after: "href=\"#"))
        #expect(!used.isEmpty && used == Set(defined) && defined.count == used.count)
        let outlines = text.components(separatedBy: "<path id=\"").dropFirst().map { $0.drop { $0 != " " }.prefix { $0 != ">" } }
        #expect(outlines.count > 20 && Set(outlines).count == outlines.count)
    }

    @Test("The SVG has no colour but the theme's", arguments: [Theme.Name.light, .dark])
    func colours(_ name: Theme.Name) throws {
        let theme = Theme.named(name)
        let roles = ColourRole.allCases.flatMap { role in
            (0...1000).map { theme.colour(of: .role(role, strength: Double($0) / 1000)).hexadecimal }
        }
        let maps = ColourMap.allCases.flatMap { map in
            (-2048...2048).map { theme.colour(of: .map(map, position: Double($0) / 2048)).hexadecimal }
        }
        let known = Set(roles + maps + ["#000000", "#FFFFFF"])
        let text = String(decoding: try rendering.svg(Specimens.mixed(), theme: theme), as: UTF8.self)
        let used = Set(
            text.components(separatedBy: "=\"#").dropFirst().map { "#" + $0.prefix { $0 != "\"" } }.filter { $0.count == 7 })
        #expect(used.count > 10 && used.isSubset(of: known), "\(used.subtracting(known))")
        #expect(!text.contains("style=") && !text.contains("rgb("))
    }

    /// Text as it may stand in a vocabulary, and what an error must say of it; nil where it is drawn.
    static let vocabulary: [(text: String, refusal: [String]?)] = [
        ("<b>&\"]]>", nil), ("</svg><script>", nil), ("<!--'", nil), ("e\u{301}<\u{338}b", nil), ("%s\\n", nil),
        ("a\u{202E}b", ["U+202E", "control character"]), ("a\u{200F}b", ["U+200F", "control character"]),
        ("שלום", ["U+05E9", "right to left"]), ("\u{0}", ["U+0000", "control character"]),
        ("👍", ["U+1F44D", "DejaVu Sans", "fonts-dejavu-core", "WenQuanYi Micro Hei", "fonts-wqy-microhei"]),
        ("𠮷", ["U+20BB7", "WenQuanYi Micro Hei", "fonts-wqy-microhei"]),
    ]

    /// What a file is made with.
    static let backends: [(name: String, make: @Sendable (Scene) throws -> [UInt8])] = [
        ("png", { try rendering.png($0, theme: .light) }), ("svg", { try rendering.svg($0, theme: .light) }),
        ("pdf", { try rendering.pdf($0, theme: .dark) }), ("live.svg", { try rendering.liveSVG($0, prefix: "f") }),
    ]

    @Test("Any token is drawn or refused by name, in every format, and is never markup", arguments: vocabulary.indices)
    func tokens(_ index: Int) throws {
        let (text, refusal) = Self.vocabulary[index]
        var scene = Specimens.text(text)
        (scene.title, scene.description) = (text, text)
        for (name, make) in Self.backends {
            guard let refusal else {
                let bytes = try make(scene)
                guard name.hasSuffix("svg") else { continue }
                let reader = ElementNames(bytes)
                #expect(reader.isSound, "\(name)")
                #expect(
                    reader.names.isSubset(of: ["svg", "title", "desc", "defs", "style", "path", "rect", "g", "use", "text"]),
                    "\(name): \(reader.names)")
                #expect(reader.title == text, "\(name)")
                continue
            }
            let error = #expect(throws: RenderingError.self, "\(name)") { try make(scene) }
            for piece in refusal {
                #expect(error?.description.contains(piece) == true, "\(name): \(error?.description ?? "none")")
            }
        }
    }

    /// Reads XML for the names of its elements and the text of its title.
    private final class ElementNames: NSObject, XMLParserDelegate {
        private(set) var names: Set<String> = []
        private(set) var title = ""
        private(set) var isSound = false
        private var current = ""

        init(_ bytes: [UInt8]) {
            super.init()
            let parser = XMLParser(data: Data(bytes))
            parser.delegate = self
            isSound = parser.parse()
        }

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            names.insert(name)
            current = name
        }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            current = ""
        }

        func parser(_ parser: XMLParser, foundCharacters text: String) { if current == "title" { title += text } }
    }

    @Test("The PDF has one page of the scene's size in points, its title, and no date but the pinned one")
    func pdf() throws {
        let bytes = try rendering.pdf(Specimens.mixed(), theme: .light)
        let text = String(decoding: bytes, as: UTF8.self)
        let size = Specimens.mixed().size
        #expect(text.hasPrefix("%PDF-"))
        #expect(
            text.contains("/Count 1")
                && text.contains(
                    "/MediaBox [ 0 0 \(NumberFormat.significant(size.width * 0.75)) \(NumberFormat.significant(size.height * 0.75)) ]"
                ))
        #expect(text.contains("/CreationDate (20000101000000") && !text.contains("/ModDate"))
        // Text is drawn, not set: no font is embedded.
        #expect(!text.contains("/FontFile"))
    }

    @Test("A size in mm is exact to 0.1 mm in every format", arguments: [85.0, 114.3, 170, 841])
    func magnified(width: Double) throws {
        let scene = Specimens.mixed().drawn(width: width / 25.4 * 96)
        let size = scene.drawnSize
        for bytes in [
            try rendering.svg(scene, theme: .light, unit: .millimetres),
            try rendering.liveSVG(scene, unit: .millimetres, prefix: "f"),
        ] {
            let text = String(decoding: bytes, as: UTF8.self)
            let sides = [" width=\"", " height=\""].map { text.components(separatedBy: $0)[1].prefix { $0 != "\"" } }
            #expect(sides.allSatisfy { $0.hasSuffix("mm") })
            let numbers = try sides.map { try #require(Double($0.dropLast(2))) }
            #expect(abs(numbers[0] - width) < 0.01 && abs(numbers[1] - size.height / 96 * 25.4) < 0.01)
            // The layout is as it was.
            #expect(text.contains("viewBox=\"0 0 360 360\""))
        }
        let pdf = String(decoding: try rendering.pdf(scene, theme: .light), as: UTF8.self)
        let box = try #require(pdf.components(separatedBy: "/MediaBox [ 0 0 ").dropFirst().first).split(separator: " ").prefix(2)
        let points = try box.map { try #require(Double($0)) }
        #expect(abs(points[0] / 72 * 25.4 - width) < 0.05 && abs(points[1] / 72 * 25.4 - size.height / 96 * 25.4) < 0.05)
        for scale in [1, 2, 3.125] where width < 800 {
            let chunks = try PNGTests.chunks(rendering.png(scene, theme: .light, scale: scale))
            let pixels = [0, 4].map { Double(PNGTests.number(chunks[0].data[$0..<$0 + 4])) }
            let perMetre = Double(PNGTests.number(chunks[2].data[0..<4]))
            #expect(abs(pixels[0] / perMetre * 1000 - width) < 0.1)
            // Pixels are square, so that the height has half a pixel to give or take.
            #expect(abs(pixels[1] / perMetre * 1000 - size.height / 96 * 25.4) < 500 / perMetre + 0.02)
        }
    }
}
