/// A piece of a paragraph in one style.
public struct TextSpan: Hashable, Sendable {
    public var text: String
    public var font: Font
    public var paint: Paint
    /// Whether a line runs below it.
    public var isUnderlined: Bool
    /// Whether a dot stands below each Chinese character: the Chinese sign of emphasis, where Latin has italics.
    public var isDotted: Bool
    /// The paint behind it, as behind code.
    public var ground: Paint?
    /// Where it leads, for backends that know links.
    public var address: String?

    public init(
        _ text: String, font: Font, paint: Paint = .ink, isUnderlined: Bool = false, isDotted: Bool = false,
        ground: Paint? = nil, address: String? = nil
    ) {
        self.text = text
        self.font = font
        self.paint = paint
        self.isUnderlined = isUnderlined
        self.isDotted = isDotted
        self.ground = ground
        self.address = address
    }
}

/// A line of a paragraph of several styles.
public struct StyledLine: Hashable, Sendable {
    public var block: Block
    /// The parts that lead somewhere, by their addresses.
    public var links: [Link]

    public struct Link: Hashable, Sendable {
        public var area: Rectangle
        public var address: String
    }
}

extension Typesetter {
    /// The lines of a paragraph of several styles, broken by the rules that one style has, each as high as `lineHeight`.
    ///
    /// A line break in a span's text ends a line.
    public func lines(
        of spans: [TextSpan], width: Double, lineHeight: Double, alignment: Alignment = .start
    ) -> [StyledLine] {
        pieces(of: spans, width: width).map { line in
            styled(line, width: width, lineHeight: lineHeight, alignment: alignment)
        }
    }

    /// The width of the spans on one line, and that of the widest part which is not broken.
    public func extent(of spans: [TextSpan]) -> (whole: Double, part: Double) {
        let part = StyledPieces.unbroken(spans).map { measure(StyledPieces.trimmed($0)) }.max() ?? 0
        return (measure(spans), part)
    }

    private func measure(_ spans: [TextSpan]) -> Double { spans.reduce(0) { $0 + width(of: $1.text, in: $1.font) } }

    private func pieces(of spans: [TextSpan], width: Double) -> [[TextSpan]] {
        var lines: [[TextSpan]] = []
        for paragraph in StyledPieces.paragraphs(spans) {
            var line: [TextSpan] = []
            let first = lines.count
            for piece in StyledPieces.unbroken(paragraph) {
                let candidate = StyledPieces.joined(line, piece)
                if measure(StyledPieces.trimmed(candidate)) <= width {
                    line = candidate
                    continue
                }
                if !line.isEmpty { lines.append(StyledPieces.trimmed(line)) }
                line = []
                // A piece that is wider than a whole line is cut between its characters.
                for character in StyledPieces.characters(piece) {
                    let longer = StyledPieces.joined(line, [character])
                    if !line.isEmpty, measure(StyledPieces.trimmed(longer)) > width {
                        lines.append(StyledPieces.trimmed(line))
                        line = [character]
                    } else {
                        line = longer
                    }
                }
            }
            if !line.isEmpty || lines.count == first { lines.append(StyledPieces.trimmed(line)) }
        }
        return lines
    }

    private func styled(_ spans: [TextSpan], width: Double, lineHeight: Double, alignment: Alignment) -> StyledLine {
        let total = measure(spans)
        let capital = spans.map(\.font.capitalHeight).max() ?? 0
        let baseline = ((lineHeight + capital) / 2).rounded()
        var x = alignment.offset(of: total, in: width)
        var line = StyledLine(
            block: Block(size: Size(width: alignment == .start ? total : width, height: lineHeight), baseline: baseline),
            links: [])
        for span in spans {
            let advance = self.width(of: span.text, in: span.font)
            if let ground = span.ground {
                let area = Rectangle(
                    x: x - 2, y: baseline - span.font.size * 0.95, width: advance + 4, height: span.font.size * 1.3)
                line.block.elements.append(.rectangle(area, cornerRadius: 3, fill: ground))
            }
            line.block.elements.append(
                .text(TextRun(span.text, at: Point(x: x, y: baseline), font: span.font, paint: span.paint)))
            if span.isUnderlined {
                let y = baseline + 2.5
                line.block.elements.append(
                    .line(Point(x: x, y: y), Point(x: x + advance, y: y), Stroke(span.paint, width: 0.6)))
            }
            if span.isDotted { line.block.elements += dots(below: span, x: x, baseline: baseline) }
            if let address = span.address {
                let area = Rectangle(x: x, y: 0, width: advance, height: lineHeight)
                line.links.append(StyledLine.Link(area: area, address: address))
            }
            x += advance
        }
        return line
    }

    private func dots(below span: TextSpan, x: Double, baseline: Double) -> [Element] {
        var text = ""
        var elements: [Element] = []
        for character in span.text {
            let start = width(of: text, in: span.font)
            text.append(character)
            guard character.isLetter, let scalar = character.unicodeScalars.first, Script.isChinese(scalar) else { continue }
            let middle = x + (start + width(of: text, in: span.font)) / 2
            elements.append(
                .circle(
                    at: Point(x: middle, y: baseline + span.font.size * 0.3), radius: span.font.size * 0.065, fill: span.paint))
        }
        return elements
    }
}

/// Cuts and joins spans as ``LineBreaking`` does text.
enum StyledPieces {
    /// Split at line breaks.
    static func paragraphs(_ spans: [TextSpan]) -> [[TextSpan]] {
        var result: [[TextSpan]] = [[]]
        for span in spans {
            for (index, part) in span.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                if index > 0 { result.append([]) }
                if !part.isEmpty { result[result.count - 1].append(copy(span, text: String(part))) }
            }
        }
        return result
    }

    /// The parts that are never broken, found over the borders of styles.
    static func unbroken(_ spans: [TextSpan]) -> [[TextSpan]] {
        let characters = characters(spans)
        var start = 0
        return LineBreaking.lengths(of: characters.flatMap(\.text)).map { length in
            defer { start += length }
            return joined([], Array(characters[start..<(start + length)]))
        }
    }

    static func characters(_ spans: [TextSpan]) -> [TextSpan] {
        spans.flatMap { span in span.text.map { copy(span, text: String($0)) } }
    }

    /// One behind the other, neighbours of one style as one.
    static func joined(_ a: [TextSpan], _ b: [TextSpan]) -> [TextSpan] {
        var result = a
        for span in b {
            if let last = result.last, copy(last, text: span.text) == span {
                result[result.count - 1].text += span.text
            } else {
                result.append(span)
            }
        }
        return result
    }

    /// Without the spaces at the end.
    static func trimmed(_ spans: [TextSpan]) -> [TextSpan] {
        var spans = spans
        while let last = spans.last {
            var text = last.text[...]
            while text.last == " " { text.removeLast() }
            if text.isEmpty {
                spans.removeLast()
            } else {
                spans[spans.count - 1].text = String(text)
                break
            }
        }
        return spans
    }

    private static func copy(_ span: TextSpan, text: String) -> TextSpan {
        var span = span
        span.text = text
        return span
    }
}
