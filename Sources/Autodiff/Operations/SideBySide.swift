internal import LinearAlgebra

/// Values beside each other: the two directions of an LSTM.
public struct SideBySide: DifferentiableOperation {
    public let name = "side by side"
    public let formula = "yᵢ = [aᵢ | bᵢ | …]"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape {
        precondition(operands.allSatisfy { $0.rows == operands[0].rows }, "rows of one kind")
        return Shape(operands[0].rows, operands.reduce(0) { $0 + $1.columns })
    }

    public func compute(_ run: OperationRun) {
        var start = 0
        for index in 0..<run.operandCount {
            let part = run.operand(index)
            run.result.columns(start..<(start + part.columns)).copy(part)
            start += part.columns
        }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        var (operand, place) = (0, column)
        while place >= context.operands[operand].columns {
            place -= context.operands[operand].columns
            operand += 1
        }
        return .operand(operand, row, place)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        var start = 0
        return request.operands.indices.map { index in
            let shape = graph[request.operands[index]].shape
            defer { start += shape.columns }
            guard request.isNeeded(index) else { return nil }
            let part = Columns(start..<(start + shape.columns), inner: shape.inner)
            return Contribution(graph.add(part, [request.upstream], named: request.name(index)))
        }
    }
}
