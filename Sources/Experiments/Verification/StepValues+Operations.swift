internal import Autodiff
internal import Recordings
internal import Transformer

extension StepValues {
    /// What an operation computed at this step.
    func results(of operation: String, in run: ReplayedRun) -> [NodeDescription] {
        let here = phases == RecordedPhase.allCases ? nil : Set(names)
        return run.graphDescription.nodes.filter { $0.operation == operation && here?.contains($0.name) ?? true }
    }

    /// Calls `body` with every row of a value of `[heads, columns]` or `[columns]`, and the columns that it may use: of a causal row the
    /// keys in front and those up to its own.
    ///
    /// - Parameter front: For each adapter, keys in front of the rows' own; `nil` if rows are not causal.
    func forEachRow(
        of value: RecordedValue, front: [Int]?,
        _ body: (_ row: Int, _ head: Int, _ visible: Range<Int>, _ all: Range<Int>) -> Void
    ) {
        let (heads, span) = value.shape.inner.count > 1 ? (value.shape.inner[0], value.shape.inner[1]) : (1, value.columns)
        let segments: [Range<Int>] =
            value.shape.rows == .tokens ? (0..<batch.sequenceCount).map(batch.sequence) : [0..<value.rowCount]
        // Columns are as many as the longest front needs; a shorter one stands at their end, next to the text.
        let longest = front?.max() ?? 0
        for (index, segment) in segments.enumerated() {
            let front = front.map { fronts in
                let adapter = value.shape.rows == .tokens ? batch.adapter(ofSequence: index) : 0
                return fronts.indices.contains(adapter) ? fronts[adapter] : 0
            }
            for row in segment {
                for head in 0..<heads {
                    let start = row * value.columns + head * span
                    let visible = front.map { longest - $0..<min(longest + row - segment.lowerBound + 1, span) } ?? 0..<span
                    body(row, head, (start + visible.lowerBound)..<(start + visible.upperBound), start..<(start + span))
                }
            }
        }
    }

    /// For each adapter, keys in front of a text's own in its attention, by the name of the weights: those of the prefix's values.
    func keysInFront(of weights: ValueName, in run: ReplayedRun) -> [Int] {
        if let graph = run.graph, let value = run.graphValue(weights), case .operation(let operation, _) = graph[value].source,
            let softmax = operation as? AttentionWeights
        {
            return softmax.layout.prefixLengths
        }
        let mix = run.graphDescription.nodes.first { $0.operation == "attention mix" && $0.operands.first == weights }
        guard let mix, mix.operands.count > 2, case .fixed(let count)? = run.node(mix.operands[2])?.shape.rows else { return [0] }
        return [count]
    }
}
