internal import LinearAlgebra

/// Each row as probabilities.
public struct Softmax: DifferentiableOperation {
    public let name = "softmax"
    public let formula = "yᵢⱼ = e^xᵢⱼ / Σₖ e^xᵢₖ"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape { operands[0] }

    public func compute(_ run: OperationRun) {
        let (x, result) = (run.operand(0), run.result)
        for row in 0..<result.rows { result.setSoftmaxRow(row, of: x, visible: result.columns) }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .softmax(.operand(0, row, column), among: .products([context.row(row, of: 0)]))
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        [Contribution(graph.add(SoftmaxGradient(), [request.result, request.upstream], named: request.name(0)))]
    }
}

/// The gradient of softmax at its result y. Each row of it adds up to 0.
struct SoftmaxGradient: Operation {
    let name = "softmax gradient"
    let formula = "dxᵢⱼ = yᵢⱼ (dyᵢⱼ − Σₖ yᵢₖ dyᵢₖ)"

    func shape(of operands: [Shape]) -> Shape { operands[0] }

    func compute(_ run: OperationRun) {
        let (y, upstream, result) = (run.operand(0), run.operand(1), run.result)
        for row in 0..<result.rows { result.setSoftmaxGradientRow(row, at: y, upstream: upstream, visible: result.columns) }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .operand(0, row, column) * (.operand(1, row, column) - .dot(context.row(row, of: 0), context.row(row, of: 1)))
    }
}
