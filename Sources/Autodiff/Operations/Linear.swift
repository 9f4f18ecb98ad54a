public import LinearAlgebra

/// x·W + b, with W stored `[in, out]` as GPT-2 stores it (`Conv1D` of Hugging Face Transformers), or x·Wᵀ + b, with W stored
/// `[out, in]` as torch's `Linear` does.
public struct Linear: DifferentiableOperation, ProductOperation {
    public let name = "linear"
    public let orientation: Orientation
    public var formula: String { orientation == .asStored ? "yᵢⱼ = Σₖ xᵢₖ Wₖⱼ + bⱼ" : "yᵢⱼ = Σₖ xᵢₖ Wⱼₖ + bⱼ" }

    /// W stored `[out, in]`.
    public static let transposed = Linear(.transposed)

    public init(_ orientation: Orientation = .asStored) { self.orientation = orientation }

    public func shape(of operands: [Shape]) -> Shape {
        let bias = operands[2]
        let result = Product(orientation).shape(of: Array(operands.prefix(2)))
        precondition(bias == Shape(.fixed(1), result.columns), "a linear map does not fit \(operands)")
        return result
    }

    public func division(operands: [Shape], result: Shape) -> Division {
        Product(orientation).division(operands: operands, result: result)
    }

    public func compute(_ run: OperationRun) {
        let columns = run.shareOfColumns
        run.result.columns(columns).broadcast(run.operand(2).columns(columns))
        forEachProduct(run) { $0.perform() }
    }

    public func forEachProduct(_ run: OperationRun, _ body: (MatrixProduct) -> Void) {
        Product(orientation).forEachProduct(run) { body($0.accumulating) }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        Product(orientation).explanation(row: row, column: column, in: context) + .operand(2, 0, column)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        Product(orientation).gradients(request, in: &graph) + [
            request.isNeeded(2)
                ? Contribution(graph.add(ColumnSums(), [request.upstream], named: request.name(2))) : nil
        ]
    }
}
