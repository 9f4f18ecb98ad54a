/// Level bars, each with its name before it and its number behind it, or both above it.
public struct BarChart: Sendable {
    /// A stretch of a bar.
    public struct Part: Hashable, Sendable {
        /// Written into the stretch where it has room.
        public var label: String
        /// Written instead where the label has no room.
        public var shortLabel = ""
        public var value: Double
        public var role: ColourRole
        /// Whether it is hatched, as what is frozen is. Nothing is written into a hatched stretch.
        public var isHatched: Bool
        public var address: String?

        public init(_ label: String = "", value: Double, role: ColourRole, isHatched: Bool = false, address: String? = nil) {
            self.label = label
            self.value = value
            self.role = role
            self.isHatched = isHatched
            self.address = address
        }
    }

    public struct Bar: Hashable, Sendable {
        public var label: String
        /// One after the other from the bar's foot. Several have no meaning on a logarithmic axis, nor with different signs.
        public var parts: [Part]
        /// The number as written, with its unit.
        public var text: String

        public var value: Double { parts.reduce(0) { $0 + $1.value } }

        public init(
            _ label: String, value: Double, text: String? = nil, role: ColourRole, isHatched: Bool = false, address: String? = nil
        ) {
            self.init(label, parts: [Part(value: value, role: role, isHatched: isHatched, address: address)], text: text)
        }

        public init(_ label: String, parts: [Part], text: String? = nil) {
            self.label = label
            self.parts = parts
            self.text = text ?? NumberFormat.significant(parts.reduce(0) { $0 + $1.value }, digits: 3)
        }
    }

    /// What the bars measure; a logarithmic one says so in its title. Bars begin at its lower end, or at 0 where it spans 0.
    public var axis: Axis
    public var bars: [Bar]
    public var barHeight = 16.0
    public var spacing = 8.0
    /// Whether the axis has its numbers below it; bars carry their own in any case.
    public var showsTicks = true
    /// Where the longest bar would be shorter than this beside its name and number, they stand above it. px
    public var leastLength = 0.0

    public init(axis: Axis, bars: [Bar]) {
        self.axis = axis
        self.bars = bars
    }

    private static let air = 8.0
    /// Between a name and the bar below it.
    private static let headGap = 3.0

    /// How long the axis is in a width where each bar has its name before it and its number behind it, px; below 0 where these
    /// have no room.
    public func lengthBesideNames(_ type: Typesetter, width: Double) -> Double {
        let names = bars.map { type.line($0.label).width }.max() ?? 0
        let numbers = bars.map { type.line($0.text).width }.max() ?? 0
        return width - names - numbers - 2 * Self.air
    }

    /// The chart in a width; its height follows from the bars.
    public func block(_ type: Typesetter, width: Double) -> Block {
        let numbers = bars.map { type.line($0.text) }
        var labels = bars.map { type.line($0.label) }
        var left = (labels.map(\.width).max() ?? 0) + Self.air
        var right = (numbers.map(\.width).max() ?? 0) + Self.air
        let isStacked = lengthBesideNames(type, width: width) < leastLength
        if isStacked {
            labels = zip(bars, numbers).map { bar, number in
                // Between names and settings, as `P = 8`, a line may be broken, but not within them.
                let label = bar.label.replacing(" = ", with: "\u{00A0}=\u{00A0}")
                return type.paragraph(label, width: max(1, width - number.width - Self.air), font: .label)
            }
            (left, right) = (0, 0)
        }
        let length = max(1, width - left - right)
        let hasNegative = axis.scale == .linear && axis.range.lowerBound < 0
        // Numbers of bars that point left stand before them, in the same room that others have behind.
        let room = hasNegative ? max(1, length - right) : length
        let origin = hasNegative ? left + right : left
        var top = axis.title.isEmpty ? 0 : Font.label.lineHeight + 6
        var block = Block(size: Size(width: width, height: 0))
        if !axis.title.isEmpty { block.place(type.line(axis.title, paint: .muted), at: Point(x: left, y: 0)) }
        let start = top
        let heads = labels.map { isStacked ? $0.height + Self.headGap : 0 }
        let rowHeight = isStacked ? barHeight : max(barHeight, Font.label.lineHeight)
        let bottom = top + heads.reduce(0, +) + Double(bars.count) * (rowHeight + spacing) - spacing
        let zero = axis.scale == .linear && axis.range.contains(0) ? axis.share(of: 0) : 0

        var free = -Double.infinity
        for (value, label) in zip(axis.ticks.values, axis.ticks.labels) where showsTicks {
            let position = (origin + axis.share(of: value) * room).rounded()
            guard position >= origin - 1, position <= origin + room + 1 else { continue }
            // Through names above the bars no line may run.
            var stretches = [(from: top - 2, to: bottom + 2)]
            if isStacked {
                var foot = top - spacing
                stretches = heads.map { head in
                    foot += spacing + head + rowHeight
                    return (foot - rowHeight, foot)
                }
            }
            for (from, to) in stretches {
                block.elements.append(.line(Point(x: position, y: from), Point(x: position, y: to), Stroke(.rule)))
            }
            // A number that would touch the one before it is left out; its line stays.
            let half = type.width(of: label, in: .digits) / 2
            let middle = isStacked ? min(max(position, half), width - half) : position
            guard middle - half >= free else { continue }
            free = middle + half + 4
            block.elements.append(
                .text(
                    TextRun(
                        label, at: Point(x: middle, y: bottom + 6 + Font.digits.baseline), font: .digits, anchor: .middle,
                        paint: .muted)))
        }
        for (index, bar) in bars.enumerated() {
            precondition(bar.parts.count <= 1 || axis.scale == .linear, "a logarithmic bar has one part")
            func position(_ value: Double) -> Double { origin + min(max(axis.share(of: value), 0), 1) * room }
            let foot = origin + zero * room
            let end = position(bar.value)
            let head = top
            top += heads[index]
            let shape = Rectangle(
                x: min(foot, end), y: top + (rowHeight - barHeight) / 2, width: max(abs(end - foot), 1), height: barHeight)
            let number = numbers[index]
            var place = Point(
                x: end < foot ? shape.x - Self.air + 2 - number.width : shape.right + Self.air - 2,
                y: top + (rowHeight - number.height) / 2)
            if isStacked {
                block.place(labels[index], at: Point(x: 0, y: head))
                place = Point(x: width - number.width, y: head)
            } else {
                block.place(
                    labels[index],
                    at: Point(x: left - Self.air - labels[index].width, y: top + (rowHeight - labels[index].height) / 2))
                // The number's plate hides the grid line that would run through it.
                block.elements.append(
                    .rectangle(Rectangle(x: place.x - 4, y: top, width: number.width + 8, height: rowHeight), fill: .paper))
            }
            var sum = 0.0
            for part in bar.parts {
                let start = sum == 0 ? foot : position(sum)
                sum += part.value
                let stop = position(sum)
                // A px of air between parts tells them apart where their colours do not.
                let air = part == bar.parts.last ? 0.0 : min(1, abs(stop - start) / 2)
                let stretch = Rectangle(
                    x: min(start, stop), y: shape.y, width: max(abs(stop - start) - air, 1), height: barHeight)
                block.elements.append(.group(Group(address: part.address, Self.body(of: part, stretch, type: type))))
            }
            block.place(number.addressed(bar.parts.count == 1 ? bar.parts[0].address : nil), at: place)
            block.places["bar \(index)"] = shape
            top += rowHeight + spacing
        }
        if !bars.isEmpty, !isStacked {
            let position = (origin + zero * room).rounded()
            block.elements.append(
                .line(Point(x: position, y: bottom + 2), Point(x: position, y: start - 2), Stroke(.muted)))
        }
        block.size.height = bottom + (showsTicks ? 6 + Font.digits.lineHeight : 2)
        return block
    }

    private static func body(of part: Part, _ stretch: Rectangle, type: Typesetter) -> [Element] {
        let paint = Paint.role(part.role, strength: 1)
        if part.isHatched {
            return [
                .rectangle(
                    stretch.grown(by: -0.5), fill: .tint(part.role), hatch: Hatch(.role(part.role, strength: 0.6), spacing: 5),
                    stroke: Stroke(paint))
            ]
        }
        var body: [Element] = [.rectangle(stretch, fill: paint)]
        let label = [part.label, part.shortLabel].first { !$0.isEmpty && type.width(of: $0, in: .digits) + 12 <= stretch.width }
        if let label {
            let place = Point(x: stretch.centre.x, y: stretch.centre.y + Font.digits.capitalHeight / 2)
            body.append(
                .text(TextRun(label, at: place, font: .digits, anchor: .middle, paint: .legible(on: paint))))
        }
        return body
    }
}
