public import LinearAlgebra

/// What an operation sees when it is run: its operands and its result, for one part of the work.
public struct OperationRun {
    let bound: Executor.BoundOperation
    /// Which part of the work this is.
    public let part: Int
    let executor: Executor

    /// How many parts there are.
    public var partCount: Int { executor.partCount }
    public var operandCount: Int { bound.operands.count }
    public var batch: Batch { executor.batch }

    /// An operand: this part's rows of it, or all of it if its rows do not vary.
    public func operand(_ index: Int) -> Matrix { executor.matrix(bound.operands[index], part: part) }

    /// Another part's rows of an operand.
    public func operand(_ index: Int, part: Int) -> Matrix { executor.matrix(bound.operands[index], part: part) }

    /// Whether an operand's rows vary with the batch, so that it lies in parts.
    public func isDivided(_ index: Int) -> Bool { bound.operands[index].rows.vary }

    /// The parts of an operand: one if its rows do not vary.
    public func parts(of index: Int) -> Range<Int> { 0..<(isDivided(index) ? partCount : 1) }

    /// Where the result goes: this part's rows, or all of it if its rows do not vary.
    public var result: Matrix { executor.matrix(bound.result, part: part) }

    /// Room for this part alone, with whatever was left there, within what the operation asked for
    /// (``Operation/scratchCount(operands:result:)``).
    public func scratch(rows: Int, columns: Int) -> Matrix {
        executor.scratch(bound.scratch, part: part, rows: rows, columns: columns)
    }

    /// The rows of the result this part computes: all of them, unless they are shared out.
    public var shareOfRows: Range<Int> {
        bound.sharesRows ? share(of: result.rows) : 0..<result.rows
    }

    /// The columns of the result this part computes: all of them, unless they are shared out.
    public var shareOfColumns: Range<Int> {
        bound.sharesColumns ? share(of: bound.result.columns) : 0..<bound.result.columns
    }

    /// The heads this part computes, of as many: all of them, unless columns are shared out.
    public func share(ofHeads heads: Int) -> Range<Int> {
        bound.sharesColumns ? heads * part / partCount..<heads * (part + 1) / partCount : 0..<heads
    }

    /// This part's share of a matrix that has the result's shape.
    public func share(_ matrix: Matrix) -> Matrix { matrix.rows(shareOfRows).columns(shareOfColumns) }

    /// A part's share of `count` things: whole blocks of eight, so that shares begin where vectors do.
    private func share(of count: Int) -> Range<Int> {
        let blocks = (count + 7) / 8
        return min(count, blocks * part / partCount * 8)..<min(count, blocks * (part + 1) / partCount * 8)
    }

    /// The sequences of this part, as ranges of the part's rows; of a value with fixed rows, its rows are one sequence.
    public func forEachSequence(inOperand index: Int, _ body: (Range<Int>) -> Void) {
        forEachSequence(inOperand: index) { rows, _ in body(rows) }
    }

    /// The same with the adapter each sequence goes through: 0 where there is one for all.
    public func forEachSequence(inOperand index: Int, _ body: (_ rows: Range<Int>, _ adapter: Int) -> Void) {
        guard isDivided(index) else { return body(0..<operand(index).rows, 0) }
        let own = executor.batch.parts[part]
        let isCounted = bound.operands[index].rows == .counted
        let first = isCounted ? own.counted.lowerBound : own.tokens.lowerBound
        for sequence in own.sequences {
            let rows = isCounted ? executor.batch.counted(ofSequence: sequence) : executor.batch.sequence(sequence)
            body((rows.lowerBound - first)..<(rows.upperBound - first), Int(executor.batch.adapters[sequence]))
        }
    }

    /// The rows of a part that an index list has numbers for, as positions in the list.
    public func range(of list: IndexList, part: Int) -> Range<Int> {
        list.rows == .tokens ? executor.batch.parts[part].tokens : executor.batch.parts[part].counted
    }

    /// The first text row of this part: row numbers in a batch count from the whole batch's first.
    public var firstTokenRow: Int { executor.batch.parts[part].tokens.lowerBound }

    /// How many rows of a kind the whole batch has.
    public func totalRows(_ rows: Rows) -> Int {
        switch rows {
        case .tokens: executor.batch.tokens.count
        case .counted: executor.batch.countedRows.count
        case .fixed(let count): count
        }
    }
}

extension Executor.BoundOperation {
    fileprivate var sharesRows: Bool {
        if case .result = division { result.rows != .fixed(1) } else { false }
    }
    fileprivate var sharesColumns: Bool {
        switch division {
        case .columns: true
        case .result: result.rows == .fixed(1)
        case .sequences, .none: false
        }
    }
}
