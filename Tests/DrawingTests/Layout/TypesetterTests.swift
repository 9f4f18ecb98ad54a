import Drawing
import Testing

@Suite struct TypesetterTests {
    @Test("A line is as wide as its text, in whole px, and has the font's height")
    func line() {
        let block = english.line("abc", font: .label)
        #expect(block.size == Size(width: 22, height: 17))
        #expect(block.baseline == Font.label.baseline)
    }

    @Test("A paragraph is as high as its lines and no wider than asked")
    func paragraph() {
        let block = english.paragraph("the model stays frozen", width: 100, font: .label)
        #expect(block.height == 2 * Font.label.lineHeight)
        #expect(block.width <= 100)
        #expect(texts(in: block).map(\.text) == ["the model", "stays frozen"])
    }

    @Test("A centred paragraph stands in the middle of its width")
    func centred() throws {
        let block = english.paragraph("ab", width: 100, font: .label, alignment: .centre)
        #expect(block.width == 100)
        #expect(try #require(texts(in: block).first).origin.x == 42)
    }

    @Test("A text that fits stays whole, a longer one ends with an ellipsis within the width")
    func shortened() {
        #expect(english.shortened("frozen", width: 100, font: .label) == "frozen")
        let short = english.shortened("frozen weights", width: 60, font: .label)
        #expect(short.hasSuffix("…") && "frozen weights".hasPrefix(short.dropLast()))
        #expect(english.width(of: short, in: .label) <= 60)
    }

    @Test("A typesetter takes the text of its language")
    func languages() {
        let text = Localised(en: "frozen", zhHans: "冻结")
        #expect(english(text) == "frozen" && chinese(text) == "冻结")
        #expect(texts(in: chinese.line(text)).map(\.text) == ["冻结"])
    }
}
