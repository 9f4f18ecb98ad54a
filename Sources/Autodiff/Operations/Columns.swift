internal import LinearAlgebra

/// Some of the columns of x: the queries, the keys or the values that one projection gives side by side.
public struct Columns: ViewOperation, DifferentiableOperation {
    public let name = "columns"
    public let range: Range<Int>
    /// How a row of the result is to be read, for example `[heads, head width]`.
    public let inner: [Int]
    public var formula: String { "yᵢⱼ = xᵢ,ⱼ₊\(range.lowerBound)" }
    public var viewedRows: Range<Int>? { nil }
    public var viewedColumns: Range<Int>? { range }

    public init(_ range: Range<Int>, inner: [Int]) {
        self.range = range
        self.inner = inner
    }

    public func shape(of operands: [Shape]) -> Shape {
        precondition(range.upperBound <= operands[0].columns && inner.reduce(1, *) == range.count, "columns within \(operands)")
        return Shape(operands[0].rows, inner: inner)
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .operand(0, row, range.lowerBound + column)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        [Contribution(request.upstream, columns: range)]
    }
}

/// Values side by side; columns that none of them covers are 0. The gradient of a value that was used by columns.
struct ConcatenatedColumns: Operation {
    let name = "concatenated columns"
    let formula = "y = [a | b | …]"
    let ranges: [Range<Int>]
    let columns: [Int]

    func shape(of operands: [Shape]) -> Shape {
        precondition(zip(operands, ranges).allSatisfy { $0.columns == $1.count && $0.rows == operands[0].rows })
        return Shape(operands[0].rows, inner: columns)
    }

    func compute(_ run: OperationRun) {
        var covered = 0
        for (index, range) in ranges.enumerated() {
            covered += range.count
            let place = run.result.columns(range)
            if !place.hasPlace(of: run.operand(index)) { place.copy(run.operand(index)) }
        }
        if covered < run.result.columns { fillGaps(of: run) }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        guard let index = ranges.lastIndex(where: { $0.contains(column) }) else { return .zero }
        return .operand(index, row, column - ranges[index].lowerBound)
    }

    private func fillGaps(of run: OperationRun) {
        for column in 0..<run.result.columns where !ranges.contains(where: { $0.contains(column) }) {
            run.result.columns(column..<(column + 1)).fill(with: 0)
        }
    }
}
