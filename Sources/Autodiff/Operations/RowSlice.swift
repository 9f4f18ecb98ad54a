internal import LinearAlgebra

/// Some of the rows of a value of fixed shape: the first P position embeddings, for instance.
public struct RowSlice: ViewOperation, DifferentiableOperation {
    public let name = "rows"
    public let range: Range<Int>
    public var formula: String { "yᵢⱼ = xᵢ₊\(range.lowerBound),ⱼ" }
    public var viewedRows: Range<Int>? { range }
    public var viewedColumns: Range<Int>? { nil }

    public init(_ range: Range<Int>) { self.range = range }

    public func shape(of operands: [Shape]) -> Shape {
        precondition(range.upperBound <= operands[0].fixedRows ?? 0, "rows \(range) within \(operands)")
        return Shape(.fixed(range.count), inner: operands[0].inner)
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .operand(0, range.lowerBound + row, column)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let rows = graph[request.operands[0]].shape.fixedRows ?? 0
        return [Contribution(graph.add(PlacedRows(range, of: rows), [request.upstream], named: request.name(0)))]
    }
}

/// A value's rows at their place among rows of zeros: the gradient of ``RowSlice``.
struct PlacedRows: Operation {
    let name = "placed rows"
    let formula = "yᵢ₊ₛ,ⱼ = xᵢⱼ, elsewhere 0"
    let range: Range<Int>
    let rows: Int

    init(_ range: Range<Int>, of rows: Int) {
        self.range = range
        self.rows = rows
    }

    func shape(of operands: [Shape]) -> Shape { Shape(.fixed(rows), inner: operands[0].inner) }

    func compute(_ run: OperationRun) {
        run.result.fill(with: 0)
        run.result.rows(range).copy(run.operand(0))
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        range.contains(row) ? .operand(0, row - range.lowerBound, column) : .zero
    }
}
