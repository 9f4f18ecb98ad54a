internal import LinearAlgebra

/// The text rows whose next token is counted in the loss. Logits are computed for these only.
public struct CountedRows: DifferentiableOperation {
    public let name = "counted rows"
    public let formula = "yᵢ = x[counted rowᵢ]"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape {
        precondition(operands[0].rows == .tokens, "counted rows are chosen among text rows")
        return Shape(.counted, inner: operands[0].inner)
    }

    public func compute(_ run: OperationRun) {
        let x = run.operand(0)
        let result = run.result
        let rows = run.batch.countedRows
        for (row, position) in run.range(of: .countedRows, part: run.part).enumerated() {
            let index = Int(rows[position]) - run.firstTokenRow
            result.copyRow(index, of: x, to: row)
        }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let place = context.number(.countedRows, row)
        return .chosen(.operand(0, place.number, column), by: [place])
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        [Contribution(graph.add(CountedRowsGradient(), [request.upstream], named: request.name(0)))]
    }
}

/// The gradients of the counted rows at their place in the text; every other row receives 0.
struct CountedRowsGradient: Operation {
    let name = "counted rows gradient"
    let formula = "dx[counted rowᵢ] = dyᵢ, elsewhere 0"

    func shape(of operands: [Shape]) -> Shape { Shape(.tokens, inner: operands[0].inner) }

    func compute(_ run: OperationRun) {
        let upstream = run.operand(0)
        let result = run.result
        result.fill(with: 0)
        let rows = run.batch.countedRows
        for (row, position) in run.range(of: .countedRows, part: run.part).enumerated() {
            let index = Int(rows[position]) - run.firstTokenRow
            result.copyRow(row, of: upstream, to: index)
        }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        guard let index = context.batch.countedRows.firstIndex(of: Int32(row)) else { return .zero }
        return .chosen(.operand(0, index, column), by: [context.number(.countedRows, index)])
    }
}
