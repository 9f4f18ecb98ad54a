internal import CKernels

/// A matrix of weights in 4 bits each: codes of ``NormalFloat4`` in blocks of 64 in row-major order, and one maximum for each block
/// (Dettmers et al. 2023, §3).
///
/// A weight w of a block with the largest absolute value m gets the code whose number is nearest to w/m. Making a matrix's numbers
/// anew costs a look-up and a product for each; it allocates nothing.
public struct QuantisedMatrix: Sendable, Hashable {
    public let rows: Int
    public let columns: Int
    /// Two to a byte, the first in its high half.
    let codes: [UInt8]
    let maxima: BlockMaxima

    /// - Parameters:
    ///   - matrix: Finite numbers.
    ///   - isDouble: Whether the blocks' maxima are quantised too, in 8 bits.
    public init(quantising matrix: Matrix, isDouble: Bool = true) {
        rows = matrix.rows
        columns = matrix.columns
        let count = rows * columns
        // Blocks run over the ends of rows, so the rows have to follow each other without gaps.
        var dense = matrix
        if matrix.stride != columns {
            dense = Storage(count: count).matrix(rows: rows, columns: columns)
            dense.copy(matrix)
        }
        var maxima = Array(repeating: Float(0), count: (count + NormalFloat4.blockSize - 1) / NormalFloat4.blockSize)
        var codes = Array(repeating: UInt8(0), count: (count + 1) / 2)
        unsafe codes.withUnsafeMutableBufferPointer { codes in
            unsafe maxima.withUnsafeMutableBufferPointer { maxima in
                unsafe NormalFloat4.numbers.withUnsafeBufferPointer { numbers in
                    guard let codes = codes.baseAddress, let maxima = maxima.baseAddress, let numbers = numbers.baseAddress else {
                        return
                    }
                    unsafe foreword_nf4_quantise(Int64(count), numbers, dense.start, codes, maxima)
                }
            }
        }
        self.codes = codes
        self.maxima = isDouble ? BlockMaxima(quantising: maxima) : .plain(maxima)
    }

    /// The bytes of codes and maxima: a little more than half a byte a weight.
    public var byteCount: Int { codes.count + maxima.byteCount }

    /// The maximum that the weights of each block are multiplied with, as it is used: quantised itself, or as it was.
    public var blockMaxima: [Float] { maxima.numbers }

    /// The code of each weight, 0…15, row by row.
    public var unpackedCodes: [UInt8] {
        (0..<rows * columns).map { $0 % 2 == 0 ? codes[$0 / 2] >> 4 : codes[$0 / 2] & 15 }
    }

    /// A single weight, as float32: the same bits as in ``dequantise(rows:into:)``.
    public subscript(row: Int, column: Int) -> Float {
        let index = row * columns + column
        let code = index % 2 == 0 ? codes[index / 2] >> 4 : codes[index / 2] & 15
        return NormalFloat4.numbers[Int(code)] * maxima[index / NormalFloat4.blockSize]
    }

    /// `matrix` ← some of the rows, as float32.
    ///
    /// - Precondition: `matrix` has as many rows as the range and as many columns as the weights.
    public func dequantise(rows range: Range<Int>, into matrix: Matrix) {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        precondition(matrix.rows == range.count && matrix.columns == columns, "room for these rows")
        guard !range.isEmpty, columns > 0 else { return }
        // Rows without gaps between them are one stretch of numbers.
        let isDense = matrix.stride == columns
        let stretch = isDense ? range.count * columns : columns
        for row in 0..<(isDense ? 1 : range.count) {
            fill(matrix, row: row, first: (range.lowerBound + row) * columns, count: stretch)
        }
    }

    /// All of the weights, as float32.
    public func dequantised() -> Matrix {
        let matrix = Storage(count: rows * columns).matrix(rows: rows, columns: columns)
        dequantise(rows: 0..<rows, into: matrix)
        return matrix
    }

    /// Puts `count` numbers, from the `first` on, to the beginning of a matrix's row and what follows it.
    private func fill(_ matrix: Matrix, row: Int, first: Int, count: Int) {
        unsafe codes.withUnsafeBufferPointer { codes in
            unsafe NormalFloat4.pairs.withUnsafeBufferPointer { pairs in
                guard let codes = codes.baseAddress, let pairs = pairs.baseAddress else { return }
                let target = unsafe matrix.start(ofRow: row)
                switch maxima {
                case .plain(let maxima):
                    unsafe maxima.withUnsafeBufferPointer { maxima in
                        guard let maxima = maxima.baseAddress else { return }
                        unsafe foreword_nf4_dequantise(Int64(first), Int64(count), pairs, codes, maxima, target)
                    }
                case .quantised(let maxima, let scales, let mean):
                    unsafe maxima.withUnsafeBufferPointer { maxima in
                        unsafe scales.withUnsafeBufferPointer { scales in
                            unsafe DynamicMap.numbers.withUnsafeBufferPointer { map in
                                guard let maxima = maxima.baseAddress, let scales = scales.baseAddress, let map = map.baseAddress
                                else { return }
                                unsafe foreword_nf4_dequantise_twice(
                                    Int64(first), Int64(count), pairs, codes, maxima, map, scales, mean, target)
                            }
                        }
                    }
                }
            }
        }
    }
}
