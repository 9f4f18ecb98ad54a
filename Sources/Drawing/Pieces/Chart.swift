/// Lines over two axes, each named at its end rather than in a legend.
public struct Chart: Sendable {
    /// A line through points.
    public struct Series: Sendable {
        /// The sign at each point, the second sign beside the colour.
        public enum Mark: Hashable, Sendable { case none, circle, square, triangle, diamond, pointDown }

        /// Written at the line's last point.
        public var label: String
        /// In the units of the axes, from left to right. A point that is not a number interrupts the line.
        public var points: [Point]
        public var paint: Paint
        public var dash: [Double]
        /// The width of the line, px.
        public var width = 2.0
        public var mark: Mark
        /// Whether the points are joined; without a line they need a mark to be seen.
        public var showsLine: Bool
        /// The recorded value that the whole line stands for.
        public var address: String?
        /// The recorded value of each point; empty, or one for each.
        public var pointAddresses: [String]

        public init(
            _ label: String, points: [Point], paint: Paint, dash: [Double] = [], mark: Mark = .none, showsLine: Bool = true,
            address: String? = nil, pointAddresses: [String] = []
        ) {
            precondition(pointAddresses.isEmpty || pointAddresses.count == points.count, "addresses for all points or none")
            self.label = label
            self.points = points
            self.paint = paint
            self.dash = dash
            self.mark = mark
            self.showsLine = showsLine
            self.address = address
            self.pointAddresses = pointAddresses
        }
    }

    /// The area between two lines, such as the range of several seeds.
    public struct Band: Sendable {
        public var role: ColourRole
        /// Lower and upper bound at each x, in the units of the axes.
        public var points: [(x: Double, lower: Double, upper: Double)]
        public var address: String?

        public init(role: ColourRole, points: [(x: Double, lower: Double, upper: Double)], address: String? = nil) {
            self.role = role
            self.points = points
            self.address = address
        }
    }

    /// An upright bar, such as one of a histogram's, from zero or the axis's lower end.
    public struct Column: Hashable, Sendable {
        /// The stretch of the x axis it stands on, in the axis's units.
        public var span: ClosedRange<Double>
        public var height: Double
        public var role: ColourRole
        public var address: String?

        public init(_ span: ClosedRange<Double>, height: Double, role: ColourRole, address: String? = nil) {
            self.span = span
            self.height = height
            self.role = role
            self.address = address
        }
    }

    /// An upright or a level line that marks one number, with a word on what it is.
    public struct Rule: Sendable {
        public enum Direction: Hashable, Sendable { case upright, level }
        public var direction: Direction
        /// In the units of the axis it stands on.
        public var position: Double
        public var label: String
        public var paint: Paint
        /// Of the label where it is not that of the line.
        public var labelPaint: Paint?
        /// Whether paper runs beside the line, so that it is seen on what lies beneath it.
        public var hasHalo = false
        public var address: String?

        public init(_ direction: Direction, at position: Double, label: String, paint: Paint = .muted, address: String? = nil) {
            self.direction = direction
            self.position = position
            self.label = label
            self.paint = paint
            self.address = address
        }
    }

    public var x: Axis
    public var y: Axis
    public var series: [Series]
    public var bands: [Band]
    public var columns: [Column]
    public var rules: [Rule]
    /// Whether a piece of its line and its sign stand before each line's name.
    public var showsSamples = false
    /// Where names at the right would leave the plot less room than this, they stand above it, with samples of their lines. px
    public var leastPlot = 0.0

    public init(
        x: Axis, y: Axis, series: [Series], bands: [Band] = [], columns: [Column] = [], rules: [Rule] = []
    ) {
        self.columns = columns
        self.x = x
        self.y = y
        self.series = series
        self.bands = bands
        self.rules = rules
    }

    private static let tick = 4.0
    private static let air = 6.0

    /// The chart in exactly this size, axes and labels included. The block knows the place `plot`.
    public func block(_ type: Typesetter, size: Size) -> Block {
        let plot = plotArea(type, size: size)
        var block = Block(size: size)
        block.places["plot"] = plot
        func place(_ p: Point) -> Point { position(of: p, in: plot) }

        addAxes(to: &block, plot: plot, type: type)
        for band in bands {
            let upper = band.points.map { place(Point(x: $0.x, y: $0.upper)) }
            let lower = band.points.reversed().map { place(Point(x: $0.x, y: $0.lower)) }
            let outline = (upper + lower).map {
                Point(x: min(max($0.x, plot.x), plot.right), y: min(max($0.y, plot.y), plot.bottom))
            }
            guard outline.count > 2 else { continue }
            block.elements.append(
                .group(
                    Group(
                        address: band.address,
                        [.shape(Shape(Path(through: outline, closed: true), fill: .role(band.role, strength: 0.18)))])))
        }
        addColumns(to: &block, plot: plot)
        addRules(to: &block, plot: plot, type: type)
        for line in series {
            let points = line.points.map(place)
            var elements: [Element] = []
            let path = Self.line(through: points, within: plot)
            if line.showsLine, !path.segments.isEmpty {
                elements.append(
                    .shape(
                        Shape(
                            path,
                            stroke: Stroke(
                                line.paint, width: line.width, dash: line.dash, cap: line.dash.isEmpty ? .round : .butt))))
            }
            for (index, point) in points.enumerated() {
                guard plot.grown(by: 0.01).contains(point), let mark = Self.mark(line.mark, at: point, paint: line.paint) else {
                    continue
                }
                let address = line.pointAddresses.isEmpty ? nil : line.pointAddresses[index]
                elements.append(address == nil ? mark : .group(Group(address: address, [mark])))
            }
            block.elements.append(line.address == nil ? .group(Group(elements)) : .group(Group(address: line.address, elements)))
        }
        if hasNamesAbove(type, width: size.width) {
            block.place(names(type, width: size.width), at: Point(x: 0, y: title(y.title, type, width: size.width).height))
        } else {
            addLabels(to: &block, plot: plot, type: type, place: place)
        }
        return block
    }

    // MARK: Places

    /// Where a point, in the units of the axes, lies in the place `plot`: for labels of the caller's own.
    public func position(of p: Point, in plot: Rectangle) -> Point {
        Point(x: plot.x + x.share(of: p.x) * plot.width, y: plot.bottom - y.share(of: p.y) * plot.height)
    }

    private func plotArea(_ type: Typesetter, size: Size) -> Rectangle {
        let ticks = y.ticks.labels.map { type.width(of: $0, in: .digits) }.max() ?? 0
        let left = (ticks + Self.air + Self.tick).rounded(.up)
        let key = hasNamesAbove(type, width: size.width) ? names(type, width: size.width).height + 2 : 0
        let top =
            title(y.title, type, width: size.width).height + key + Self.air + (hasUprightLabels ? Font.digits.lineHeight + 2 : 0)
        let foot = title(x.title, type, width: size.width).height
        let bottom = Self.tick + 2 + Font.digits.lineHeight + (foot > 0 ? foot + 2 : 0)
        let labels = key > 0 ? 0 : labelRoom(type)
        // The last number below the axis is centred at the plot's end and reaches beyond it.
        let lastTick = x.ticks.labels.last.map { type.width(of: $0, in: .digits) / 2 } ?? 0
        let right = max(labels, lastTick).rounded(.up)
        return Rectangle(x: left, y: top, width: max(1, size.width - left - right), height: max(1, size.height - top - bottom))
    }

    /// The title of an axis, in as many lines as a width asks for; empty where it has none.
    private func title(_ text: String, _ type: Typesetter, width: Double, alignment: Alignment = .start) -> Block {
        guard !text.isEmpty else { return .empty }
        let lines = type.lines(of: text, width: width, font: .label)
        return .column(lines.map { type.line($0, paint: .muted) }, spacing: 0, alignment: alignment)
    }

    /// What names at the right take of the width, px.
    private func labelRoom(_ type: Typesetter) -> Double {
        let widest = ends.map { type.width(of: $0.label, in: .label) + ($0.series == nil ? 0 : sampleRoom) }.max() ?? 0
        return widest > 0 ? widest + 10 : 0
    }

    private func hasNamesAbove(_ type: Typesetter, width: Double) -> Bool {
        guard leastPlot > 0, labelRoom(type) > 0 else { return false }
        let ticks = y.ticks.labels.map { type.width(of: $0, in: .digits) }.max() ?? 0
        return width - labelRoom(type) - ticks - Self.air - Self.tick < leastPlot
    }

    /// The names as a key, each behind a sample of its line, in the order in which the lines end.
    private func names(_ type: Typesetter, width: Double) -> Block {
        let entries = ends.sorted { $0.position.y > $1.position.y }.map { end -> Block in
            let name = type.line(end.label, paint: end.paint)
            let middle = name.height / 2
            let stroke =
                end.series.map { line in
                    Stroke(line.paint, width: line.width, dash: line.dash, cap: line.dash.isEmpty ? .round : .butt)
                } ?? Stroke(end.paint, dash: [2, 3])
            var sample = Block(
                size: Size(width: Self.sample, height: name.height),
                elements: [.line(Point(x: 0, y: middle), Point(x: Self.sample, y: middle), stroke)])
            if let line = end.series {
                // The marks of a line may be a series of their own, without a name.
                let marks = series.first { $0.label.isEmpty && !$0.showsLine && $0.paint == line.paint }?.mark ?? line.mark
                if let mark = Self.mark(marks, at: Point(x: Self.sample / 2, y: middle), paint: line.paint) {
                    sample.elements.append(mark)
                }
            }
            return .row([sample, name], spacing: 6)
        }
        return .flow(entries, width: width, spacing: 16, lineSpacing: 2)
    }

    private static let sample = 22.0
    private var sampleRoom: Double { showsSamples ? Self.sample + 6 : 0 }

    private var hasUprightLabels: Bool { rules.contains { $0.direction == .upright && !$0.label.isEmpty } }

    /// What is named at the right: lines at their last point, and level rules.
    private var ends: [(label: String, position: Point, paint: Paint, series: Series?)] {
        series.compactMap { line in
            guard !line.label.isEmpty, let last = line.points.last(where: { $0.x.isFinite && $0.y.isFinite }) else { return nil }
            return (line.label, last, line.paint, line)
        }
            + rules.compactMap { rule in
                guard rule.direction == .level, !rule.label.isEmpty else { return nil }
                return (rule.label, Point(x: x.range.upperBound, y: rule.position), rule.labelPaint ?? rule.paint, nil)
            }
    }

    // MARK: Parts

    private func addAxes(to block: inout Block, plot: Rectangle, type: Typesetter) {
        block.place(title(y.title, type, width: block.width), at: .zero)
        for (value, label) in zip(y.ticks.values, y.ticks.labels) {
            let level = (plot.bottom - y.share(of: value) * plot.height).rounded()
            guard level >= plot.y - 1, level <= plot.bottom + 1 else { continue }
            block.elements.append(.line(Point(x: plot.x, y: level), Point(x: plot.right, y: level), Stroke(.rule)))
            block.elements.append(
                .text(
                    TextRun(
                        label, at: Point(x: plot.x - Self.air, y: level + Font.digits.capitalHeight / 2), font: .digits,
                        anchor: .end,
                        paint: .muted)))
        }
        block.elements.append(.line(Point(x: plot.x, y: plot.bottom), Point(x: plot.right, y: plot.bottom), Stroke(.muted)))
        var free = -Double.infinity
        for (value, label) in zip(x.ticks.values, x.ticks.labels) {
            let position = plot.x + x.share(of: value) * plot.width
            guard position >= plot.x - 1, position <= plot.right + 1 else { continue }
            block.elements.append(
                .line(Point(x: position, y: plot.bottom), Point(x: position, y: plot.bottom + Self.tick), Stroke(.muted)))
            // A number that would touch the one before it is left out; its mark stays.
            let half = type.width(of: label, in: .digits) / 2
            guard position - half >= free else { continue }
            free = position + half + 8
            block.elements.append(
                .text(
                    TextRun(
                        label, at: Point(x: position, y: plot.bottom + Self.tick + 2 + Font.digits.baseline), font: .digits,
                        anchor: .middle, paint: .muted)))
        }
        if !x.title.isEmpty {
            let lines = title(x.title, type, width: block.width, alignment: .end)
            block.place(
                lines, at: Point(x: max(0, (plot.right - lines.width).rounded(.down)), y: block.height - lines.height))
        }
    }

    private func addColumns(to block: inout Block, plot: Rectangle) {
        let foot = y.scale == .linear && y.range.contains(0) ? 0 : y.range.lowerBound
        for column in columns {
            let corners = [Point(x: column.span.lowerBound, y: foot), Point(x: column.span.upperBound, y: column.height)]
                .map { position(of: $0, in: plot) }
                .map { Point(x: min(max($0.x, plot.x), plot.right), y: min(max($0.y, plot.y), plot.bottom)) }
            guard let bar = Rectangle(around: corners), bar.width > 0 else { continue }
            // Neighbours stand a px apart, so that equal ones can be counted.
            let shape = Rectangle(x: bar.x + 0.5, y: bar.y, width: max(bar.width - 1, 0.5), height: bar.height)
            block.elements.append(
                .group(Group(address: column.address, [.rectangle(shape, fill: .role(column.role, strength: 1))])))
        }
    }

    private func addRules(to block: inout Block, plot: Rectangle, type: Typesetter) {
        let upright = rules.filter { $0.direction == .upright && !$0.label.isEmpty }
        let widths = upright.map { type.width(of: $0.label, in: .digits) }
        let middles = LabelSpreading.positions(
            wanted: upright.map { plot.x + x.share(of: $0.position) * plot.width }, lengths: widths, gap: 8,
            within: 0...max(block.width, widths.reduce(0) { $0 + $1 + 8 }))
        var labels = zip(upright, middles).makeIterator()
        for rule in rules {
            var elements: [Element] = []
            switch rule.direction {
            case .upright:
                let position = plot.x + x.share(of: rule.position) * plot.width
                let (from, to) = (Point(x: position, y: plot.y), Point(x: position, y: plot.bottom))
                if rule.hasHalo { elements.append(.line(from, to, Stroke(.paper, width: 4))) }
                elements.append(.line(from, to, Stroke(rule.paint, dash: [2, 3])))
                if !rule.label.isEmpty, let (_, middle) = labels.next() {
                    elements.append(
                        .text(
                            TextRun(
                                rule.label, at: Point(x: middle, y: plot.y - Self.air - 1), font: .digits, anchor: .middle,
                                paint: rule.labelPaint ?? rule.paint)))
                }
            case .level:
                let level = plot.bottom - y.share(of: rule.position) * plot.height
                elements.append(
                    .line(Point(x: plot.x, y: level), Point(x: plot.right, y: level), Stroke(rule.paint, dash: [2, 3])))
            }
            block.elements.append(.group(Group(address: rule.address, elements)))
        }
    }

    /// Names at the right of the plot, moved aside where lines end close together, and tied to their ends where they moved.
    private func addLabels(to block: inout Block, plot: Rectangle, type: Typesetter, place: (Point) -> Point) {
        let ends = ends.map { (label: $0.label, at: place($0.position), paint: $0.paint, series: $0.series) }
        let lengths = ends.map { _ in Font.label.lineHeight - 2 }
        let middles = LabelSpreading.positions(
            wanted: ends.map { min(max($0.at.y, plot.y), plot.bottom) }, lengths: lengths, gap: 0,
            within: min(plot.y, 0)...max(plot.bottom + Self.tick, plot.y + lengths.reduce(0, +)))
        // Lines that end at one place are named beside one bracket: strokes from a single point would tell nothing.
        var bracketed: Set<Int> = []
        for index in ends.indices where !bracketed.contains(index) {
            let same = ends.indices.filter { ends[$0].at.distance(to: ends[index].at) < 0.75 && ends[$0].series != nil }
            guard same.count > 2, let top = same.map({ middles[$0] }).min(), let bottom = same.map({ middles[$0] }).max() else {
                continue
            }
            bracketed.formUnion(same)
            let (x, y) = (plot.right + 5.5, min(max(ends[index].at.y, top), bottom))
            block.elements.append(
                .shape(
                    Shape(
                        Path(through: [Point(x: x, y: top - 5), Point(x: x, y: bottom + 5)]), stroke: Stroke(.muted))))
            block.elements.append(.line(Point(x: plot.right + 1, y: ends[index].at.y), Point(x: x, y: y), Stroke(.muted)))
        }
        for (index, (end, middle)) in zip(ends, middles).enumerated() {
            // Dots lead from a line that ends before the plot does, a short stroke to a name that had to move.
            if end.at.x < plot.right - 1 {
                block.elements.append(
                    .line(
                        Point(x: end.at.x + 6, y: end.at.y), Point(x: plot.right, y: end.at.y), Stroke(end.paint, dash: [1, 3])))
            }
            if abs(middle - end.at.y) > 3, !bracketed.contains(index) {
                block.elements.append(
                    .line(Point(x: plot.right + 1, y: end.at.y), Point(x: plot.right + 5, y: middle), Stroke(end.paint)))
            }
            var x = plot.right + 10
            if showsSamples, let line = end.series {
                let (from, to) = (Point(x: x, y: middle), Point(x: x + Self.sample, y: middle))
                block.elements.append(
                    .line(
                        from, to, Stroke(line.paint, width: line.width, dash: line.dash, cap: line.dash.isEmpty ? .round : .butt))
                )
                let centre = Point(x: x + Self.sample / 2, y: middle)
                if let mark = Self.mark(line.mark, at: centre, paint: line.paint) { block.elements.append(mark) }
                x += sampleRoom
            }
            block.elements.append(
                .text(
                    TextRun(
                        end.label, at: Point(x: x, y: middle + Font.label.capitalHeight / 2), font: .label, paint: end.paint)))
        }
    }

    /// The line through points, cut off at the plot's edges.
    private static func line(through points: [Point], within plot: Rectangle) -> Path {
        var path = Path()
        var current: Point?
        // Lines along the edge itself are inside.
        let area = plot.grown(by: 0.01)
        for (a, b) in zip(points, points.dropFirst()) {
            guard [a.x, a.y, b.x, b.y].allSatisfy(\.isFinite), let part = Segment(a, b).clipped(to: area) else { continue }
            if current != part.from { path.move(to: part.from) }
            path.line(to: part.to)
            current = part.to
        }
        return path
    }

    private static func mark(_ mark: Series.Mark, at p: Point, paint: Paint) -> Element? {
        func shape(_ corners: [(Double, Double)]) -> Element {
            .shape(Shape(Path(through: corners.map { p + Point(x: $0.0, y: $0.1) }, closed: true), fill: paint))
        }
        switch mark {
        case .none: return nil
        case .circle: return .circle(at: p, radius: 3, fill: paint)
        case .square: return shape([(-2.75, -2.75), (2.75, -2.75), (2.75, 2.75), (-2.75, 2.75)])
        case .triangle: return shape([(0, -3.75), (3.5, 2.5), (-3.5, 2.5)])
        case .diamond: return shape([(0, -4), (4, 0), (0, 4), (-4, 0)])
        case .pointDown: return shape([(0, 3.75), (3.5, -2.5), (-3.5, -2.5)])
        }
    }
}
