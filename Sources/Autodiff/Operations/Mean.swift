internal import LinearAlgebra

/// The mean of a column over all its rows: the loss, from the losses of the batch's counted tokens. 0 of no rows.
public struct Mean: DifferentiableOperation {
    public let name = "mean"
    public let formula = "y = Σᵢ xᵢ / n"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape {
        precondition(operands[0].columns == 1, "the mean of one column")
        return Shape(.fixed(1), 1)
    }

    public func compute(_ run: OperationRun) {
        var sum = 0.0
        var count = 0
        for part in run.parts(of: 0) {
            let x = run.operand(0, part: part)
            count += x.rows
            for row in 0..<x.rows { sum += Double(x[row, 0]) }
        }
        run.result[0, 0] = count > 0 ? Float(sum / Double(count)) : 0
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let numbers = context.column(0, of: 0)
        return numbers.count > 0 ? .mean(.products([numbers])) : .zero
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let rows = graph[request.operands[0]].shape.rows
        return [Contribution(graph.add(MeanGradient(rows), [request.upstream], named: request.name(0)))]
    }
}

/// The same share of the gradient for every row.
struct MeanGradient: Operation {
    let name = "mean gradient"
    let formula = "dxᵢ = dy / n"
    let rows: Rows

    init(_ rows: Rows) { self.rows = rows }

    func shape(of operands: [Shape]) -> Shape { Shape(rows, 1) }

    func compute(_ run: OperationRun) {
        let count = run.totalRows(rows)
        run.result.fill(with: count > 0 ? run.operand(0)[0, 0] / Float(count) : 0)
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let count = context.rowCount(rows)
        return count > 0 ? .operand(0, 0, 0) / .constant(Double(count)) : .zero
    }
}
