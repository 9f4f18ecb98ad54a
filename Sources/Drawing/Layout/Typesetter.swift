/// Makes blocks of text, in one language, with the real measures of the faces.
public struct Typesetter: Sendable {
    public let measurer: any TextMeasurer
    public let language: Language

    public init(measurer: any TextMeasurer, language: Language) {
        self.measurer = measurer
        self.language = language
    }

    public func width(of text: String, in font: Font) -> Double { measurer.metrics(of: text, in: font).width }

    /// The text in this typesetter's language.
    public func callAsFunction(_ text: Localised) -> String { text[language] }

    /// One line, as wide as the text: in whole px, so that what stands beside it keeps sharp edges.
    public func line(_ text: String, font: Font = .label, paint: Paint = .ink) -> Block {
        let width = width(of: text, in: font).rounded(.up)
        return Block(
            size: Size(width: width, height: font.lineHeight),
            elements: text.isEmpty ? [] : [.text(TextRun(text, at: Point(x: 0, y: font.baseline), font: font, paint: paint))],
            baseline: font.baseline)
    }

    public func line(_ text: Localised, font: Font = .label, paint: Paint = .ink) -> Block {
        line(text[language], font: font, paint: paint)
    }

    /// One line reading upwards, for the side of an axis or the head of a narrow column.
    public func upwardsLine(_ text: String, font: Font = .label, paint: Paint = .ink) -> Block {
        let width = width(of: text, in: font).rounded(.up)
        return Block(
            size: Size(width: font.lineHeight, height: width),
            elements: text.isEmpty
                ? []
                : [.text(TextRun(text, at: Point(x: font.baseline, y: width), font: font, paint: paint, turn: .upwards))])
    }

    /// As many lines as the text needs in a width.
    public func paragraph(
        _ text: String, width: Double, font: Font = .body, paint: Paint = .ink, alignment: Alignment = .start
    ) -> Block {
        var block = Block.column(
            lines(of: text, width: width, font: font).map { line($0, font: font, paint: paint) }, spacing: 0, alignment: alignment
        )
        // A centred or right-aligned paragraph fills its width, so that its lines stand by the width's middle or end.
        if alignment != .start { block = block.within(width: width, horizontally: alignment) }
        return block
    }

    public func paragraph(
        _ text: Localised, width: Double, font: Font = .body, paint: Paint = .ink, alignment: Alignment = .start
    ) -> Block {
        paragraph(text[language], width: width, font: font, paint: paint, alignment: alignment)
    }

    /// The lines a text is broken into so that each fits a width.
    public func lines(of text: String, width: Double, font: Font) -> [String] {
        LineBreaking.lines(of: text, width: width) { self.width(of: $0, in: font) }
    }

    /// The text, or as much of its start as fits the width with a `…` behind it.
    public func shortened(_ text: String, width: Double, font: Font) -> String {
        guard self.width(of: text, in: font) > width else { return text }
        let characters = Array(text)
        var (low, high) = (0, characters.count)
        while low < high {
            let middle = (low + high + 1) / 2
            if self.width(of: String(characters[..<middle]) + "…", in: font) <= width { low = middle } else { high = middle - 1 }
        }
        return String(characters[..<low]) + "…"
    }
}
