/// What an operation needs to know to explain an element of its result: the shapes of its operands and the batch it ran on.
public struct ExplanationContext: Sendable {
    public let operands: [Shape]
    public let result: Shape
    public let batch: Batch

    public init(operands: [Shape], result: Shape, batch: Batch) {
        self.operands = operands
        self.result = result
        self.batch = batch
    }

    /// How many rows a kind of rows has in the whole batch.
    public func rowCount(_ rows: Rows) -> Int {
        switch rows {
        case .fixed(let count): count
        case .tokens: batch.tokens.count
        case .counted: batch.countedRows.count
        }
    }

    /// A whole row of an operand.
    func row(_ row: Int, of operand: Int) -> ElementExpression.Strip {
        .row(row, of: operand, columns: 0..<operands[operand].columns)
    }

    /// A whole column of an operand.
    func column(_ column: Int, of operand: Int) -> ElementExpression.Strip {
        .column(column, of: operand, rows: 0..<rowCount(operands[operand].rows))
    }

    func number(_ list: IndexList, _ index: Int) -> ElementExpression.BatchNumber {
        ElementExpression.BatchNumber(list: list, index: index, number: Int(batch[list][index]))
    }

    /// The sequence that a row belongs to, and its adapter; rows of fixed number are one sequence.
    func sequence(ofRow row: Int, in rows: Rows) -> (rows: Range<Int>, adapter: Int) {
        guard rows.vary else { return (0..<rowCount(rows), 0) }
        for index in 0..<batch.sequenceCount {
            let own = rows == .counted ? batch.counted(ofSequence: index) : batch.sequence(index)
            if own.contains(row) { return (own, Int(batch.adapters[index])) }
        }
        preconditionFailure("row \(row) is no row of the batch")
    }
}

extension Graph {
    /// How one element of a value is made of its operands' elements.
    ///
    /// - Parameters:
    ///   - row: Counts over the whole batch.
    ///   - column: Counts over all inner axes.
    /// - Returns: `nil` for a parameter: nothing stands behind it in the graph.
    public func explanation(of value: Value, row: Int, column: Int, batch: Batch) -> ElementExpression? {
        let node = self[value]
        guard case .operation(let operation, let operands) = node.source else { return nil }
        let context = ExplanationContext(operands: operands.map { self[$0].shape }, result: node.shape, batch: batch)
        return operation.explanation(row: row, column: column, in: context)
    }
}
