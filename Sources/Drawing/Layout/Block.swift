/// A laid-out part of a figure: elements in a box of known size, whose upper left corner is the origin.
///
/// Blocks are put together from the inside out: a text has its size from the measurer, a stack of texts from the texts.
/// Nothing is laid out twice.
public struct Block: Hashable, Sendable {
    public var size: Size
    public var elements: [Element]
    /// The baseline of the first line of text below the top, px; nil where the block has none.
    public var baseline: Double?
    /// Places inside that can be found by name after the block has been put into others: where arrows start and end.
    public var places: [String: Rectangle]

    public init(size: Size, elements: [Element] = [], baseline: Double? = nil, places: [String: Rectangle] = [:]) {
        self.size = size
        self.elements = elements
        self.baseline = baseline
        self.places = places
    }

    public static let empty = Block(size: .zero)

    /// Empty room.
    public static func space(width: Double = 0, height: Double = 0) -> Block { Block(size: Size(width: width, height: height)) }

    public var width: Double { size.width }
    public var height: Double { size.height }
    public var bounds: Rectangle { Rectangle(size: size) }

    /// Puts another block into this one, with its places. The size stays.
    public mutating func place(_ block: Block, at origin: Point) {
        if !block.elements.isEmpty {
            elements.append(
                origin == .zero && block.elements.count == 1 ? block.elements[0] : .group(Group(offset: origin, block.elements)))
        }
        for (name, rectangle) in block.places { places[name] = rectangle.moved(by: origin) }
    }

    /// The block known by a name.
    public func named(_ name: String) -> Block {
        var block = self
        block.places[name] = bounds
        return block
    }

    /// The block as the mark of a recorded value.
    public func addressed(_ address: String?) -> Block {
        guard let address else { return self }
        var block = self
        block.elements = [.group(Group(address: address, elements))]
        return block
    }

    public func padded(_ insets: Insets) -> Block {
        var block = Block(
            size: Size(width: width + insets.left + insets.right, height: height + insets.top + insets.bottom),
            baseline: baseline.map { $0 + insets.top })
        block.place(self, at: Point(x: insets.left, y: insets.top))
        return block
    }

    /// The block in a box at least as wide and high as asked.
    public func within(
        width: Double = 0, height: Double = 0, horizontally: Alignment = .start, vertically: Alignment = .start
    ) -> Block {
        let size = Size(width: max(self.width, width), height: max(self.height, height))
        let origin = Point(
            x: horizontally.offset(of: self.width, in: size.width), y: vertically.offset(of: self.height, in: size.height))
        guard size != self.size else { return self }
        var block = Block(size: size, baseline: baseline.map { $0 + origin.y })
        block.place(self, at: origin)
        return block
    }

    /// The block with elements drawn beneath it.
    public func over(_ ground: [Element]) -> Block {
        var block = self
        block.elements = ground + elements
        return block
    }
}

/// Where things of different sizes stand across a stack.
public enum Alignment: Hashable, Sendable {
    case start, centre, end

    /// Where something of a length begins in a room. Whole px, so that edges stay sharp.
    func offset(of length: Double, in room: Double) -> Double {
        switch self {
        case .start: 0
        case .centre: ((room - length) / 2).rounded(.down)
        case .end: room - length
        }
    }
}

extension Block {
    /// Blocks side by side.
    public static func row(_ blocks: [Block], spacing: Double = 8, alignment: Alignment = .start) -> Block {
        let height = blocks.map(\.height).max() ?? 0
        var row = Block(size: Size(width: 0, height: height))
        var x = 0.0
        for block in blocks {
            let y = alignment.offset(of: block.height, in: height)
            if row.baseline == nil { row.baseline = block.baseline.map { $0 + y } }
            row.place(block, at: Point(x: x, y: y))
            x += block.width + spacing
        }
        row.size.width = max(0, x - spacing)
        return row
    }

    /// Blocks side by side, their first lines of text on one baseline.
    public static func row(onBaseline blocks: [Block], spacing: Double = 8) -> Block {
        let above = blocks.map { $0.baseline ?? $0.height }.max() ?? 0
        let below = blocks.map { $0.height - ($0.baseline ?? $0.height) }.max() ?? 0
        var row = Block(size: Size(width: 0, height: above + below), baseline: above)
        var x = 0.0
        for block in blocks {
            row.place(block, at: Point(x: x, y: above - (block.baseline ?? block.height)))
            x += block.width + spacing
        }
        row.size.width = max(0, x - spacing)
        return row
    }

    /// Blocks one below another.
    public static func column(_ blocks: [Block], spacing: Double = 8, alignment: Alignment = .start) -> Block {
        let width = blocks.map(\.width).max() ?? 0
        var column = Block(size: Size(width: width, height: 0))
        var y = 0.0
        for block in blocks {
            if column.baseline == nil { column.baseline = block.baseline.map { $0 + y } }
            column.place(block, at: Point(x: alignment.offset(of: block.width, in: width), y: y))
            y += block.height + spacing
        }
        column.size.height = max(0, y - spacing)
        return column
    }

    /// Blocks side by side where a width has room for all of them, else one below another.
    public static func rowOrColumn(
        _ blocks: [Block], width: Double, spacing: Double = 8, lineSpacing: Double = 8, alignment: Alignment = .start
    ) -> Block {
        let row = Block.row(blocks, spacing: spacing, alignment: alignment)
        return row.width <= width ? row : .column(blocks, spacing: lineSpacing)
    }

    /// Blocks in rows and columns; each column is as wide as its widest block, each row as high as its highest.
    public static func grid(
        _ rows: [[Block]], columnSpacing: Double = 8, rowSpacing: Double = 8, horizontally: Alignment = .start,
        vertically: Alignment = .start
    ) -> Block {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.compactMap { $0.count > column ? $0[column].width : nil }.max() ?? 0 }
        return .column(
            rows.map { row in
                let height = row.map(\.height).max() ?? 0
                return .row(
                    row.enumerated().map { index, block in
                        block.within(width: widths[index], height: height, horizontally: horizontally, vertically: vertically)
                    }, spacing: columnSpacing)
            }, spacing: rowSpacing)
    }

    /// Blocks side by side in as many lines as a width asks for.
    public static func flow(
        _ blocks: [Block], width: Double, spacing: Double = 8, lineSpacing: Double = 8, alignment: Alignment = .centre
    ) -> Block {
        var lines: [[Block]] = []
        var used = 0.0
        for block in blocks {
            if let last = lines.indices.last, used + spacing + block.width <= width {
                lines[last].append(block)
                used += spacing + block.width
            } else {
                lines.append([block])
                used = block.width
            }
        }
        return .column(lines.map { .row($0, spacing: spacing, alignment: alignment) }, spacing: lineSpacing)
    }
}
