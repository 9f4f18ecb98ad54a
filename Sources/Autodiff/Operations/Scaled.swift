internal import LinearAlgebra

/// A fixed factor times every element: LoRA's α/r.
public struct Scaled: DifferentiableOperation {
    public let name = "scaling"
    public let factor: Float
    public var formula: String { "yᵢⱼ = \(factor) xᵢⱼ" }

    public init(by factor: Float) { self.factor = factor }

    public func shape(of operands: [Shape]) -> Shape { operands[0] }

    public func compute(_ run: OperationRun) { run.result.setScaled(run.operand(0), by: factor) }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        factor * .operand(0, row, column)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        [Contribution(graph.add(self, [request.upstream], named: request.name(0)))]
    }
}
