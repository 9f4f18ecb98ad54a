/// Lines of equal height over a grid of numbers, by marching squares (Lorensen and Cline 1987, in the plane): in every square between
/// four neighbours, straight pieces between the places on its sides where the height is reached, linearly interpolated.
struct ContourLines {
    /// A piece of a line, in rows and columns of the grid.
    struct Piece: Hashable {
        var from: (column: Double, row: Double)
        var to: (column: Double, row: Double)

        static func == (a: Piece, b: Piece) -> Bool { a.from == b.from && a.to == b.to }

        func hash(into hasher: inout Hasher) {
            for place in [from, to] {
                hasher.combine(place.column)
                hasher.combine(place.row)
            }
        }
    }

    /// - Parameters:
    ///   - values: Row by row.
    ///   - columns: How many numbers a row has.
    static func pieces(of values: [Double], columns: Int, at level: Double) -> [Piece] {
        guard columns > 1 else { return [] }
        var pieces: [Piece] = []
        for row in 0..<max(0, values.count / columns - 1) {
            for column in 0..<(columns - 1) {
                // Corners clockwise from the upper left one.
                let corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
                let heights = corners.map { values[(row + $0.1) * columns + column + $0.0] }
                guard heights.allSatisfy(\.isFinite) else { continue }
                var crossings: [(column: Double, row: Double)] = []
                for side in 0..<4 {
                    let (a, b) = (heights[side], heights[(side + 1) % 4])
                    guard (a < level) != (b < level) else { continue }
                    let share = (level - a) / (b - a)
                    let (p, q) = (corners[side], corners[(side + 1) % 4])
                    crossings.append(
                        (
                            Double(column + p.0) + share * Double(q.0 - p.0), Double(row + p.1) + share * Double(q.1 - p.1)
                        ))
                }
                if crossings.count == 2 {
                    pieces.append(Piece(from: crossings[0], to: crossings[1]))
                } else if crossings.count == 4 {
                    // A saddle: its middle says which corners belong together.
                    let joinsFirst = (heights.reduce(0, +) / 4 < level) == (heights[0] < level)
                    let pairs = joinsFirst ? [(0, 1), (2, 3)] : [(3, 0), (1, 2)]
                    for (a, b) in pairs { pieces.append(Piece(from: crossings[a], to: crossings[b])) }
                }
            }
        }
        return pieces
    }
}
