import Foundation
import Testing

@testable import Interchange

@Suite("A tensor")
struct TensorTests {
    @Test("gives back the numbers it was made of")
    func roundTrip() throws {
        let floats: [Float] = [1, -0.0, .infinity, 0x1p-140, 3, 4]
        let tensor = Tensor(floats, shape: [2, 3])
        #expect(tensor.count == 6 && tensor.byteCount == 24)
        #expect(try tensor.floats().map(\.bitPattern) == floats.map(\.bitPattern))
        #expect(try Tensor(.float32, shape: [2, 3], bytes: tensor.bytes) == tensor)
        let integers: [Int32] = [0, -1, .max, .min]
        #expect(try Tensor(integers: integers, shape: [4]).integers() == integers)
        #expect(try Tensor(.int32, shape: [4], bytes: Tensor(integers: integers, shape: [4]).bytes).integers() == integers)
    }

    @Test("reads bytes that are not aligned")
    func unaligned() throws {
        let bytes = Data([9]) + Tensor([Float(1.5), -2], shape: [2]).bytes
        #expect(try Tensor(.float32, shape: [2], bytes: bytes[1...]).floats() == [1.5, -2])
    }

    @Test("of a single number has no axis")
    func scalar() throws {
        #expect(try Tensor(.float64, shape: [], bytes: Tensor(integers: [0, 0x3FF0_0000], shape: [2]).bytes).floats() == [1])
    }

    @Test("knows equal bits from equal numbers")
    func equality() {
        #expect(Tensor([Float.nan], shape: [1]) == Tensor([Float.nan], shape: [1]))
        #expect(Tensor([Float(0)], shape: [1]) != Tensor([-Float(0)], shape: [1]))
        #expect(Tensor([Float(0)], shape: [1]) != Tensor([Float(0)], shape: [1, 1]))
        #expect(Tensor([Float(0)], shape: [1]) != Tensor(integers: [0], shape: [1]))
    }

    @Test("widens every binary16 number exactly")
    func float16() throws {
        let wrong = (UInt16.min...UInt16.max).filter { bits in
            let expected = Float(Float16(bitPattern: bits))
            let found = HalfPrecision.float32(fromFloat16: bits)
            return found.bitPattern != expected.bitPattern && !(found.isNaN && expected.isNaN)
        }
        #expect(wrong.isEmpty)
    }

    @Test(
        "refuses what does not fit",
        arguments: [
            (ElementType.float32, [2], 7, "the shape [2] of F32 needs 8 bytes, but there are 7."),
            (.int8, [-1], 0, "the shape [-1] is not one of lengths whose product can be counted."),
            (.int64, [.max, 2], 0, "the shape [9223372036854775807, 2] is not one of lengths whose product can be counted."),
        ])
    func refused(type: ElementType, shape: [Int], bytes: Int, expected: String) {
        #expect(sentence { _ = try Tensor(type, shape: shape, bytes: Data(count: bytes)) } == expected)
    }

    @Test("does not take integers for fractions, nor fractions for integers, nor cuts large integers")
    func wrongType() throws {
        #expect(
            sentence { _ = try Tensor(integers: [1], shape: [1]).floats() }
                == "expected floating-point numbers (F32, F16, BF16 or F64), but found I32.")
        #expect(sentence { _ = try Tensor([Float(1)], shape: [1]).integers() } == "expected integers, but found F32.")
        let large = try Tensor(.int64, shape: [1], bytes: Data([0, 0, 0, 128, 0, 0, 0, 0]))
        #expect(sentence { _ = try large.integers() } == "the number 2147483648 does not fit the 32 bits of an integer here.")
    }
}
