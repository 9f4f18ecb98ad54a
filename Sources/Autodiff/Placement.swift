/// Where a value's numbers lie: in the storage of another value (its root), from some row and column on.
///
/// A view lies in its operand. The other way round, values that are only joined side by side are computed right where the
/// joined value wants them, so that joining copies nothing.
struct Placement: Hashable {
    var root: Value
    var row = 0
    var column = 0
}

extension Graph {
    /// The placement of every value of a plan.
    func placements(of live: [Value]) -> [Value: Placement] {
        var placements: [Value: Placement] = [:]
        for value in live { placements[value] = Placement(root: value) }
        // What is joined lies within the joined value, if it is computed by an operation and placed nowhere else.
        for value in live.reversed() {
            guard case .operation(let operation, let operands) = self[value].source,
                let joined = operation as? ConcatenatedColumns, let home = placements[value]
            else { continue }
            for (operand, range) in zip(operands, joined.ranges) where isComputed(operand) && placements[operand]?.root == operand
            {
                placements[operand] = Placement(root: home.root, row: home.row, column: home.column + range.lowerBound)
            }
        }
        for value in live {
            guard case .operation(let operation, let operands) = self[value].source, let view = operation as? any ViewOperation,
                let seen = placements[operands[0]]
            else { continue }
            placements[value] = Placement(
                root: seen.root, row: seen.row + (view.viewedRows?.lowerBound ?? 0),
                column: seen.column + (view.viewedColumns?.lowerBound ?? 0))
        }
        return placements
    }

    private func isComputed(_ value: Value) -> Bool {
        if case .operation(let operation, _) = self[value].source { !(operation is any ViewOperation) } else { false }
    }
}
