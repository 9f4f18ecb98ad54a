/// A matrix drawn as coloured cells, one element of the scene however many cells it has.
public struct CellGrid: Hashable, Sendable {
    /// Left edges of the columns, px. They need not be even: a group of columns may be set apart.
    public var columnStarts: [Double]
    /// Top edges of the rows, px.
    public var rowStarts: [Double]
    /// The size of every cell, px.
    public var cell: Size
    /// Rows × columns numbers, row after row; nil is a masked place and stays empty.
    public var values: [Float?]
    public var scale: ColourScale
    public var addresses: CellAddresses?

    /// - Precondition: There are rows × columns values.
    public init(
        columnStarts: [Double], rowStarts: [Double], cell: Size, values: [Float?], scale: ColourScale,
        addresses: CellAddresses? = nil
    ) {
        precondition(values.count == columnStarts.count * rowStarts.count, "a cell grid needs rows × columns values")
        self.columnStarts = columnStarts
        self.rowStarts = rowStarts
        self.cell = cell
        self.values = values
        self.scale = scale
        self.addresses = addresses
    }

    public var rows: Int { rowStarts.count }
    public var columns: Int { columnStarts.count }

    public func rectangle(row: Int, column: Int) -> Rectangle {
        Rectangle(x: columnStarts[column], y: rowStarts[row], width: cell.width, height: cell.height)
    }

    /// The colour of one cell; nil where it is masked.
    public func paint(row: Int, column: Int) -> Paint? {
        values[row * columns + column].map { scale.paint(for: Double($0)) }
    }

    public var bounds: Rectangle? {
        guard let left = columnStarts.min(), let right = columnStarts.max(), let top = rowStarts.min(),
            let bottom = rowStarts.max()
        else { return nil }
        return Rectangle(x: left, y: top, width: right - left + cell.width, height: bottom - top + cell.height)
    }
}

/// The addresses of a grid's cells: `base[row,column]`, with the indices that the recorded value has, which differ from the
/// grid's own where the figure shows a part of it.
public struct CellAddresses: Hashable, Sendable {
    /// The address of the whole value, such as `s120/L0/H1/attn`.
    public var base: String
    /// Indices written before the row, for a value of more than two axes.
    public var leading: [Int]
    /// The row's index in the recorded value, for every row of the grid; empty for a value of one axis.
    public var rows: [Int]
    /// The column's index in the recorded value, for every column of the grid.
    public var columns: [Int]

    public init(_ base: String, leading: [Int] = [], rows: [Int], columns: [Int]) {
        self.base = base
        self.leading = leading
        self.rows = rows
        self.columns = columns
    }

    public func address(row: Int, column: Int) -> String {
        var indices = leading
        if !rows.isEmpty { indices.append(rows[row]) }
        indices.append(columns[column])
        return base + "[" + indices.map { String($0) }.joined(separator: ",") + "]"
    }
}
