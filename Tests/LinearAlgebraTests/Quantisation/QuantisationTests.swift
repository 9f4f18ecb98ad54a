import Foundation
import RandomStreams
import Testing

@testable import LinearAlgebra

/// 4-bit weights against what torch computes from the definition (`Fixtures/make_nf4.py`), and what must hold of any weights.
@Suite struct QuantisationTests {
    struct Reference: Decodable {
        struct Long: Decodable {
            let maxima: [Float]
            let codes: [UInt8]
            let scales: [Float]
            let mean: Float
            let dequantised: [Float]
        }

        let rows: Int
        let columns: Int
        let input: [Float]
        let codes: [UInt8]
        let maxima: [Float]
        let dequantised: [Float]
        let map: [Float]
        let long: Long

        static func read() throws -> Reference {
            let url = try #require(Bundle.module.url(forResource: "nf4", withExtension: "json"))
            return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
        }

        var matrix: Matrix {
            let matrix = Storage(count: input.count).matrix(rows: rows, columns: columns)
            matrix.write(input)
            return matrix
        }
    }

    /// Whether two lists agree to a few units of the last place.
    static func agree(_ a: [Float], _ b: [Float], within tolerance: Float = 3e-7) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(abs($0), abs($1)) }
    }

    @Test("Codes and maxima are the reference's exactly, and the weights to rounding")
    func reference() throws {
        let reference = try Reference.read()
        let quantised = QuantisedMatrix(quantising: reference.matrix, isDouble: false)
        #expect(quantised.unpackedCodes == reference.codes)
        #expect(quantised.maxima == .plain(reference.maxima))
        #expect(Self.agree(quantised.dequantised().values, reference.dequantised))
        #expect(quantised.dequantised().values.allSatisfy { $0.isFinite })
    }

    @Test("The dynamic map and the quantised maxima are the reference's")
    func maxima() throws {
        let reference = try Reference.read()
        #expect(DynamicMap.numbers.count == 256)
        #expect(Self.agree(DynamicMap.numbers, reference.map))
        guard case .quantised(let codes, let scales, let mean) = BlockMaxima(quantising: reference.long.maxima) else {
            Issue.record("quantised maxima")
            return
        }
        #expect(codes == reference.long.codes)
        #expect(Self.agree(scales, reference.long.scales))
        #expect(Self.agree([mean], [reference.long.mean]))
        // Where scale and mean nearly cancel, rounding is relative to them.
        let found = BlockMaxima.quantised(codes: codes, scales: scales, mean: mean).numbers
        #expect(zip(found, reference.long.dequantised).allSatisfy { abs($0 - $1) <= 2e-7 })
    }

    @Test("The code of a number is that of the nearest one in the map, of two the lower")
    func nearest() {
        var stream = RandomStream(seed: 5, path: "numbers")
        let numbers = DynamicMap.numbers
        let between = zip(numbers, numbers.dropFirst()).map { ($0 + $1) / 2 }
        for number in numbers + between + (0..<500).map({ _ in 2 * stream.uniform() - 1 }) {
            let distances = numbers.map { abs($0 - number) }
            #expect(Int(DynamicMap.code(of: number)) == distances.firstIndex(of: distances.min() ?? 0))
        }
    }

    /// Weights whose blocks differ in size by orders of magnitude; widths that blocks fit into and do not.
    static func random(_ rows: Int, _ columns: Int) -> Matrix {
        let matrix = KernelTests.random(rows, columns, path: "weights")
        for row in 0..<rows {
            for column in 0..<columns { matrix[row, column] *= [0.02, 1, 30][(row + column / 7) % 3] }
        }
        return matrix
    }

    static let shapes = [(1, 1), (1, 64), (3, 21), (5, 64), (7, 65), (40, 100), (9, 192)]

    @Test("An error is at most half the widest gap between codes times the block's maximum", arguments: shapes)
    func error(rows: Int, columns: Int) {
        let weights = Self.random(rows, columns)
        let (before, after) = (weights.values, QuantisedMatrix(quantising: weights, isDouble: false).dequantised().values)
        let gaps = zip(NormalFloat4.numbers, NormalFloat4.numbers.dropFirst()).map { $1 - $0 }
        let widest = gaps.max() ?? 0
        for start in stride(from: 0, to: before.count, by: 64) {
            let block = start..<min(start + 64, before.count)
            let largest = before[block].reduce(0) { max($0, abs($1)) }
            for index in block { #expect(abs(before[index] - after[index]) <= widest / 2 * largest * 1.000001) }
            // The largest weight itself is kept, where its sign is that of an end of the code.
            #expect(block.contains { abs(before[$0]) == largest && after[$0] == before[$0] })
        }
    }

    @Test("Quantising what was dequantised changes nothing", arguments: shapes)
    func idempotent(rows: Int, columns: Int) {
        let once = QuantisedMatrix(quantising: Self.random(rows, columns), isDouble: false)
        let twice = QuantisedMatrix(quantising: once.dequantised(), isDouble: false)
        #expect(once == twice)
    }

    @Test(
        "Any rows, into rooms of any stride, and any single weight have the bits of the whole", arguments: shapes, [true, false])
    func rows(shape: (Int, Int), isDouble: Bool) {
        let (rows, columns) = shape
        let quantised = QuantisedMatrix(quantising: Self.random(rows, columns), isDouble: isDouble)
        let whole = quantised.dequantised()
        for row in 0..<rows {
            for column in 0..<columns { #expect(quantised[row, column].bitPattern == whole[row, column].bitPattern) }
        }
        for first in 0..<rows {
            for last in [first + 1, (first + rows + 1) / 2, rows] where last > first {
                let room = KernelTests.random(last - first, columns, path: "room")
                quantised.dequantise(rows: first..<last, into: room)
                #expect(room.values == whole.rows(first..<last).values)
                let dense = Storage(count: (last - first) * columns).matrix(rows: last - first, columns: columns)
                quantised.dequantise(rows: first..<last, into: dense)
                #expect(dense.values == room.values)
            }
        }
    }

    @Test("Zeros stay zeros, whatever the blocks around them")
    func zeros() {
        for isDouble in [true, false] {
            let weights = Storage(count: 4 * 64).matrix(rows: 4, columns: 64)
            #expect(QuantisedMatrix(quantising: weights, isDouble: isDouble).dequantised().values.allSatisfy { $0 == 0 })
            for column in 0..<64 { weights[2, column] = Float(column) - 20 }
            let after = QuantisedMatrix(quantising: weights, isDouble: isDouble).dequantised()
            for row in [0, 1, 3] { #expect(after.rows(row..<(row + 1)).values.allSatisfy { $0 == 0 }) }
            #expect(after[2, 20] == 0 && abs(after[2, 63] - 43) < 0.5)
        }
    }

    @Test("A weight takes 4 bits, and its share of the maxima 0.5, or 0.127 if they are quantised too")
    func size() {
        let weights = Storage(count: 512 * 512).matrix(rows: 512, columns: 512)
        let bits = { (isDouble: Bool) in
            Double(QuantisedMatrix(quantising: weights, isDouble: isDouble).byteCount * 8) / Double(512 * 512)
        }
        #expect(bits(false) == 4.5)
        #expect(abs(bits(true) - 4.127) < 0.0005)
    }
}
