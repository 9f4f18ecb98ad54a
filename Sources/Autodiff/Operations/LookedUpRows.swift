internal import LinearAlgebra

/// The rows of a table that an index list names: token embeddings by id, position embeddings by position.
public struct LookedUpRows: DifferentiableOperation {
    public let name = "look-up"
    public let list: IndexList
    public var formula: String { "yᵢ = table[\(list.rawValue)ᵢ]" }

    public init(_ list: IndexList) { self.list = list }

    public func shape(of operands: [Shape]) -> Shape { Shape(list.rows, inner: operands[0].inner) }

    public func compute(_ run: OperationRun) {
        let table = run.operand(0)
        let result = run.result
        let indices = run.batch[list]
        let range = run.range(of: list, part: run.part)
        for (row, position) in range.enumerated() {
            let index = Int(indices[position])
            result.rows(row..<(row + 1)).copy(table.rows(index..<(index + 1)))
        }
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let rows = graph[request.operands[0]].shape.fixedRows ?? 0
        return [Contribution(graph.add(LookUpGradient(list, rows: rows), [request.upstream], named: request.name(0)))]
    }
}

/// Each row of the table receives the sum of the gradients of the rows that were looked up in it.
struct LookUpGradient: Operation {
    let name = "look-up gradient"
    let list: IndexList
    let rows: Int
    var formula: String { "d tableₖ = Σ dyᵢ over the i with \(list.rawValue)ᵢ = k" }

    init(_ list: IndexList, rows: Int) {
        self.list = list
        self.rows = rows
    }

    func shape(of operands: [Shape]) -> Shape { Shape(.fixed(rows), inner: operands[0].inner) }

    func division(of result: Shape) -> Division { .result(elementwise: false) }

    func compute(_ run: OperationRun) {
        let share = run.shareOfRows
        let result = run.result
        result.rows(share).fill(with: 0)
        let indices = run.batch[list]
        for part in run.parts(of: 0) {
            let upstream = run.operand(0, part: part)
            for (row, position) in run.range(of: list, part: part).enumerated() {
                let index = Int(indices[position])
                if share.contains(index) { result.rows(index..<(index + 1)).add(upstream.rows(row..<(row + 1))) }
            }
        }
    }
}
