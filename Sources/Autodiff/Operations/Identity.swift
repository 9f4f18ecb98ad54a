/// The same numbers under another name.
public struct Identity: ViewOperation, DifferentiableOperation {
    public let name = "identity"
    public let formula = "yᵢⱼ = xᵢⱼ"
    public let viewedRows: Range<Int>? = nil
    public let viewedColumns: Range<Int>? = nil

    public init() {}

    public func shape(of operands: [Shape]) -> Shape { operands[0] }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .operand(0, row, column)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        [Contribution(request.upstream)]
    }
}
