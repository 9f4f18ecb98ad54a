internal import Autodiff
internal import Recordings

extension Batch {
    /// Appends the sequences of a recorded batch. A sequence of which its last row alone is counted asks for a class; any other counts the
    /// tokens that follow its counted rows.
    mutating func append(_ recorded: RecordedBatch) {
        for index in 0..<recorded.sequenceCount {
            let rows = recorded.sequence(index)
            guard let first = rows.first, let last = rows.last else { continue }
            let tokens = recorded.tokens[rows]
            let adapter = recorded.adapter(ofSequence: index)
            let position = Int(recorded.positions[first])
            let counted = recorded.counted(ofSequence: index)
            let countedRows = recorded.countedRows[counted]
            if countedRows.count == 1, countedRows.first == Int32(last) {
                appendQuestion(tokens, target: recorded.targets[counted.lowerBound], firstPosition: position, adapter: adapter)
            } else {
                append(tokens, firstPosition: position, adapter: adapter) { countedRows.contains(Int32(first + $0)) }
            }
        }
    }
}
