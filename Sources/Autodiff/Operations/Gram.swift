public import LinearAlgebra

/// All inner products between the rows of a matrix, x·xᵀ, or between its columns, xᵀ·x: the identity if they are orthonormal.
public struct Gram: DifferentiableOperation, ProductOperation {
    /// Between which vectors of the matrix.
    public enum Vectors: Sendable, Hashable {
        case rows
        case columns
    }

    public let name = "inner products"
    public let vectors: Vectors
    public var formula: String { vectors == .rows ? "yᵢⱼ = Σₖ xᵢₖ xⱼₖ" : "yᵢⱼ = Σₖ xₖᵢ xₖⱼ" }

    public init(of vectors: Vectors) { self.vectors = vectors }

    public func shape(of operands: [Shape]) -> Shape {
        precondition(!operands[0].rows.vary, "inner products within a value of fixed shape, not \(operands)")
        let count = vectors == .rows ? operands[0].fixedRows ?? 0 : operands[0].columns
        return Shape(.fixed(count), count)
    }

    public func forEachProduct(_ run: OperationRun, _ body: (MatrixProduct) -> Void) {
        let x = run.operand(0)
        switch vectors {
        case .rows: body(MatrixProduct(x, .asStored, x, .transposed, into: run.result))
        case .columns: body(MatrixProduct(x, .transposed, x, .asStored, into: run.result))
        }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        switch vectors {
        case .rows: .dot(context.row(row, of: 0), context.row(column, of: 0))
        case .columns: .dot(context.column(row, of: 0), context.column(column, of: 0))
        }
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let rule = GramGradient(vectors: vectors)
        return [Contribution(graph.add(rule, [request.operands[0], request.upstream], named: request.name(0)))]
    }
}

/// Each vector receives the others, weighted by the gradient of its inner products with them on either side.
struct GramGradient: ProductOperation {
    let name = "inner products gradient"
    let vectors: Gram.Vectors
    var formula: String { vectors == .rows ? "dx = (dy + dyᵀ) x" : "dx = x (dy + dyᵀ)" }

    func shape(of operands: [Shape]) -> Shape { operands[0] }

    func forEachProduct(_ run: OperationRun, _ body: (MatrixProduct) -> Void) {
        let (x, upstream, result) = (run.operand(0), run.operand(1), run.result)
        switch vectors {
        case .rows:
            body(MatrixProduct(upstream, .asStored, x, into: result))
            body(MatrixProduct(upstream, .transposed, x, accumulating: true, into: result))
        case .columns:
            body(MatrixProduct(x, .asStored, upstream, into: result))
            body(MatrixProduct(x, .asStored, upstream, .transposed, accumulating: true, into: result))
        }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        switch vectors {
        case .rows:
            .sum([context.row(row, of: 1), context.column(row, of: 1)].map { .dot($0, context.column(column, of: 0)) })
        case .columns:
            .sum([context.column(column, of: 1), context.row(column, of: 1)].map { .dot(context.row(row, of: 0), $0) })
        }
    }
}
