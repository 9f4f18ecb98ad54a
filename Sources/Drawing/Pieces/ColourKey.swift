/// What the colours of a map stand for: a bar with its numbers.
public struct ColourKey: Sendable {
    public var scale: ColourScale
    /// What the numbers are, with their unit.
    public var title: String
    /// The length of the bar, px.
    public var length: Double
    /// What the bar measures where the scale's numbers are places along an axis, 0 to 1: its ticks are written below the bar.
    public var axis: Axis?

    public init(_ scale: ColourScale, title: String, length: Double = 160) {
        self.scale = scale
        self.title = title
        self.length = length
    }

    private static let thickness = 10.0
    private static let steps = 32

    /// The same, with the title above the bar where both side by side are wider than a width.
    public func block(_ type: Typesetter, within width: Double) -> Block {
        let whole = block(type)
        guard whole.width > width, !title.isEmpty else { return whole }
        var bar = self
        bar.title = ""
        return .column([type.paragraph(title, width: width, font: .label), bar.block(type)], spacing: 4)
    }

    /// The title before the bar, the numbers below it.
    public func block(_ type: Typesetter) -> Block {
        let marks = numbers
        let texts = axis?.ticks.labels ?? marks.map { NumberFormat.significant($0) }
        let title = title.isEmpty ? Block.empty : type.line(title)
        // The first number is centred below the bar's left end and may reach further left than that.
        let widths = texts.map { type.width(of: $0, in: .digits) }
        let left = max(title.width > 0 ? title.width + 12 : 0, ((widths.first ?? 0) / 2).rounded(.up))
        let right = ((widths.last ?? 0) / 2).rounded(.up)
        // The title stands beside the bar, not beside the middle of bar and numbers.
        let top = max(0, ((title.height - Self.thickness) / 2).rounded(.up))
        let bar = Rectangle(x: left, y: top, width: length, height: Self.thickness)
        var key = Block(size: Size(width: left + length + right, height: bar.bottom + 4 + Font.digits.lineHeight))
        key.place(title, at: .zero)
        let pitch = length / Double(Self.steps)
        key.elements.append(
            .cells(
                CellGrid(
                    columnStarts: (0..<Self.steps).map { bar.x + Double($0) * pitch }, rowStarts: [bar.y],
                    cell: Size(width: pitch, height: bar.height),
                    values: (0..<Self.steps).map { step in
                        Float(scale.lower + (scale.upper - scale.lower) * Double(step) / Double(Self.steps - 1))
                    }, scale: scale)))
        key.elements.append(.rectangle(bar.grown(by: -0.5), stroke: Stroke(.rule)))
        for (mark, text) in zip(marks, texts) {
            let share = scale.upper > scale.lower ? (mark - scale.lower) / (scale.upper - scale.lower) : 0
            key.elements.append(
                .text(
                    TextRun(
                        text, at: Point(x: bar.x + share * length, y: bar.bottom + 4 + Font.digits.baseline), font: .digits,
                        anchor: .middle)))
        }
        return key
    }

    private var numbers: [Double] {
        if let axis { return axis.ticks.values.map(axis.share) }
        guard scale.upper > scale.lower else { return [scale.lower] }
        return scale.map == .diverging ? [scale.lower, 0, scale.upper] : [scale.lower, scale.upper]
    }
}
