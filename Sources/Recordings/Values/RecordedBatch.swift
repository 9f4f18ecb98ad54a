/// The batch of a step: the sequences behind each other, without padding.
public struct RecordedBatch: Hashable, Sendable {
    /// The token id of each text row.
    public var tokens: [Int32]
    /// The position of each text row, virtual tokens counted.
    public var positions: [Int32]
    /// Where each sequence begins, and at the end the number of tokens.
    public var sequenceStarts: [Int32]
    /// The text rows whose next token is counted in the loss.
    public var countedRows: [Int32]
    /// Where each sequence's counted rows begin, and at the end their number.
    public var countedStarts: [Int32]
    /// The next token of each counted row.
    public var targets: [Int32]
    /// Which of several adapters each sequence goes through; empty where there is one for all.
    public var adapters: [Int32]

    public init(
        tokens: [Int32], positions: [Int32], sequenceStarts: [Int32], countedRows: [Int32], countedStarts: [Int32],
        targets: [Int32], adapters: [Int32] = []
    ) {
        self.tokens = tokens
        self.positions = positions
        self.sequenceStarts = sequenceStarts
        self.countedRows = countedRows
        self.countedStarts = countedStarts
        self.targets = targets
        self.adapters = adapters
    }

    /// No text at all: the batch of values that do not depend on one.
    public static let empty = RecordedBatch(
        tokens: [], positions: [], sequenceStarts: [0], countedRows: [], countedStarts: [0], targets: [])

    public var sequenceCount: Int { sequenceStarts.count - 1 }

    /// Which adapter a sequence goes through; 0 where there is one for all.
    public func adapter(ofSequence index: Int) -> Int { adapters.isEmpty ? 0 : Int(adapters[index]) }

    /// The text rows of a sequence.
    public func sequence(_ index: Int) -> Range<Int> { Int(sequenceStarts[index])..<Int(sequenceStarts[index + 1]) }

    /// The counted rows of a sequence, as rows of counted values.
    public func counted(ofSequence index: Int) -> Range<Int> { Int(countedStarts[index])..<Int(countedStarts[index + 1]) }

    /// Which row of a value belongs to a row of the text: `nil` where the value has counted rows alone and this is none of them.
    public func row(ofTextRow row: Int, in rows: RecordedRows) -> Int? {
        guard rows == .counted else { return row }
        return countedRows.firstIndex(of: Int32(row))
    }

    /// How many rows a value of a shape has with this batch.
    public func rowCount(_ rows: RecordedRows) -> Int {
        switch rows {
        case .tokens: tokens.count
        case .counted: countedRows.count
        case .fixed(let count): count
        }
    }

    /// What is wrong with the numbers, if they do not fit together: `nil` for a sound batch.
    var flaw: String? {
        func rises(_ starts: [Int32], to count: Int) -> Bool {
            starts.first == 0 && starts.last == Int32(count) && zip(starts, starts.dropFirst()).allSatisfy { $0 <= $1 }
        }
        if positions.count != tokens.count { return "it has \(tokens.count) tokens and \(positions.count) positions" }
        if !rises(sequenceStarts, to: tokens.count) { return "its sequence starts do not rise from 0 to the number of tokens" }
        if targets.count != countedRows.count { return "it has \(countedRows.count) counted rows and \(targets.count) targets" }
        if countedStarts.count != sequenceStarts.count { return "it has not one counted start for each sequence start" }
        if !rises(countedStarts, to: countedRows.count) {
            return "its counted starts do not rise from 0 to the number of counted rows"
        }
        if !adapters.isEmpty, adapters.count != sequenceStarts.count - 1 || adapters.contains(where: { $0 < 0 }) {
            return "it has not one adapter for each sequence"
        }
        if !countedRows.allSatisfy({ $0 >= 0 && $0 < tokens.count }) { return "a counted row is not a row of its text" }
        return nil
    }
}

extension RecordedBatch {
    /// The lists a batch consists of, by the names of their tensors. A frame holds them as they are, a journal those of all steps
    /// behind each other.
    enum List: String, CaseIterable {
        case tokens = "batch.tokens"
        case positions = "batch.positions"
        case sequenceStarts = "batch.sequence-starts"
        case countedRows = "batch.counted-rows"
        case countedStarts = "batch.counted-starts"
        case targets = "batch.targets"
    }

    subscript(list: List) -> [Int32] {
        switch list {
        case .tokens: tokens
        case .positions: positions
        case .sequenceStarts: sequenceStarts
        case .countedRows: countedRows
        case .countedStarts: countedStarts
        case .targets: targets
        }
    }

    /// The tensor of a mixed batch's adapters, which only its frame has.
    static let adaptersTensor = "batch.adapters"

    /// A batch of lists that are read one by one.
    init<Failure: Error>(reading list: (List) throws(Failure) -> [Int32]) throws(Failure) {
        self.init(
            tokens: try list(.tokens), positions: try list(.positions), sequenceStarts: try list(.sequenceStarts),
            countedRows: try list(.countedRows), countedStarts: try list(.countedStarts), targets: try list(.targets))
    }
}
