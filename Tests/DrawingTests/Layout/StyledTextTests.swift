import Testing

@testable import Drawing

@Suite("Paragraphs of several styles")
struct StyledTextTests {
    static let type = Typesetter(measurer: PlainMeasurer(), language: .en)
    static let regular = Font(size: 10)

    static func texts(_ line: StyledLine) -> [String] {
        line.block.elements.compactMap { if case .text(let run) = $0 { run.text } else { nil } }
    }

    static func lines(_ spans: [TextSpan], characters: Int) -> [StyledLine] {
        let width = type.width(of: String(repeating: "n", count: characters), in: regular)
        return type.lines(of: spans, width: width + 0.01, lineHeight: 14)
    }

    @Test(
        "In one style lines are those of the line breaking",
        arguments: ["the model stays frozen", "two\nlines", "incomprehensible", "a  b", "", "a\n\nb"])
    func oneStyle(_ text: String) {
        let lines = Self.lines([TextSpan(text, font: Self.regular)], characters: 9)
        let width = Self.type.width(of: "nnnnnnnnn", in: Self.regular) + 0.01
        #expect(lines.map { Self.texts($0).joined() } == Self.type.lines(of: text, width: width, font: Self.regular))
    }

    @Test("A style that ends between a Chinese character and its punctuation does not part them")
    func punctuation() {
        for count in 1...12 {
            let spans = [
                TextSpan("模型被", font: Self.regular), TextSpan("冻结", font: Self.regular.bold),
                TextSpan("：只使用（", font: Self.regular), TextSpan("frozen", font: Self.regular.slanted),
                TextSpan("），不改变。", font: Self.regular),
            ]
            // A width that holds no unbroken part cuts anywhere.
            let width = max(Double(count) * 10, Self.type.extent(of: spans).part)
            for line in Self.type.lines(of: spans, width: width, lineHeight: 14) {
                let text = Self.texts(line).joined()
                #expect(!"：）。，".contains(text.first ?? " ") && text.last != "（", "\(text)")
            }
        }
    }

    @Test("No line is wider than asked, runs of one line do not overlap, and all of the text is there")
    func widths() {
        let spans = ["the ", "soft", " prompt, and ", "what(it)does", " to the model"].enumerated().map { index, text in
            TextSpan(text, font: index % 2 == 0 ? Self.regular : Self.regular.bold)
        }
        for width in [40.0, 65, 120, 500] {
            let lines = Self.type.lines(of: spans, width: width, lineHeight: 14)
            for line in lines {
                #expect(line.block.width <= width)
                var x = 0.0
                for case .text(let run) in line.block.elements {
                    #expect(abs(run.origin.x - x) < 1e-9)
                    x += Self.type.width(of: run.text, in: run.font)
                }
            }
            let words = lines.map { Self.texts($0).joined() }.joined()
            #expect(words.filter { $0 != " " } == spans.map(\.text).joined().filter { $0 != " " })
        }
    }

    @Test("A link keeps its address on each of the lines it is broken over")
    func links() {
        let spans = [
            TextSpan("see ", font: Self.regular), TextSpan("the long article", font: Self.regular, address: "https://a"),
        ]
        let lines = Self.lines(spans, characters: 9)
        #expect(lines.count > 1 && lines.allSatisfy { $0.links.map(\.address) == ["https://a"] })
        #expect(lines[0].links[0].area.x == Self.type.width(of: "see ", in: Self.regular))
    }
}
