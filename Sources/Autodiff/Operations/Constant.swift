internal import LinearAlgebra

/// One number that never changes, for instance the gradient of the loss with respect to itself.
public struct Constant: Operation {
    public let name = "constant"
    public let number: Float
    public var formula: String { "y = \(number)" }

    public init(_ number: Float) { self.number = number }

    public func shape(of operands: [Shape]) -> Shape { Shape(.fixed(1), 1) }

    public func compute(_ run: OperationRun) { run.result.fill(with: number) }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .number(number)
    }
}
