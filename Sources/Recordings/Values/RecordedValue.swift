/// The numbers of one value at one step, row by row.
public struct RecordedValue: Sendable, Hashable {
    public let name: ValueName
    public let shape: RecordedShape
    /// How many rows there are; known once the batch is.
    public let rowCount: Int
    /// All numbers, `rowCount × shape.columns`.
    public let numbers: [Float]
    /// The batch of the step, by which the rows of a sequence are found.
    public let batch: RecordedBatch

    /// - Precondition: `numbers.count == rowCount * shape.columns`.
    public init(name: ValueName, shape: RecordedShape, numbers: [Float], batch: RecordedBatch = .empty) {
        rowCount = batch.rowCount(shape.rows)
        precondition(
            numbers.count == rowCount * shape.columns, "\(name) holds \(numbers.count) numbers, \(shape) needs more or fewer")
        self.name = name
        self.shape = shape
        self.numbers = numbers
        self.batch = batch
    }

    public var columns: Int { shape.columns }

    /// One row.
    public func row(_ index: Int) -> ArraySlice<Float> { numbers[index * columns..<(index + 1) * columns] }

    /// One number: its row, then an index for each inner axis.
    ///
    /// - Precondition: As many indices as axes, each within its axis.
    public subscript(_ index: Int...) -> Float { numbers[offset(of: index)] }

    /// The place of an element among ``numbers``.
    public func offset(of index: [Int]) -> Int {
        precondition(index.count == shape.inner.count + 1, "\(name) has \(shape.inner.count + 1) axes")
        var offset = index[0]
        for (axis, extent) in shape.inner.enumerated() {
            precondition((0..<extent).contains(index[axis + 1]), "\(name): index \(index[axis + 1]) on an axis of \(extent)")
            offset = offset * extent + index[axis + 1]
        }
        return offset
    }

    /// The rows that belong to a sequence of the batch; all rows of a value of fixed shape.
    public func rows(ofSequence sequence: Int) -> Range<Int> {
        switch shape.rows {
        case .tokens: batch.sequence(sequence)
        case .counted: batch.counted(ofSequence: sequence)
        case .fixed(let count): 0..<count
        }
    }

    /// The value's part that belongs to a sequence, as rows of numbers.
    public func matrix(ofSequence sequence: Int) -> [[Float]] { rows(ofSequence: sequence).map { Array(row($0)) } }
}
