/// A block of float32 numbers at a fixed place in memory, aligned to a cache line and zero to begin with.
///
/// A storage hands out views (``Matrix``); it is freed when the last view of it is gone. Writing through one view while another
/// thread reads the same numbers is a data race: the executor's stages are laid out so that this cannot happen, which is why
/// the class may be shared between threads.
@safe public final class Storage: @unchecked Sendable {
    /// How many numbers it holds.
    public let count: Int
    let base: UnsafeMutablePointer<Float>

    /// Sixteen float32 numbers fill one cache line of 64 bytes.
    public static let alignment = 16

    public init(count: Int) {
        precondition(count >= 0)
        self.count = count
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
        unsafe base = memory.bindMemory(to: Float.self, capacity: max(count, 1))
        unsafe base.initialize(repeating: 0, count: max(count, 1))
    }

    /// How much it takes, and by what it is told from others.
    public var memory: StorageMemory {
        StorageMemory(id: ObjectIdentifier(self), byteCount: max(count, 1) * MemoryLayout<Float>.stride)
    }

    deinit { unsafe UnsafeMutableRawPointer(base).deallocate() }

    /// A view of `rows × columns` numbers whose rows begin at `offset`, `offset + stride`, …
    ///
    /// - Parameter stride: The distance between rows, in numbers; `columns` where it is not given.
    /// - Precondition: Every element lies within the storage.
    public func matrix(at offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil) -> Matrix {
        Matrix(storage: self, offset: offset, rows: rows, columns: columns, stride: stride ?? columns)
    }
}

/// What a storage takes in memory. Views of one storage have the same, so that it is counted once.
public struct StorageMemory: Hashable, Sendable {
    public let id: ObjectIdentifier
    /// The bytes that were allocated for it.
    public let byteCount: Int
}
