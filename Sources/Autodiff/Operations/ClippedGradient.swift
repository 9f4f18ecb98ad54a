internal import LinearAlgebra

/// A gradient scaled so that the global norm does not exceed a limit (Pascanu, Mikolov and Bengio 2013; torch's `clip_grad_norm_`).
public struct ClippedGradient: Operation {
    public let name = "clipped gradient"
    public let limit: Float
    public var formula: String { "y = g · min(1, \(limit) / (norm + 10⁻⁶))" }

    /// - Parameter limit: The largest global norm; operands are a gradient and that norm.
    public init(limit: Float) { self.limit = limit }

    public func shape(of operands: [Shape]) -> Shape { operands[0] }

    public func division(operands: [Shape], result: Shape) -> Division { .result(elementwise: true) }

    public func compute(_ run: OperationRun) {
        let factor = min(1, limit / (run.operand(1)[0, 0] + 1e-6))
        run.share(run.result).setScaled(run.share(run.operand(0)), by: factor)
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .operand(0, row, column) * .minimum(.constant(1), .number(limit) / (.operand(1, 0, 0) + 1e-6))
    }
}
