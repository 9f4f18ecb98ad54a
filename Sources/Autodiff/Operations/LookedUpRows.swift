internal import LinearAlgebra

/// The rows of a table that an index list names: token embeddings by id, position embeddings by position.
///
/// Several operands are one table, each below the one before: ids behind the vocabulary stand for virtual tokens.
public struct LookedUpRows: DifferentiableOperation {
    public let name = "look-up"
    public let list: IndexList
    public var formula: String { "yᵢ = table[\(list.rawValue)ᵢ]" }

    public init(_ list: IndexList) { self.list = list }

    public func shape(of operands: [Shape]) -> Shape {
        precondition(
            operands.allSatisfy { $0.inner == operands[0].inner && !$0.rows.vary }, "tables of one width, not \(operands)")
        return Shape(list.rows, inner: operands[0].inner)
    }

    public func compute(_ run: OperationRun) {
        let result = run.result
        let indices = run.batch[list]
        let first = run.operand(0)
        for (row, position) in run.range(of: list, part: run.part).enumerated() {
            var index = Int(indices[position])
            guard index >= first.rows else {
                result.copyRow(index, of: first, to: row)
                continue
            }
            var (operand, table) = (0, first)
            while index >= table.rows, operand + 1 < run.operandCount {
                index -= table.rows
                operand += 1
                table = run.operand(operand)
            }
            result.copyRow(index, of: table, to: row)
        }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let named = context.number(list, row)
        var (operand, index) = (0, named.number)
        while operand + 1 < context.operands.count, index >= context.rowCount(context.operands[operand].rows) {
            index -= context.rowCount(context.operands[operand].rows)
            operand += 1
        }
        return .chosen(.operand(operand, index, column), by: [named])
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        var first = 0
        return request.operands.enumerated().map { index, table in
            let rows = graph[table].shape.fixedRows ?? 0
            defer { first += rows }
            guard request.isNeeded(index) else { return nil }
            let rule = LookUpGradient(list, indices: first..<(first + rows))
            return Contribution(graph.add(rule, [request.upstream], named: request.name(index)))
        }
    }
}

/// Each row of the table receives the sum of the gradients of the rows that were looked up in it.
struct LookUpGradient: Operation {
    let name = "look-up gradient"
    let list: IndexList
    /// Of the table's rows.
    let indices: Range<Int>
    var formula: String {
        let first = indices.lowerBound == 0 ? "" : "\(indices.lowerBound) + "
        return "d tableₖ = Σ dyᵢ over the i with \(list.rawValue)ᵢ = \(first)k"
    }

    init(_ list: IndexList, indices: Range<Int>) {
        self.list = list
        self.indices = indices
    }

    func shape(of operands: [Shape]) -> Shape { Shape(.fixed(indices.count), inner: operands[0].inner) }

    func division(operands: [Shape], result: Shape) -> Division { .result(elementwise: false) }

    func compute(_ run: OperationRun) {
        let share = run.shareOfRows
        let result = run.result
        result.rows(share).fill(with: 0)
        let named = run.batch[list]
        for part in run.parts(of: 0) {
            let upstream = run.operand(0, part: part)
            for (row, position) in run.range(of: list, part: part).enumerated() {
                let index = Int(named[position]) - indices.lowerBound
                if share.contains(index) { result.rows(index..<(index + 1)).add(upstream.rows(row..<(row + 1))) }
            }
        }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let named = context.batch[list].indices.filter { Int(context.batch[list][$0]) == indices.lowerBound + row }
        guard !named.isEmpty else { return .zero }
        return .chosen(.sum(named.map { .operand(0, $0, column) }), by: named.map { context.number(list, $0) })
    }
}
