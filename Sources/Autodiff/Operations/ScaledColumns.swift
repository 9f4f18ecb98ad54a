internal import LinearAlgebra

/// x·diag(e): each column times a number of its own, for instance AdaLoRA's singular values. Operands: x and e `[columns, 1]`.
public struct ScaledColumns: DifferentiableOperation {
    public let name = "scaled columns"
    public let formula = "yᵢⱼ = xᵢⱼ eⱼ"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape {
        precondition(operands[1] == Shape(.fixed(operands[0].columns), 1), "a factor for each column of \(operands[0])")
        return operands[0]
    }

    public func compute(_ run: OperationRun) { run.result.setColumns(of: run.operand(0), scaledBy: run.operand(1)) }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .operand(0, row, column) * .operand(1, column, 0)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let (x, factors) = (request.operands[0], request.operands[1])
        return [
            request.isNeeded(0) ? Contribution(graph.add(self, [request.upstream, factors], named: request.name(0))) : nil,
            request.isNeeded(1)
                ? Contribution(graph.add(ColumnProducts(), [x, request.upstream], named: request.name(1))) : nil,
        ]
    }
}

/// The gradient of the factors of ``ScaledColumns``.
struct ColumnProducts: Operation {
    let name = "column products"
    let formula = "yⱼ = Σᵢ aᵢⱼ bᵢⱼ"

    func shape(of operands: [Shape]) -> Shape {
        precondition(operands[0] == operands[1], "products of two values of one shape, not \(operands)")
        return Shape(.fixed(operands[0].columns), 1)
    }

    func division(operands: [Shape], result: Shape) -> Division { .result(elementwise: false) }

    func compute(_ run: OperationRun) {
        let share = run.share(run.result)
        share.fill(with: 0)
        // Of a single column the result has a single row, which is shared out by columns: one part computes it.
        let columns = run.operand(0, part: 0).columns == 1 ? run.shareOfColumns : run.shareOfRows
        guard share.rows > 0, !columns.isEmpty else { return }
        for part in run.parts(of: 0) {
            share.addColumnProducts(run.operand(0, part: part).columns(columns), run.operand(1, part: part).columns(columns))
        }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .dot(context.column(row, of: 0), context.column(row, of: 1))
    }
}
