internal import LinearAlgebra

/// Values of fixed shape below each other: the steps of an LSTM, made into one prompt.
public struct StackedRows: DifferentiableOperation {
    public let name = "stacked rows"
    public let formula = "y = [a; b; …]"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape {
        precondition(
            operands.allSatisfy { $0.fixedRows != nil && $0.inner == operands[0].inner }, "rows of one width, fixed in number")
        return Shape(.fixed(operands.reduce(0) { $0 + ($1.fixedRows ?? 0) }), inner: operands[0].inner)
    }

    public func compute(_ run: OperationRun) {
        var start = 0
        for index in 0..<run.operandCount {
            let part = run.operand(index)
            run.result.rows(start..<(start + part.rows)).copy(part)
            start += part.rows
        }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        var (operand, place) = (0, row)
        while place >= context.rowCount(context.operands[operand].rows) {
            place -= context.rowCount(context.operands[operand].rows)
            operand += 1
        }
        return .operand(operand, place, column)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        var start = 0
        return request.operands.indices.map { index in
            let rows = graph[request.operands[index]].shape.fixedRows ?? 0
            defer { start += rows }
            guard request.isNeeded(index) else { return nil }
            return Contribution(graph.add(RowSlice(start..<(start + rows)), [request.upstream], named: request.name(index)))
        }
    }
}
