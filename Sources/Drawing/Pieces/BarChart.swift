/// Level bars, each with its name before it and its number behind it.
public struct BarChart: Sendable {
    public struct Bar: Sendable {
        public var label: String
        public var value: Double
        /// The number as written, with its unit.
        public var text: String
        public var role: ColourRole
        /// Whether the bar is hatched, as what is frozen is.
        public var isHatched: Bool
        public var address: String?

        public init(
            _ label: String, value: Double, text: String? = nil, role: ColourRole, isHatched: Bool = false, address: String? = nil
        ) {
            self.label = label
            self.value = value
            self.text = text ?? NumberFormat.significant(value, digits: 3)
            self.role = role
            self.isHatched = isHatched
            self.address = address
        }
    }

    /// What the bars measure; a logarithmic one says so in its title. Bars begin at its lower end, or at 0 where it spans 0.
    public var axis: Axis
    public var bars: [Bar]
    public var barHeight = 16.0
    public var spacing = 8.0
    /// Whether the axis has its numbers below it; bars carry their own in any case.
    public var showsTicks = true

    public init(axis: Axis, bars: [Bar]) {
        self.axis = axis
        self.bars = bars
    }

    private static let air = 8.0

    /// The chart in a width; its height follows from the bars.
    public func block(_ type: Typesetter, width: Double) -> Block {
        let labels = bars.map { type.line($0.label) }
        let numbers = bars.map { type.line($0.text) }
        let left = (labels.map(\.width).max() ?? 0) + Self.air
        let right = (numbers.map(\.width).max() ?? 0) + Self.air
        let length = max(1, width - left - right)
        let hasNegative = axis.scale == .linear && axis.range.lowerBound < 0
        // Numbers of bars that point left stand before them, in the same room that others have behind.
        let room = hasNegative ? max(1, length - right) : length
        let origin = hasNegative ? left + right : left
        var top = axis.title.isEmpty ? 0 : Font.label.lineHeight + 6
        var block = Block(size: Size(width: width, height: 0))
        if !axis.title.isEmpty { block.place(type.line(axis.title, paint: .muted), at: Point(x: left, y: 0)) }
        let rowHeight = max(barHeight, Font.label.lineHeight)
        let bottom = top + Double(bars.count) * (rowHeight + spacing) - spacing
        let zero = axis.scale == .linear && axis.range.contains(0) ? axis.share(of: 0) : 0

        for (value, label) in zip(axis.ticks.values, axis.ticks.labels) where showsTicks {
            let position = (origin + axis.share(of: value) * room).rounded()
            guard position >= origin - 1, position <= origin + room + 1 else { continue }
            block.elements.append(.line(Point(x: position, y: top - 2), Point(x: position, y: bottom + 2), Stroke(.rule)))
            block.elements.append(
                .text(
                    TextRun(
                        label, at: Point(x: position, y: bottom + 6 + Font.digits.baseline), font: .digits, anchor: .middle,
                        paint: .muted)))
        }
        for (index, bar) in bars.enumerated() {
            let share = min(max(axis.share(of: bar.value), 0), 1)
            let (start, end) = (origin + min(zero, share) * room, origin + max(zero, share) * room)
            let shape = Rectangle(
                x: start, y: top + (rowHeight - barHeight) / 2, width: max(end - start, 1), height: barHeight)
            let paint = Paint.role(bar.role, strength: 1)
            let body: Element =
                bar.isHatched
                ? .rectangle(
                    shape.grown(by: -0.5), fill: .tint(bar.role), hatch: Hatch(.role(bar.role, strength: 0.6), spacing: 5),
                    stroke: Stroke(paint))
                : .rectangle(shape, fill: paint)
            block.place(
                labels[index],
                at: Point(x: left - Self.air - labels[index].width, y: top + (rowHeight - labels[index].height) / 2))
            let number = numbers[index]
            let x = share < zero ? start - Self.air + 2 - number.width : end + Self.air - 2
            let plate = Rectangle(x: x - 4, y: top, width: number.width + 8, height: rowHeight)
            var mark = Block(size: block.size, elements: [.rectangle(plate, fill: .paper), body])
            mark.place(number, at: Point(x: x, y: top + (rowHeight - number.height) / 2))
            block.elements.append(.group(Group(address: bar.address, mark.elements)))
            block.places["bar \(index)"] = shape
            top += rowHeight + spacing
        }
        if !bars.isEmpty {
            let position = (origin + zero * room).rounded()
            block.elements.append(
                .line(
                    Point(x: position, y: bottom + 2),
                    Point(x: position, y: bottom - Double(bars.count) * (rowHeight + spacing) + spacing - 2), Stroke(.muted)))
        }
        block.size.height = bottom + (showsTicks ? 6 + Font.digits.lineHeight : 2)
        return block
    }
}
