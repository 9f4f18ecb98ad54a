public import Foundation

/// Numbers in row-major order with a shape and an element type: what files exchange, free of any name.
///
/// A tensor that was read from a file shares the file's bytes until it is converted, so opening a large file costs nothing.
public struct Tensor: Sendable {
    public let elementType: ElementType
    /// The length of each axis, the slowest first; empty for a single number.
    public let shape: [Int]
    private let storage: Storage

    /// Little-endian bytes from a file, or an array of the caller's that is not copied.
    private enum Storage: Sendable {
        case bytes(Data)
        case floats([Float])
        case integers([Int32])
    }

    /// A float32 tensor.
    ///
    /// - Precondition: The shape has as many elements as there are values.
    public init(_ values: [Float], shape: [Int]) {
        precondition(shape.reduce(1, *) == values.count, "\(values.count) numbers do not fill the shape \(shape)")
        (elementType, self.shape, storage) = (.float32, shape, .floats(values))
    }

    /// An int32 tensor.
    ///
    /// - Precondition: The shape has as many elements as there are values.
    public init(integers values: [Int32], shape: [Int]) {
        precondition(shape.reduce(1, *) == values.count, "\(values.count) numbers do not fill the shape \(shape)")
        (elementType, self.shape, storage) = (.int32, shape, .integers(values))
    }

    /// A tensor over little-endian bytes.
    ///
    /// - Throws: An error if the bytes are not exactly those of the shape.
    public init(_ elementType: ElementType, shape: [Int], bytes: Data) throws(InterchangeError) {
        guard let size = Self.byteCount(elementType, shape: shape) else {
            throw InterchangeError("the shape \(shape) is not one of lengths whose product can be counted")
        }
        guard size == bytes.count else {
            throw InterchangeError(
                "the shape \(shape) of \(elementType.rawValue) needs \(size) bytes, but there are \(bytes.count)")
        }
        (self.elementType, self.shape, storage) = (elementType, shape, .bytes(bytes))
    }

    /// A row of bytes.
    init(uint8 bytes: Data) { (elementType, shape, storage) = (.uint8, [bytes.count], .bytes(bytes)) }

    /// The bytes that a shape takes, or nil if a length is negative or the product overflows.
    static func byteCount(_ elementType: ElementType, shape: [Int]) -> Int? {
        var size = elementType.width
        for length in shape {
            let (product, overflow) = size.multipliedReportingOverflow(by: length)
            guard length >= 0, !overflow else { return nil }
            size = product
        }
        return size
    }

    /// How many numbers it holds.
    public var count: Int { shape.reduce(1, *) }

    public var byteCount: Int { count * elementType.width }

    /// The numbers as float32, one after the other: exact from F32, F16 and BF16, rounded to nearest from F64.
    ///
    /// Time is that of one copy for F32; a tensor made of `[Float]` gives them back without one.
    ///
    /// - Throws: An error if the elements are integers.
    public func floats() throws(InterchangeError) -> [Float] {
        if case .floats(let values) = storage { return values }
        switch elementType {
        case .float32: return converted(from: Float.self) { $0 }
        case .float16: return converted(from: UInt16.self) { HalfPrecision.float32(fromFloat16: $0) }
        case .bfloat16: return converted(from: UInt16.self) { HalfPrecision.float32(fromBFloat16: $0) }
        case .float64: return converted(from: Double.self) { Float($0) }
        default:
            throw InterchangeError("expected floating-point numbers (F32, F16, BF16 or F64), but found \(elementType.rawValue)")
        }
    }

    /// The numbers as int32; truth values as 0 and 1.
    ///
    /// - Throws: An error if the elements have a fraction, or one of I64 does not fit 32 bits.
    public func integers() throws(InterchangeError) -> [Int32] {
        if case .integers(let values) = storage { return values }
        switch elementType {
        case .int32: return converted(from: Int32.self) { $0 }
        case .int16: return converted(from: Int16.self) { Int32($0) }
        case .int8: return converted(from: Int8.self) { Int32($0) }
        case .uint8, .bool: return converted(from: UInt8.self) { Int32($0) }
        case .int64:
            let wide = converted(from: Int64.self) { $0 }
            if let large = wide.first(where: { Int32(exactly: $0) == nil }) {
                throw InterchangeError("the number \(large) does not fit the 32 bits of an integer here")
            }
            return wide.map { Int32(truncatingIfNeeded: $0) }
        default:
            throw InterchangeError("expected integers, but found \(elementType.rawValue)")
        }
    }

    /// The little-endian bytes; a copy if the tensor was made of an array.
    public var bytes: Data {
        if case .bytes(let data) = storage { return data }
        return unsafe withUnsafeBytes { unsafe Data($0) }
    }

    /// Lends the bytes without copying them. The pointer must not leave the closure.
    ///
    /// Every platform that Swift supports here is little-endian, as files are.
    func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        func lend(_ buffer: UnsafeRawBufferPointer) -> Swift.Result<Result, Failure> {
            do throws(Failure) { return .success(try unsafe body(buffer)) } catch { return .failure(error) }
        }
        switch storage {
        case .bytes(let data): return try unsafe data.withUnsafeBytes { unsafe lend($0) }.get()
        case .floats(let values): return try unsafe values.withUnsafeBytes { unsafe lend($0) }.get()
        case .integers(let values): return try unsafe values.withUnsafeBytes { unsafe lend($0) }.get()
        }
    }

    /// Every element read as `Element` and converted.
    ///
    /// `Element` must have the width of the element type and no invalid bit patterns. Safe then: the initialisers have checked
    /// that the bytes are `count` elements, and each is loaded from its own bytes, aligned or not.
    @inline(__always)
    private func converted<Element: BitwiseCopyable, Number>(
        from: Element.Type, _ convert: (Element) -> Number
    ) -> [Number] {
        precondition(MemoryLayout<Element>.size == elementType.width)
        let count = count
        return unsafe withUnsafeBytes { source in
            unsafe [Number](unsafeUninitializedCapacity: count) { target, filled in
                for index in 0..<count {
                    let element = unsafe source.loadUnaligned(
                        fromByteOffset: index * MemoryLayout<Element>.size, as: Element.self)
                    unsafe target.initializeElement(at: index, to: convert(element))
                }
                filled = count
            }
        }
    }
}

extension Tensor: Equatable {
    /// Same type, same shape, same bits: two NaNs are equal if their bits are, 0 and −0 are not.
    public static func == (left: Tensor, right: Tensor) -> Bool {
        guard left.elementType == right.elementType, left.shape == right.shape else { return false }
        return unsafe left.withUnsafeBytes { mine in unsafe right.withUnsafeBytes { unsafe mine.elementsEqual($0) } }
    }
}
