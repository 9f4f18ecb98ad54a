internal import Drawing
internal import Recordings

/// A vector as a square of cells, row by row; what does not fit is left out.
struct VectorTile {
    /// Cells in a row, and rows.
    let side: Int
    /// The side of a cell, px.
    let cell: Double
    let scale: ColourScale

    /// The places of vectors that nothing needs, and that are not computed.
    static func missing(in box: Rectangle) -> Element {
        .rectangle(
            box.grown(by: -0.5), cornerRadius: 3, fill: .paper, stroke: Stroke(.role(.frozen, strength: 0.6), dash: [3, 3]))
    }

    func block(_ value: RecordedValue, row: Int, at address: Address) -> Block {
        let numbers = value.row(row)
        let shown = min(value.columns, side * side)
        var block = Block(size: Size(width: cell * Double(side), height: cell * Double(side)))
        for line in 0..<(shown + side - 1) / side {
            let columns = Array(line * side..<min((line + 1) * side, shown))
            let grid = CellGrid(
                columnStarts: columns.indices.map { Double($0) * cell }, rowStarts: [Double(line) * cell],
                cell: Size(width: cell, height: cell), values: columns.map { numbers[numbers.startIndex + $0] }, scale: scale,
                addresses: CellAddresses(address.text, rows: [row], columns: columns))
            block.elements.append(.cells(grid))
        }
        return block
    }
}
