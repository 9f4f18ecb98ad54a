internal import LinearAlgebra
internal import Tuning

/// The first rows of a weight as they were before the weight was put into 4 bits: what a recording shows of it.
struct QuantisedSample: Sendable {
    /// The weight's name.
    let weight: String
    let rows: Int
    let columns: Int
    /// Row by row.
    let numbers: [Float]
    /// The largest magnitude of each block that the rows have a part of, over all of the block.
    let maxima: [Float]

    /// More numbers than this are not kept: rows behind them are left out.
    private static let mostNumbers = 16_384

    /// - Returns: `nil` of a weight without numbers.
    init?(of matrix: Matrix, named weight: String) {
        guard matrix.rows > 0, matrix.columns > 0 else { return nil }
        let (rows, size) = (max(1, min(matrix.rows, Self.mostNumbers / matrix.columns)), NormalFloat4.blockSize)
        let blocks = (rows * matrix.columns + size - 1) / size
        // The last block may reach into rows that are left out.
        let reached = min(matrix.rows, (blocks * size + matrix.columns - 1) / matrix.columns)
        let all = matrix.rows(0..<reached).values
        self.weight = weight
        self.rows = rows
        columns = matrix.columns
        numbers = Array(all.prefix(rows * matrix.columns))
        maxima = (0..<blocks).map { block in
            all[block * size..<min((block + 1) * size, all.count)].reduce(0) { max($0, abs($1)) }
        }
    }
}
