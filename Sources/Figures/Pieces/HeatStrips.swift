internal import Drawing

/// Vectors as strips of colour, one below another: every number of every vector, as far as there is room.
struct HeatStrips {
    /// Vectors of one length.
    var rows: [[Float]]
    var scale: ColourScale
    /// The address of the value whose rows these are, and which rows; nil where the numbers stand in no value.
    var address: String?
    var rowIndices: [Int]
    var rowHeight = 14.0
    var rowGap = 2.0
    /// Before which of the strips others are left out; three dots mark the place.
    var rowBreak: Int?
    /// The column of the value that the first number stands in, where strips show a part of its columns.
    var firstColumn = 0

    /// Narrower cells could not be told apart: beyond that, numbers are left out of the middle, and the dots say so.
    private static let smallestCell = 3.0
    private static let gap = 18.0
    private static let rowBreakHeight = 8.0

    /// The strips, their cells in whole px, and how many numbers of each vector are left out.
    ///
    /// The block knows the places `row 0`, `row 1` and so on.
    func block(width: Double) -> (block: Block, omitted: Int) {
        let count = rows.first?.count ?? 0
        var cell = (width / Double(max(count, 1))).rounded(.down)
        var elision = Elision(count: count, capacity: count)
        if cell < Self.smallestCell {
            cell = Self.smallestCell
            elision = Elision(count: count, capacity: Int((width - Self.gap) / cell))
        }
        var starts: [Double] = []
        var x = 0.0
        for rank in elision.shown.indices {
            if rank == elision.gap { x += Self.gap }
            starts.append(x)
            x += cell
        }
        let isBroken = rowBreak.map { $0 > 0 && $0 < rows.count } ?? false
        let tops = rows.indices.map { row in
            Double(row) * (rowHeight + rowGap) + (isBroken && row >= rowBreak ?? 0 ? Self.rowBreakHeight : 0)
        }
        let height = (tops.last ?? -rowHeight) + rowHeight
        let grid = CellGrid(
            columnStarts: starts, rowStarts: tops, cell: Size(width: cell, height: rowHeight),
            values: rows.flatMap { row in elision.shown.map { row[$0] } }, scale: scale,
            addresses: address.map { CellAddresses($0, rows: rowIndices, columns: elision.shown.map { $0 + firstColumn }) })
        var block = Block(
            size: Size(width: x, height: height),
            elements: [.cells(grid)] + SignBars.elements(on: grid)
                + outlines(starts, tops, cell: cell, gap: elision.gap))
        var dots = Path()
        if isBroken, let rowBreak {
            dots.appendEllipsis(at: Point(x: x / 2, y: tops[rowBreak] - (Self.rowBreakHeight + rowGap) / 2))
        }
        if let gap = elision.gap {
            for top in tops {
                dots.appendEllipsis(at: Point(x: starts[gap] - Self.gap / 2, y: top + rowHeight / 2), pitch: 4)
            }
        }
        if !dots.segments.isEmpty { block.elements.append(.shape(Shape(dots, fill: .muted))) }
        for (index, top) in tops.enumerated() {
            block.places["row \(index)"] = Rectangle(x: 0, y: top, width: x, height: rowHeight)
        }
        return (block, elision.omitted)
    }

    /// A thin line round each part of the strips, where cells that are nearly 0 would sink into the ground.
    private func outlines(_ starts: [Double], _ tops: [Double], cell: Double, gap: Int?) -> [Element] {
        func parts(_ starts: [Double], _ breakAt: Int?, length: Double) -> [ClosedRange<Double>] {
            let cuts = [0, breakAt ?? 0, starts.count].filter { $0 <= starts.count }
            return zip(cuts, cuts.dropFirst()).filter { $0 < $1 }.map { starts[$0]...starts[$1 - 1] + length }
        }
        let isBroken = rowBreak.map { $0 > 0 && $0 < rows.count } ?? false
        return parts(tops, isBroken ? rowBreak : nil, length: rowHeight).flatMap { y in
            parts(starts, gap, length: cell).map { x in
                let box = Rectangle(
                    x: x.lowerBound, y: y.lowerBound, width: x.upperBound - x.lowerBound, height: y.upperBound - y.lowerBound)
                return .rectangle(box.grown(by: 0.5), stroke: Stroke(.rule))
            }
        }
    }
}

extension HeatStrips {
    /// How the sign is told, for captions of figures whose cells may be too small for bars.
    static let signs = Localised(
        en: "Negative numbers are blue, with a small bar where there is room.", zhHans: "负数为蓝色，空间足够时带短横。")

    /// The same for strips of so many numbers in a width, px.
    static func signs(of count: Int, in width: Double) -> Localised {
        width >= SignBars.smallestCell * Double(count)
            ? Localised(en: "A small bar marks a negative number.", zhHans: "短横表示负数。") : signs
    }

    /// How much is left out of strips: virtual tokens, and numbers of each. `nil` where everything is shown.
    static func note(rows: Elision, numbers: Int, noun: Localised) -> Localised? {
        var parts: [Localised] = rows.note(noun).map { [$0] } ?? []
        if numbers > 0 {
            let count = NumberFormat.whole(numbers)
            parts.append(Localised(en: "… \(count) more numbers in each row", zhHans: "……每行另有 \(count) 个数"))
        }
        guard !parts.isEmpty else { return nil }
        return Localised(en: parts.map(\.en).joined(separator: "; "), zhHans: parts.map(\.zhHans).joined(separator: "；"))
    }
}
