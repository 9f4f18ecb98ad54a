/// How large a batch a plan has room for.
public struct BatchLimits: Sendable, Hashable {
    /// The most sequences in a batch.
    public var sequences: Int
    /// The most tokens in a sequence.
    public var length: Int
    /// How many parts a batch is cut into. It fixes the order in which numbers are added, hence the bits of every result.
    public var parts: Int

    public init(sequences: Int, length: Int, parts: Int = 2) {
        self.sequences = sequences
        self.length = length
        self.parts = parts
    }

    /// Rows that one part needs room for: an even share of the tokens and, as sequences are not cut, one sequence more.
    var rowsPerPart: Int { (sequences * length + parts - 1) / parts + length }
}
