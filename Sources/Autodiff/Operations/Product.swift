public import LinearAlgebra

/// x·W or x·Wᵀ, with the rows of x varying or fixed and W of fixed shape: logits from tied embeddings, gradients that pass a
/// weight matrix.
public struct Product: DifferentiableOperation, ProductOperation {
    public let name = "matrix product"
    public let orientation: Orientation
    public var formula: String { orientation == .asStored ? "yᵢⱼ = Σₖ xᵢₖ Wₖⱼ" : "yᵢⱼ = Σₖ xᵢₖ Wⱼₖ" }

    /// x·Wᵀ.
    public static let transposed = Product(.transposed)

    /// - Parameter orientation: How W is read.
    public init(_ orientation: Orientation = .asStored) { self.orientation = orientation }

    public func shape(of operands: [Shape]) -> Shape {
        let (x, weight) = (operands[0], operands[1])
        let (inner, columns) =
            orientation == .asStored ? (weight.fixedRows ?? 0, weight.columns) : (weight.columns, weight.fixedRows ?? 0)
        precondition(x.columns == inner, "the product of \(x) and \(weight) does not fit")
        return Shape(x.rows, columns)
    }

    public func division(operands: [Shape], result: Shape) -> Division {
        .ofProducts(into: result.rows, multiplications: operands[0].columns * result.columns)
    }

    public func forEachProduct(_ run: OperationRun, _ body: (MatrixProduct) -> Void) {
        let columns = run.shareOfColumns
        let weight = orientation == .asStored ? run.operand(1).columns(columns) : run.operand(1).rows(columns)
        body(MatrixProduct(run.operand(0), .asStored, weight, orientation, into: run.result.columns(columns)))
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .dot(context.row(row, of: 0), orientation == .asStored ? context.column(column, of: 1) : context.row(column, of: 1))
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let (x, weight) = (request.operands[0], request.operands[1])
        let back = Product(orientation == .asStored ? .transposed : .asStored)
        let pair = orientation == .asStored ? [x, request.upstream] : [request.upstream, x]
        return [
            request.isNeeded(0) ? Contribution(graph.add(back, [request.upstream, weight], named: request.name(0))) : nil,
            request.isNeeded(1) ? Contribution(graph.add(OuterProduct(), pair, named: request.name(1))) : nil,
        ]
    }
}

/// aᵀ·b, summed over the rows of both: the gradient of a weight matrix.
///
/// Each part computes some rows of the result over all rows of the batch, so that no partial sums are kept.
struct OuterProduct: ProductOperation {
    let name = "outer product"
    let formula = "yᵢⱼ = Σₙ aₙᵢ bₙⱼ"

    func shape(of operands: [Shape]) -> Shape {
        precondition(operands[0].rows == operands[1].rows, "an outer product needs rows of one kind, not \(operands)")
        return Shape(.fixed(operands[0].columns), inner: operands[1].inner)
    }

    func division(operands: [Shape], result: Shape) -> Division { .result(elementwise: false) }

    func forEachProduct(_ run: OperationRun, _ body: (MatrixProduct) -> Void) {
        let share = run.share(run.result)
        let (rows, columns) = (run.shareOfRows, run.shareOfColumns)
        for part in run.parts(of: 0) {
            body(
                MatrixProduct(
                    run.operand(0, part: part).columns(rows), .transposed, run.operand(1, part: part).columns(columns),
                    accumulating: part > 0, into: share))
        }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .dot(context.column(row, of: 0), context.column(column, of: 1))
    }
}
