/// Bars on the cells of negative numbers: colour alone tells the sign, which greyscale loses.
public enum SignBars {
    /// Smaller cells have no room for a bar, px.
    public static let smallestCell = 4.0

    /// A bar on every cell of a diverging grid whose number is negative and not as good as 0.
    public static func elements(on grid: CellGrid) -> [Element] {
        guard grid.scale.map == .diverging, grid.cell.width >= smallestCell, grid.cell.height >= smallestCell else { return [] }
        let width = min(grid.cell.width < 8 ? 3 : 4, grid.cell.width - 2)
        var bars: [(paint: Paint, path: Path)] = []
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                guard let paint = grid.paint(row: row, column: column).flatMap(paint(on:)) else { continue }
                let centre = grid.rectangle(row: row, column: column).centre
                let bar = Path(Rectangle(x: centre.x - width / 2, y: centre.y - 0.5, width: width, height: 1))
                if let index = bars.firstIndex(where: { $0.paint == paint }) {
                    bars[index].path.append(bar)
                } else {
                    bars.append((paint, bar))
                }
            }
        }
        return bars.map { .shape(Shape($0.path, fill: $0.paint)) }
    }

    /// The paint of the bar on a cell, a step of the same map that is told from the cell's in greyscale; nil where none is due.
    public static func paint(on cell: Paint) -> Paint? {
        guard case .map(.diverging, let position) = cell, position < -0.02 else { return nil }
        let contrasting = position > -0.5 ? position - 0.4 : position + 0.5
        return .map(.diverging, position: (contrasting * 16).rounded() / 16)
    }
}
