/// A matrix as coloured cells, with its labels, its groups and, where they have room, its numbers.
public struct MatrixView: Sendable {
    public var rows: MatrixAxis
    public var columns: MatrixAxis
    /// Rows × columns numbers, row after row; nil is a masked place.
    public var values: [Float?]
    public var scale: ColourScale
    /// The address of the recorded value; nil where the matrix is not one.
    public var address: String?
    /// Indices before the row in the recorded value.
    public var leadingIndices: [Int] = []
    /// The size cells have where there is room, px. They become smaller, down to ``leastCell``, before anything is left out.
    public var cell = Size(width: 24, height: 24)
    /// The size below which rows and columns are rather left out, px. With ``numberWidth`` numbers stay readable.
    public var leastCell = Size(width: MatrixView.smallestCell, height: MatrixView.smallestCell)
    /// Whether width and height shrink together.
    public var isSquare = true
    /// The distance between cells, px; 0 for strips of many columns.
    public var cellGap = 1.0
    /// Whether numbers are written where they have room.
    public var showsNumbers = true
    /// Whether the numbers are shares of a whole: then one below 1 is not written as 1.
    public var showsShares = false
    /// Cells with a frame round them.
    public var highlights: [Highlight] = []

    /// A frame round some rows and columns.
    public struct Highlight: Sendable {
        public var rows: Range<Int>
        public var columns: Range<Int>
        public var role: ColourRole

        public init(rows: Range<Int>, columns: Range<Int>, role: ColourRole = .trained) {
            self.rows = rows
            self.columns = columns
            self.role = role
        }
    }

    /// - Precondition: There are rows × columns values.
    public init(rows: MatrixAxis, columns: MatrixAxis, values: [Float?], scale: ColourScale, address: String? = nil) {
        precondition(values.count == rows.count * columns.count, "a matrix view needs rows × columns values")
        self.rows = rows
        self.columns = columns
        self.values = values
        self.scale = scale
        self.address = address
    }

    public static let smallestCell = 10.0
    /// From this width on a cell has its number written in it.
    public static let numberWidth = 34.0

    private static let air = 6.0
    private static let bracketHeight = 5.0
    /// The room a bracket's label takes above it: its descenders end 4 px before the line.
    private static let bracketLabelHeight = 20.0

    /// The matrix in a room. It is never wider or higher than the room, unless two rows or columns of each group already are.
    ///
    /// The block knows the places `cells`, `row 3`, `column 5` (by index on the axis, where shown) and `column group 0`.
    public func block(_ type: Typesetter, room: Size) -> Block {
        Layout(self, type, room: room).block
    }

    /// The work of one layout.
    private struct Layout {
        let view: MatrixView
        let type: Typesetter
        let block: Block

        init(_ view: MatrixView, _ type: Typesetter, room: Size) {
            self.view = view
            self.type = type

            // Margins depend on cells by the labels' font, and cells on margins: the larger font is assumed for the first.
            var left = Self.left(view, type, font: .label).total
            var top = Self.top(view, type, font: .label, pitch: view.cell.width + view.cellGap).total
            var cell = Self.cell(view, room: Size(width: room.width - left, height: room.height - top))
            let rowFont = Self.font(pitch: cell.height + view.cellGap)
            let columnFont = Self.font(pitch: cell.width + view.cellGap)
            let heads = Self.top(view, type, font: columnFont, pitch: cell.width + view.cellGap)
            let sides = Self.left(view, type, font: rowFont)
            (left, top) = (sides.total, heads.total)
            cell = Self.cell(view, room: Size(width: room.width - left, height: room.height - top))
            var columns = MatrixAxisLayout(view.columns, cell: cell.width, cellGap: view.cellGap, room: room.width - left)
            var rows = MatrixAxisLayout(view.rows, cell: cell.height, cellGap: view.cellGap, room: room.height - top)
            // What is left out is said below, which takes a line from the rows.
            var note = Self.note(view, type, rows: rows, columns: columns, width: room.width)
            if note.height > 0 {
                let height = room.height - top - note.height - MatrixView.air
                rows = MatrixAxisLayout(view.rows, cell: cell.height, cellGap: view.cellGap, room: height)
                columns = MatrixAxisLayout(view.columns, cell: cell.width, cellGap: view.cellGap, room: room.width - left)
                note = Self.note(view, type, rows: rows, columns: columns, width: room.width)
            }

            var block = Block(size: Size(width: left + columns.length, height: top + rows.length))
            let origin = Point(x: left, y: top)
            let grid = CellGrid(
                columnStarts: columns.starts, rowStarts: rows.starts, cell: cell,
                values: rows.shown.flatMap { row in columns.shown.map { view.values[row * view.columns.count + $0] } },
                scale: view.scale,
                addresses: view.address.map { address in
                    CellAddresses(
                        address, leading: view.leadingIndices, rows: rows.shown.map { $0 + view.rows.firstIndex },
                        columns: columns.shown.map { $0 + view.columns.firstIndex })
                })
            var cells = Block(size: Size(width: columns.length, height: rows.length))
            cells.elements = [.cells(grid)] + Self.marks(grid, view: view, type: type)
            cells.elements += Self.dots(rows: rows, columns: columns, cell: cell)
            cells.elements += view.highlights.compactMap { Self.frame($0, rows: rows, columns: columns, cell: cell) }
            for (rank, index) in rows.shown.enumerated() {
                cells.places["row \(index)"] = Rectangle(x: 0, y: rows.starts[rank], width: columns.length, height: cell.height)
            }
            for (rank, index) in columns.shown.enumerated() {
                cells.places["column \(index)"] = Rectangle(x: columns.starts[rank], y: 0, width: cell.width, height: rows.length)
            }
            for (index, span) in columns.groupSpans.enumerated() {
                cells.places["column group \(index)"] = Rectangle(
                    x: span.lowerBound, y: 0, width: span.upperBound - span.lowerBound, height: rows.length)
            }
            cells = cells.named("cells")
            block.place(cells, at: origin)

            Self.addColumnHeads(
                to: &block, view: view, type: type, font: columnFont, heads: heads, layout: columns, cell: cell, origin: origin)
            Self.addRowHeads(
                to: &block, view: view, type: type, font: rowFont, sides: sides, layout: rows, cell: cell, origin: origin)

            if note.height > 0 {
                block.place(note, at: Point(x: min(left, max(0, room.width - note.width)), y: block.height + MatrixView.air))
                block.size.height += MatrixView.air + note.height
                block.size.width = max(block.width, min(left, max(0, room.width - note.width)) + note.width)
            }
            self.block = block
        }

        /// The size of a cell that lets all be shown, from the wanted size down to the smallest.
        private static func cell(_ view: MatrixView, room: Size) -> Size {
            func fitting(_ axis: MatrixAxis, wanted: Double, least: Double, room: Double) -> Double {
                let gaps = Double(max(0, axis.groups.count - 1)) * MatrixAxisLayout.groupGap
                // Within a group cells are a gap apart.
                let between = Double(max(0, axis.count - axis.groups.count)) * view.cellGap
                let possible = ((room - gaps - between) / Double(max(axis.count, 1))).rounded(.down)
                return max(MatrixView.smallestCell, least, min(wanted, possible))
            }
            let width = fitting(view.columns, wanted: view.cell.width, least: view.leastCell.width, room: room.width)
            let height = fitting(view.rows, wanted: view.cell.height, least: view.leastCell.height, room: room.height)
            guard view.isSquare else { return Size(width: width, height: height) }
            let share = min(width / view.cell.width, height / view.cell.height)
            return Size(
                width: max(MatrixView.smallestCell, (view.cell.width * share).rounded(.down)),
                height: max(MatrixView.smallestCell, (view.cell.height * share).rounded(.down)))
        }

        private static func font(pitch: Double) -> Font { pitch >= 16 ? .label : .digits }

        // MARK: Numbers and marks in cells

        private static func marks(_ grid: CellGrid, view: MatrixView, type: Typesetter) -> [Element] {
            let hasNumbers =
                view.showsNumbers && grid.cell.width >= MatrixView.numberWidth && grid.cell.height >= Font.digits.lineHeight
            var elements: [Element] = []
            var masked = Path()
            var negative: [Paint: Path] = [:]
            var order: [Paint] = []
            for row in 0..<grid.rows {
                for column in 0..<grid.columns {
                    let cell = grid.rectangle(row: row, column: column)
                    guard let value = grid.values[row * grid.columns + column], let paint = grid.paint(row: row, column: column)
                    else {
                        masked.append(Path(circleAt: cell.centre, radius: 1))
                        continue
                    }
                    if hasNumbers {
                        let candidates =
                            view.showsShares
                            ? NumberFormat.candidates(forShare: Double(value)) : NumberFormat.candidates(forCell: Double(value))
                        let text =
                            candidates.first { type.width(of: $0, in: .digits) <= cell.width - 3 }
                            ?? candidates[candidates.count - 1]
                        elements.append(
                            .text(
                                TextRun(
                                    text, at: Point(x: cell.centre.x, y: cell.centre.y + Font.digits.capitalHeight / 2),
                                    font: .digits, anchor: .middle, paint: .legible(on: paint))))
                    } else if view.scale.map == .diverging, let sign = SignBars.paint(on: paint) {
                        // Without numbers the sign is told by colour alone, which greyscale loses: a bar stands for the minus.
                        if negative[sign] == nil { order.append(sign) }
                        negative[sign, default: Path()].append(
                            Path(Rectangle(x: cell.centre.x - 2, y: cell.centre.y - 0.5, width: 4, height: 1)))
                    }
                }
            }
            for paint in order { elements.append(.shape(Shape(negative[paint, default: Path()], fill: paint))) }
            // One path for all masked places.
            if !masked.segments.isEmpty { elements.append(.shape(Shape(masked, fill: .muted))) }
            return elements
        }

        /// Three dots in every gap where something is left out.
        private static func dots(rows: MatrixAxisLayout, columns: MatrixAxisLayout, cell: Size) -> [Element] {
            var path = Path()
            // Beside the first rows and columns, so that the dots of both never meet.
            let row = (rows.gaps.first ?? rows.length + MatrixAxisLayout.elisionGap / 2) - MatrixAxisLayout.elisionGap / 2
            let column =
                (columns.gaps.first ?? columns.length + MatrixAxisLayout.elisionGap / 2) - MatrixAxisLayout.elisionGap / 2
            for step in -1...1 {
                for gap in columns.gaps {
                    path.append(Path(circleAt: Point(x: gap + Double(step) * 5, y: row / 2), radius: 1.25))
                }
                for gap in rows.gaps {
                    path.append(Path(circleAt: Point(x: column / 2, y: gap + Double(step) * 5), radius: 1.25))
                }
            }
            return path.segments.isEmpty ? [] : [.shape(Shape(path, fill: .muted))]
        }

        private static func frame(
            _ highlight: Highlight, rows: MatrixAxisLayout, columns: MatrixAxisLayout, cell: Size
        ) -> Element? {
            func span(_ layout: MatrixAxisLayout, _ range: Range<Int>, _ length: Double) -> (Double, Double)? {
                let starts = zip(layout.shown, layout.starts).filter { range.contains($0.0) }.map(\.1)
                guard let first = starts.first, let last = starts.last else { return nil }
                return (first, last + length)
            }
            guard let (left, right) = span(columns, highlight.columns, cell.width),
                let (top, bottom) = span(rows, highlight.rows, cell.height)
            else { return nil }
            let frame = Rectangle(x: left, y: top, width: right - left, height: bottom - top).grown(by: 1)
            return .rectangle(frame, cornerRadius: 2, stroke: Stroke(.role(highlight.role, strength: 1), width: 2))
        }

        private static func note(
            _ view: MatrixView, _ type: Typesetter, rows: MatrixAxisLayout, columns: MatrixAxisLayout, width: Double
        ) -> Block {
            let notes = [(rows, view.rows), (columns, view.columns)].compactMap { layout, axis -> String? in
                guard layout.omitted > 0 else { return nil }
                return Elision.note(omitted: layout.omitted, axis.noun)[type.language]
            }
            guard !notes.isEmpty else { return .empty }
            let text = notes.joined(separator: type.language == .en ? ", " : "，")
            return type.paragraph(text, width: width, font: .digits, paint: .muted)
        }

        // MARK: Heads

        /// The room above the cells, from the top: title, brackets, labels.
        struct Heads {
            var title = 0.0
            var brackets = 0.0
            var labels = 0.0
            var isUpwards = false
            var total: Double { title + brackets + labels }
        }

        private static func top(_ view: MatrixView, _ type: Typesetter, font: Font, pitch: Double) -> Heads {
            var heads = Heads()
            if view.columns.title != nil { heads.title = Font.label.lineHeight + 2 }
            if view.columns.groups.contains(where: { $0.label != nil }) {
                heads.brackets = MatrixView.bracketLabelHeight + MatrixView.bracketHeight + MatrixView.air
            }
            let widest = view.columns.labels.map { type.width(of: $0, in: font) }.max() ?? 0
            guard widest > 0 else { return heads }
            heads.isUpwards = widest > pitch - 8
            heads.labels = (heads.isUpwards ? widest.rounded(.up) : font.lineHeight - 4) + MatrixView.air
            return heads
        }

        /// The room left of the cells, from the left: title, brackets, labels.
        struct Sides {
            var title = 0.0
            var brackets = 0.0
            var labels = 0.0
            var total: Double { title + brackets + labels }
        }

        private static func left(_ view: MatrixView, _ type: Typesetter, font: Font) -> Sides {
            var sides = Sides()
            if view.rows.title != nil { sides.title = Font.label.lineHeight + 4 }
            let groups = view.rows.groups.compactMap(\.label)
            if !groups.isEmpty {
                let widest = groups.map { type.width(of: $0, in: .label).rounded(.up) }.max() ?? 0
                sides.brackets = widest + MatrixView.bracketHeight + 2 * MatrixView.air
            }
            let widest = view.rows.labels.map { type.width(of: $0, in: font) }.max() ?? 0
            if widest > 0 { sides.labels = widest.rounded(.up) + MatrixView.air }
            return sides
        }

        private static func addColumnHeads(
            to block: inout Block, view: MatrixView, type: Typesetter, font: Font, heads: Heads, layout: MatrixAxisLayout,
            cell: Size,
            origin: Point
        ) {
            if let title = view.columns.title {
                let line = type.line(title, paint: .muted)
                block.place(line, at: Point(x: origin.x, y: 0))
                block.size.width = max(block.width, origin.x + line.width)
            }
            if heads.brackets > 0 {
                let labelled = zip(view.columns.groups, layout.groupSpans).filter { $0.0.label != nil }
                let widths = labelled.map { type.width(of: $0.0.label ?? "", in: .label).rounded(.up) }
                // A label may be longer than its bracket; it then moves aside for its neighbours, and the block widens.
                let middles = LabelSpreading.positions(
                    wanted: labelled.map { origin.x + ($0.1.lowerBound + $0.1.upperBound) / 2 }, lengths: widths, gap: 12,
                    within: 0...max(block.width, origin.x + (widths.reduce(0) { $0 + $1 + 12 })))
                let y = heads.title + MatrixView.bracketLabelHeight
                for (((group, span), width), middle) in zip(zip(labelled, widths), middles) {
                    let paint = Paint.role(group.role, strength: 1)
                    block.elements.append(
                        .text(
                            TextRun(
                                group.label ?? "", at: Point(x: middle - width / 2, y: heads.title + Font.label.baseline - 1),
                                font: .label,
                                paint: paint)))
                    let (left, right) = (origin.x + span.lowerBound + 0.75, origin.x + span.upperBound - 0.75)
                    let foot = y + MatrixView.bracketHeight
                    block.elements.append(
                        .shape(
                            Shape(
                                Path(through: [
                                    Point(x: left, y: foot), Point(x: left, y: y + 1), Point(x: right, y: y + 1),
                                    Point(x: right, y: foot),
                                ]), stroke: Stroke(paint, width: 1.5))))
                    block.size.width = max(block.width, middle + width / 2)
                }
            }
            guard heads.labels > 0 else { return }
            for (rank, index) in layout.shown.enumerated() {
                let middle = origin.x + layout.starts[rank] + cell.width / 2
                let label = view.columns.labels[index]
                let run =
                    heads.isUpwards
                    ? TextRun(
                        label, at: Point(x: middle + font.capitalHeight / 2, y: origin.y - MatrixView.air), font: font,
                        turn: .upwards)
                    : TextRun(label, at: Point(x: middle, y: origin.y - MatrixView.air), font: font, anchor: .middle)
                block.elements.append(.text(run))
            }
        }

        private static func addRowHeads(
            to block: inout Block, view: MatrixView, type: Typesetter, font: Font, sides: Sides, layout: MatrixAxisLayout,
            cell: Size,
            origin: Point
        ) {
            if let title = view.rows.title {
                let line = type.upwardsLine(title, paint: .muted)
                // Read from the first row: a title longer than the rows reaches below them.
                block.place(
                    line, at: Point(x: 0, y: origin.y + max(0, Alignment.centre.offset(of: line.height, in: layout.length))))
                block.size.height = max(block.height, origin.y + line.height)
            }
            if sides.brackets > 0 {
                for (group, span) in zip(view.rows.groups, layout.groupSpans) {
                    guard let label = group.label else { continue }
                    let paint = Paint.role(group.role, strength: 1)
                    let x = sides.title + sides.brackets - MatrixView.air - MatrixView.bracketHeight
                    let (top, bottom) = (origin.y + span.lowerBound + 0.75, origin.y + span.upperBound - 0.75)
                    let foot = x + MatrixView.bracketHeight
                    block.elements.append(
                        .shape(
                            Shape(
                                Path(through: [
                                    Point(x: foot, y: top), Point(x: x + 1, y: top), Point(x: x + 1, y: bottom),
                                    Point(x: foot, y: bottom),
                                ]), stroke: Stroke(paint, width: 1.5))))
                    block.elements.append(
                        .text(
                            TextRun(
                                label, at: Point(x: x - MatrixView.air + 1, y: (top + bottom) / 2 + Font.label.capitalHeight / 2),
                                font: .label, anchor: .end, paint: paint)))
                }
            }
            guard sides.labels > 0 else { return }
            for (rank, index) in layout.shown.enumerated() {
                let middle = origin.y + layout.starts[rank] + cell.height / 2
                block.elements.append(
                    .text(
                        TextRun(
                            view.rows.labels[index], at: Point(x: origin.x - MatrixView.air, y: middle + font.capitalHeight / 2),
                            font: font,
                            anchor: .end)))
            }
        }
    }
}
