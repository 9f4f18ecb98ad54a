internal import LinearAlgebra

/// x·Wₐᵀ with the matrix Wₐ of the adapter a that a row's sequence goes through: what lets sequences of several low-rank adapters share
/// one batch. Operands: text rows, or the counted ones, then the matrices.
///
/// Matrices may differ in size: each reads as many of x's columns as it has, from the first on, and columns of the result that it does
/// not reach are 0. So are the rows of sequences whose adapter has no matrix.
public struct ProductByAdapter: Operation {
    public let name = "matrix product by adapter"
    public let formula = "yᵢⱼ = scaleₐ Σₖ xᵢₖ Wₐⱼₖ, a = the adapter of row i's sequence; 0 without one"
    /// The adapter that each matrix belongs to, in ascending order.
    public let adapters: [Int]
    /// Of each matrix.
    public let scales: [Float]

    /// - Precondition: As many scales as adapters.
    public init(_ adapters: [Int], scales: [Float]) {
        precondition(adapters.count == scales.count, "a scale for each matrix")
        self.adapters = adapters
        self.scales = scales
    }

    public func shape(of operands: [Shape]) -> Shape {
        let (x, matrices) = (operands[0], operands.dropFirst())
        precondition(
            x.rows.vary && matrices.count == adapters.count && matrices.allSatisfy { $0.columns <= x.columns },
            "text rows and a matrix for each adapter, not \(operands)")
        return Shape(x.rows, matrices.reduce(0) { max($0, $1.fixedRows ?? 0) })
    }

    public func compute(_ run: OperationRun) {
        let (x, result) = (run.operand(0), run.result)
        run.forEachSequence(inOperand: 0) { rows, adapter in
            let target = result.rows(rows)
            guard let index = adapters.firstIndex(of: adapter) else { return target.fill(with: 0) }
            let matrix = run.operand(1 + index)
            target.columns(0..<matrix.rows).setProduct(
                x.rows(rows).columns(0..<matrix.columns), .asStored, matrix, .transposed, scale: scales[index])
            target.columns(matrix.rows..<target.columns).fill(with: 0)
        }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let adapter = context.sequence(ofRow: row, in: context.operands[0].rows).adapter
        guard let index = adapters.firstIndex(of: adapter), column < context.rowCount(context.operands[1 + index].rows) else {
            return .zero
        }
        let weights = context.row(column, of: 1 + index)
        return scales[index] * .dot(.row(row, of: 0, columns: 0..<weights.count), weights)
    }
}
