internal import LinearAlgebra

/// a · b, element by element: the gates of an LSTM.
public struct ElementProduct: DifferentiableOperation {
    public let name = "element product"
    public let formula = "yᵢⱼ = aᵢⱼ bᵢⱼ"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape {
        precondition(operands.count == 2 && operands[0] == operands[1], "an element product needs two values of one shape")
        return operands[0]
    }

    public func compute(_ run: OperationRun) { run.result.setElementProduct(run.operand(0), run.operand(1)) }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .operand(0, row, column) * .operand(1, row, column)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        (0..<2).map { operand in
            guard request.isNeeded(operand) else { return nil }
            // A value times itself sends it two gradients of one name.
            let name = request.operands[0] == request.operands[1] ? "\(request.name(operand))/\(operand)" : request.name(operand)
            return Contribution(graph.add(self, [request.upstream, request.operands[1 - operand]], named: name))
        }
    }
}
