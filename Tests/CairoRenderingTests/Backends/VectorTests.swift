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

    @Test("Every identifier of the SVG is numbered by its first appearance, and every use has its definition")
    func identifiers() throws {
        let text = String(decoding: try rendering.svg(Specimens.mixed(), theme: .light), as: UTF8.self)
        func names(after opener: String) -> Set<Substring> {
            Set(
                text.components(separatedBy: opener).dropFirst().compactMap {
                    $0.split { $0 == "\"" || $0 == ")" }.first.map { Substring(String($0)) }
                })
        }
        let defined = names(after: " id=\"")
        let used = names(after: "url(#").union(names(after: "href=\"#"))
        #expect(!used.isEmpty && used.isSubset(of: defined))
        #expect(defined == Set(defined.indices.enumerated().map { Substring("i\($0.offset)") }))
    }

    @Test("Paths of the SVG are rounded to the nearest hundredth, and nothing else is")
    func rounding() throws {
        let cases = [
            ("M 31.179688 -0.004 L 5.995 12 C 0.5 -7.126 100.10 1", "M 31.18 0 L 6 12 C 0.5 -7.13 100.1 1"),
            ("M 0.0149 -0.015 L -3 10.05", "M 0.01 -0.02 L -3 10.05"),
        ]
        for (path, rounded) in cases {
            let file = "<svg><path style=\"fill:rgb(10.588235%)\" d=\"\(path)\"/></svg>"
            let bytes = SVGNormalisation.normalised(Array(file.utf8), title: "t", description: "d", language: .en)
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.contains(" d=\"\(rounded)\"") && text.contains("10.588235%"), "\(text)")
        }
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

    @Test("A magnified scene keeps its layout at another size, to 0.1 mm")
    func magnified() throws {
        let scene = Specimens.mixed().drawn(width: 85 / 25.4 * 96)
        let text = String(decoding: try rendering.svg(scene, theme: .light), as: UTF8.self)
        let width = try #require(
            text.components(separatedBy: "width=\"").dropFirst().first.flatMap {
                Double($0.prefix { "0123456789.".contains($0) })
            })
        #expect(abs(width / 96 * 25.4 - 85) < 0.05)
    }
}
