internal import LinearAlgebra

/// The L2 norm of all operands taken together: how large a step's gradient is.
public struct GlobalNorm: Operation {
    public let name = "global norm"
    public let formula = "y = √(Σ x²) over all elements of all operands"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape {
        precondition(operands.allSatisfy { !$0.rows.vary }, "a norm over gradients of fixed shape")
        return Shape(.fixed(1), 1)
    }

    public func compute(_ run: OperationRun) {
        var squares = 0.0
        for index in 0..<run.operandCount { squares += Double(run.operand(index).sumOfSquares) }
        run.result[0, 0] = Float(squares.squareRoot())
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .root(
            .sum(
                context.operands.enumerated().flatMap { operand, shape in
                    (0..<context.rowCount(shape.rows)).map { .dot(context.row($0, of: operand), context.row($0, of: operand)) }
                }))
    }
}
