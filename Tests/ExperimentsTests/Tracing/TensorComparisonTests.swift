import Foundation
import Interchange
import Testing

@testable import Experiments

@Suite struct TensorComparisonTests {
    static func compare(_ a: [String: Tensor], _ b: [String: Tensor], tolerance: Double = 1e-4) throws -> TensorComparison {
        var result: TensorComparison?
        try TraceTests.withFolder { folder in
            let files = ["a", "b"].map { folder.appending(path: $0) }
            try SafetensorsFile.write(a, to: files[0])
            try SafetensorsFile.write(b, to: files[1])
            result = try TensorComparison(files[0], files[1], tolerance: tolerance)
        }
        return try #require(result)
    }

    @Test("The largest difference, where it is, and what differs most first")
    func differences() throws {
        let a = ["x": Tensor([1, 2, 3, -8], shape: [2, 2]), "y": Tensor([1], shape: [1]), "z": Tensor([], shape: [0, 3])]
        let b = ["x": Tensor([1, 2, 3.5, -8], shape: [2, 2]), "y": Tensor([3], shape: [1]), "z": Tensor([], shape: [0, 3])]
        let comparison = try Self.compare(a, b)
        #expect(comparison.entries.map(\.name) == ["y", "x", "z"])
        let x = try #require(comparison.entries.first { $0.name == "x" })
        #expect(x.absolute == 0.5 && x.relative == 0.0625 && x.index == [1, 0] && x.compared == 4 && !x.agrees)
        #expect(comparison.entries[2].agrees && comparison.entries[2].index == nil)
        #expect(!comparison.agrees)
        #expect(try Self.compare(a, b, tolerance: 2).agrees)
        #expect(try Self.compare(a, a, tolerance: 0).agrees)
    }

    struct Pair: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let a: [String: Tensor]
        let b: [String: Tensor]
        let agrees: Bool
    }

    static func wide(_ value: Int64) throws -> Tensor {
        try Tensor(.int64, shape: [1], bytes: Data((0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }))
    }

    static let pairs: [Pair] = [
        Pair(
            testDescription: "NaN in one", a: ["x": Tensor([.nan], shape: [1])], b: ["x": Tensor([0], shape: [1])], agrees: false),
        Pair(
            testDescription: "NaN in both", a: ["x": Tensor([.nan], shape: [1])], b: ["x": Tensor([.nan], shape: [1])],
            agrees: false),
        Pair(
            testDescription: "infinity in both", a: ["x": Tensor([.infinity], shape: [1])],
            b: ["x": Tensor([.infinity], shape: [1])], agrees: true),
        Pair(
            testDescription: "shapes", a: ["x": Tensor([1, 2], shape: [2])], b: ["x": Tensor([1, 2], shape: [1, 2])],
            agrees: false
        ),
        Pair(
            testDescription: "types", a: ["x": Tensor([1], shape: [1])], b: ["x": Tensor(integers: [1], shape: [1])],
            agrees: false),
        Pair(
            testDescription: "an integer that is one off", a: ["x": Tensor(integers: [1_000_000], shape: [1])],
            b: ["x": Tensor(integers: [1_000_001], shape: [1])], agrees: false),
        Pair(testDescription: "missing from the second", a: ["x": Tensor([1], shape: [1])], b: [:], agrees: false),
        Pair(testDescription: "only in the second", a: [:], b: ["x": Tensor([1], shape: [1])], agrees: true),
        Pair(
            testDescription: "a large number within rounding", a: ["x": Tensor([5000, 0.1], shape: [2])],
            b: ["x": Tensor([5000.01, 0.1], shape: [2])], agrees: true),
        Pair(
            testDescription: "a small gradient that is wrong", a: ["gradient/x": Tensor([1e-5, 0], shape: [2])],
            b: ["gradient/x": Tensor([1.1e-5, 0], shape: [2])], agrees: false),
    ]

    @Test("What agrees and what does not", arguments: pairs)
    func agreement(_ pair: Pair) throws {
        #expect(try Self.compare(pair.a, pair.b).agrees == pair.agrees)
    }

    @Test("Integers of 64 bits are compared exactly, whatever the width of the other")
    func wideIntegers() throws {
        let large = try Self.wide(1 << 60)
        #expect(try Self.compare(["x": large], ["x": large]).agrees)
        #expect(try !Self.compare(["x": large], ["x": Self.wide(1 << 60 + 1)]).agrees)
        #expect(try Self.compare(["x": Self.wide(-100)], ["x": Tensor(integers: [-100], shape: [1])]).agrees)
        #expect(try !Self.compare(["x": Self.wide(.min)], ["x": Self.wide(.max)]).agrees)
    }

    @Test("Rows at padding do not count, rows of tokens and of virtual tokens do")
    func padding() throws {
        // Two virtual tokens in front of three columns, of which the middle one is padding.
        let mask = Tensor(integers: [1, 0, 1], shape: [1, 3])
        let zeros = [Float](repeating: 0, count: 5)
        for row in 0..<5 {
            var changed = zeros
            changed[row] = 1
            let name = row % 2 == 0 ? "logits" : "hidden/0"
            let rows = try Self.compare(
                ["attention_mask": mask, name: Tensor(zeros, shape: [1, 5, 1])],
                ["attention_mask": mask, name: Tensor(changed, shape: [1, 5, 1])])
            #expect(rows.agrees == (row == 3), "row \(row)")
            #expect(rows.entries.first { $0.name == name }?.compared == 4)
            let weights = try Self.compare(
                ["attention_mask": mask, "attention/0": Tensor(zeros, shape: [1, 1, 5, 1])],
                ["attention_mask": mask, "attention/0": Tensor(changed, shape: [1, 1, 5, 1])])
            #expect(weights.agrees == (row == 3), "row \(row)")
            // Without a mask in both, all count.
            #expect(
                try !Self.compare(
                    ["attention_mask": mask, "logits": Tensor(zeros, shape: [1, 5, 1])],
                    ["logits": Tensor(changed, shape: [1, 5, 1])]
                ).agrees)
        }
    }

    @Test("Parameters after steps whose gradient is rounding noise in either file are left out and counted; NaN never is")
    func noise() throws {
        let a = Tensor([1, 1e-9, 0, 1e-9], shape: [4])
        let b = Tensor([1, 1e-9, 0, 1e-3], shape: [4])
        func after(_ numbers: [Float]) -> [String: Tensor] { ["gradient/x": a, "after-10/x": Tensor(numbers, shape: [4])] }
        let same = after([0, 0, 0, 0])
        let moved = try Self.compare(same, after([0, 1, 0, 0]))
        #expect(moved.agrees && moved.noiseElements == 2)
        // An exact 0 on both sides is no noise, and the first has a gradient.
        for index in [0, 2] {
            var numbers: [Float] = [0, 0, 0, 0]
            numbers[index] = 1
            #expect(try !Self.compare(same, after(numbers)).agrees)
        }
        #expect(try !Self.compare(same, after([0, .nan, 0, 0])).agrees)
        // Noise in one file only is noise.
        let other = try Self.compare(same, ["gradient/x": b, "after-10/x": Tensor([0, 0, 0, 1], shape: [4])])
        #expect(other.noiseElements == 2 && other.entries.first { $0.name == "after-10/x" }?.agrees == true)
        // Other values know no noise.
        #expect(try !Self.compare(["gradient/x": a, "logits": a], ["gradient/x": a, "logits": b]).agrees)
    }
}
