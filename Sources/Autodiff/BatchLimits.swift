/// How large a batch a plan has room for.
public struct BatchLimits: Sendable, Hashable {
    /// The most sequences in a batch.
    public var sequences: Int
    /// The most tokens in a sequence.
    public var length: Int
    /// The most counted rows of a sequence; `nil` if all of a sequence's may be. Where a vocabulary is large, rows of logits take more
    /// memory than all else, and a completion is short.
    public var counted: Int?
    /// How many parts a batch is cut into. It fixes the order in which numbers are added, hence the bits of every result.
    public var parts: Int

    public init(sequences: Int, length: Int, counted: Int? = nil, parts: Int = 2) {
        self.sequences = sequences
        self.length = length
        self.counted = counted
        self.parts = parts
    }

    /// Rows that one part needs room for: an even share of the tokens and, as sequences are not cut, one sequence more.
    var rowsPerPart: Int { (sequences * length + parts - 1) / parts + length }

    /// Counted rows that one part needs room for: all sequences may be in one part, if they are short.
    var countedRowsPerPart: Int { min(rowsPerPart, sequences * min(counted ?? length, length)) }
}
