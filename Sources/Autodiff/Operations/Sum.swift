internal import LinearAlgebra

/// a + b, element by element: residual connections, positions added to embeddings, gradients that meet.
public struct Sum: DifferentiableOperation {
    public let name = "sum"
    public let formula = "yᵢⱼ = aᵢⱼ + bᵢⱼ"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape {
        precondition(operands.count == 2 && operands[0] == operands[1], "a sum needs two values of one shape, not \(operands)")
        return operands[0]
    }

    public func division(operands: [Shape], result: Shape) -> Division {
        if result.rows.vary { return .sequences }
        return result.isWorthSharing ? .result(elementwise: true) : .none
    }

    public func compute(_ run: OperationRun) {
        run.share(run.result).setSum(run.share(run.operand(0)), run.share(run.operand(1)))
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .operand(0, row, column) + .operand(1, row, column)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        [Contribution(request.upstream), Contribution(request.upstream)]
    }
}
