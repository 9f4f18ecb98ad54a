/// The sequences of one step, packed behind each other without padding.
///
/// Row r of a text value belongs to token r of ``tokens``. The packing is reused from step to step: once its arrays have grown
/// to the largest batch, packing another allocates nothing.
public struct Batch: Sendable {
    /// A part of the batch: whole sequences, computed by one thread at a time.
    public struct Part: Sendable, Hashable {
        /// Which sequences.
        public internal(set) var sequences: Range<Int>
        /// Which text rows.
        public internal(set) var tokens: Range<Int>
        /// Which counted rows.
        public internal(set) var counted: Range<Int>
    }

    public private(set) var tokens: [Int32] = []
    public private(set) var positions: [Int32] = []
    /// Where each sequence begins, and at the end the number of tokens.
    public private(set) var sequenceStarts: [Int32] = [0]
    /// Where each sequence's counted rows begin, and at the end their number.
    public private(set) var countedStarts: [Int32] = [0]
    /// Which adapter each sequence goes through; 0 where there is one for all.
    public private(set) var adapters: [Int32] = []
    /// The text rows whose next token is counted.
    public private(set) var countedRows: [Int32] = []
    /// The next token of each counted row.
    public private(set) var targets: [Int32] = []
    public private(set) var parts: [Part] = []

    public init() {}

    public var sequenceCount: Int { sequenceStarts.count - 1 }

    /// The text rows of a sequence.
    public func sequence(_ index: Int) -> Range<Int> { Int(sequenceStarts[index])..<Int(sequenceStarts[index + 1]) }

    /// The counted rows of a sequence.
    public func counted(ofSequence index: Int) -> Range<Int> { Int(countedStarts[index])..<Int(countedStarts[index + 1]) }

    /// Empties the batch, keeping its memory.
    public mutating func removeAll() {
        tokens.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        sequenceStarts.removeAll(keepingCapacity: true)
        countedStarts.removeAll(keepingCapacity: true)
        adapters.removeAll(keepingCapacity: true)
        countedRows.removeAll(keepingCapacity: true)
        targets.removeAll(keepingCapacity: true)
        parts.removeAll(keepingCapacity: true)
        sequenceStarts.append(0)
        countedStarts.append(0)
    }

    /// Appends a sequence.
    ///
    /// - Parameters:
    ///   - ids: The token ids.
    ///   - firstPosition: The position of its first token: the number of virtual tokens in front of it.
    ///   - adapter: Which of several adapters it goes through.
    ///   - isCounted: Whether the prediction made at a token (of the one that follows it) is counted in the loss. The last
    ///     token predicts nothing.
    public mutating func append(
        _ ids: some Collection<Int32>, firstPosition: Int, adapter: Int = 0, isCounted: (Int) -> Bool
    ) {
        let start = tokens.count
        tokens.append(contentsOf: ids)
        for index in 0..<ids.count {
            positions.append(Int32(firstPosition + index))
            if index + 1 < ids.count, isCounted(index) {
                countedRows.append(Int32(start + index))
                targets.append(tokens[start + index + 1])
            }
        }
        sequenceStarts.append(Int32(tokens.count))
        countedStarts.append(Int32(countedRows.count))
        adapters.append(Int32(adapter))
    }

    /// Appends a sequence whose tokens stand at positions of their own, as one with gaps does, and of which any row may be asked for any
    /// token.
    ///
    /// - Parameters:
    ///   - ids: The token ids.
    ///   - positions: The position of each.
    ///   - adapter: Which of several adapters it goes through.
    ///   - target: What should follow a token, by the token's index; `nil` where the prediction is not counted.
    /// - Precondition: As many positions as tokens.
    public mutating func append(
        _ ids: some Collection<Int32>, positions: some Collection<Int32>, adapter: Int = 0, target: (Int) -> Int32?
    ) {
        precondition(ids.count == positions.count, "a position for each token")
        let start = tokens.count
        tokens.append(contentsOf: ids)
        self.positions.append(contentsOf: positions)
        for index in 0..<ids.count {
            guard let target = target(index) else { continue }
            countedRows.append(Int32(start + index))
            targets.append(target)
        }
        sequenceStarts.append(Int32(tokens.count))
        countedStarts.append(Int32(countedRows.count))
        adapters.append(Int32(adapter))
    }

    /// Appends a sequence of which only what is behind the last token is asked for.
    ///
    /// - Parameter target: The right answer: the next token or a class. Where it is not known, only logits make sense of the batch.
    public mutating func appendQuestion(
        _ ids: some Collection<Int32>, target: Int32 = 0, firstPosition: Int, adapter: Int = 0
    ) {
        append(ids, firstPosition: firstPosition, adapter: adapter) { _ in false }
        guard !ids.isEmpty else { return }
        countedRows.append(Int32(tokens.count - 1))
        targets.append(target)
        countedStarts[countedStarts.count - 1] = Int32(countedRows.count)
    }

    /// Cuts the batch into a number of parts of about as many tokens each. The cut depends on the sequences alone.
    public mutating func cut(into count: Int) {
        parts.removeAll(keepingCapacity: true)
        var first = 0
        for index in 0..<count {
            var last = first
            let goal = tokens.count * (index + 1) / count
            while last < sequenceCount, index == count - 1 || Int(sequenceStarts[last + 1]) <= goal { last += 1 }
            parts.append(
                Part(
                    sequences: first..<last, tokens: Int(sequenceStarts[first])..<Int(sequenceStarts[last]),
                    counted: Int(countedStarts[first])..<Int(countedStarts[last])))
            first = last
        }
    }

    public subscript(list: IndexList) -> [Int32] {
        switch list {
        case .tokens: tokens
        case .positions: positions
        case .countedRows: countedRows
        case .targets: targets
        }
    }
}
