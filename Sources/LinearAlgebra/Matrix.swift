/// A view of float32 numbers in a ``Storage``: `rows × columns`, row-major, with `stride` numbers from one row to the next.
///
/// Making a view allocates nothing. Its bounds are checked once, when it is made; the kernels below it rely on that.
public struct Matrix: Sendable {
    let storage: Storage
    let offset: Int
    public let rows: Int
    public let columns: Int
    public let stride: Int

    init(storage: Storage, offset: Int, rows: Int, columns: Int, stride: Int) {
        precondition(offset >= 0 && rows >= 0 && columns >= 0 && stride >= columns)
        precondition(rows == 0 || offset + (rows - 1) * stride + columns <= storage.count, "a view must lie within its storage")
        self.storage = storage
        self.offset = offset
        self.rows = rows
        self.columns = columns
        self.stride = stride
    }

    /// The first number. Valid as long as the view is: callers keep the view alive over the use.
    var start: UnsafeMutablePointer<Float> { unsafe storage.base + offset }

    func start(ofRow row: Int) -> UnsafeMutablePointer<Float> { unsafe storage.base + (offset + row * stride) }

    /// The view of some of the rows.
    public func rows(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows)
        return Matrix(
            storage: storage, offset: offset + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
    }

    /// The view of some of the columns.
    public func columns(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= columns)
        return Matrix(storage: storage, offset: offset + range.lowerBound, rows: rows, columns: range.count, stride: stride)
    }

    /// The number at a row and a column.
    public subscript(row: Int, column: Int) -> Float {
        get {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            return unsafe storage.base[offset + row * stride + column]
        }
        nonmutating set {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns)
            unsafe storage.base[offset + row * stride + column] = newValue
        }
    }

    /// The storage it is a view of: how much it takes, and by what it is told from others.
    public var memory: StorageMemory { storage.memory }

    /// Whether this is a view of the very same numbers.
    public func hasPlace(of other: Matrix) -> Bool {
        storage === other.storage && offset == other.offset && stride == other.stride
    }

    /// The numbers, row by row, copied into an array of `rows × columns`.
    public var values: [Float] {
        var result: [Float] = []
        append(to: &result)
        return result
    }

    /// Appends the numbers, row by row.
    public func append(to array: inout [Float]) {
        array.reserveCapacity(array.count + rows * columns)
        for row in 0..<rows {
            unsafe array.append(contentsOf: UnsafeBufferPointer(start: start(ofRow: row), count: columns))
        }
    }

    /// Takes over `rows × columns` numbers, row by row.
    ///
    /// - Precondition: `values` holds exactly that many.
    public func write(_ values: [Float]) {
        precondition(values.count == rows * columns, "as many numbers as the view holds")
        unsafe values.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            for row in 0..<rows { unsafe start(ofRow: row).update(from: base + row * columns, count: columns) }
        }
    }
}
