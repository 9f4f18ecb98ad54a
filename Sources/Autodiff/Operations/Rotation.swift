internal import LinearAlgebra

/// By how much a rotary position embedding turns the pairs of a head at each row's position: cosines, then sines (Su et al. 2021).
///
/// Text rows take their positions from the batch, rows of fixed number (a soft prompt's) count them from 0. Every block and every
/// head turns by the same angles, so they are computed once.
public struct Rotation: Operation {
    public let name = "rotation"
    public let formula = "y₀ᵢⱼ = cos(positionᵢ · ωⱼ), y₁ᵢⱼ = sin(positionᵢ · ωⱼ)"
    /// For which rows.
    public let rows: Rows
    /// ω of each pair of numbers, in radians a position.
    public let frequencies: [Float]

    /// - Precondition: The rows are those of the text, or fixed.
    public init(of rows: Rows, frequencies: [Float]) {
        precondition(rows != .counted, "positions are those of the text or of fixed rows")
        self.rows = rows
        self.frequencies = frequencies
    }

    public func shape(of operands: [Shape]) -> Shape { Shape(rows, 2, frequencies.count) }

    public func compute(_ run: OperationRun) {
        let result = run.result
        guard rows == .tokens else {
            for row in 0..<result.rows { result.setRotation(row: row, position: row, frequencies: frequencies) }
            return
        }
        let positions = run.batch.positions
        for (row, place) in run.range(of: .positions, part: run.part).enumerated() {
            result.setRotation(row: row, position: Int(positions[place]), frequencies: frequencies)
        }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let position: ElementExpression = rows == .tokens ? .batchNumber(context.number(.positions, row)) : .constant(Double(row))
        let angle = position * .number(frequencies[column % frequencies.count])
        return .function(column < frequencies.count ? .cosine : .sine, angle)
    }
}
