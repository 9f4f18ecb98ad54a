import Testing

@testable import RandomStreams

@Suite struct RandomStreamTests {
    /// Known answers published with the Random123 library (Salmon et al. 2011), `kat_vectors`, philox4x32 with 10 rounds.
    @Test(
        "Philox gives the published known answers",
        arguments: [
            (
                [0, 0, 0, 0], [0, 0],
                [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
            ),
            (
                [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0xffff_ffff, 0xffff_ffff],
                [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
            ),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
            ),
        ] as [([UInt32], [UInt32], [UInt32])])
    func knownAnswers(counter: [UInt32], key: [UInt32], expected: [UInt32]) {
        let result = RandomStream.philox((counter[0], counter[1], counter[2], counter[3]), key: (key[0], key[1]))
        #expect([result.0, result.1, result.2, result.3] == expected)
    }

    @Test("The same seed and path give the same numbers, another path or seed gives others")
    func named() {
        func draw(_ seed: UInt64, _ path: String) -> [UInt32] {
            var stream = RandomStream(seed: seed, path: path)
            return (0..<8).map { _ in stream.next32() }
        }
        #expect(draw(7, "prompt") == draw(7, "prompt"))
        #expect(draw(7, "prompt") != draw(7, "batches"))
        #expect(draw(7, "prompt") != draw(8, "prompt"))
    }

    @Test("Normal numbers have mean 0, deviation 1 and the tails of the normal distribution")
    func normal() {
        var stream = RandomStream(seed: 1, path: "normal")
        let numbers = (0..<40_000).map { _ in Double(stream.normal()) }
        let mean = numbers.reduce(0, +) / 40_000
        let variance = numbers.reduce(0) { $0 + $1 * $1 } / 40_000
        let outside = Double(numbers.count { abs($0) > 1.96 }) / 40_000
        #expect(abs(mean) < 0.02)
        #expect(abs(variance - 1) < 0.03)
        #expect(abs(outside - 0.05) < 0.006)
    }

    @Test("Whole numbers below a bound are uniform", arguments: [1, 2, 3, 7, 100])
    func integers(bound: Int) {
        var stream = RandomStream(seed: 3, path: "integers")
        var counts = Array(repeating: 0, count: bound)
        for _ in 0..<20_000 { counts[stream.integer(below: bound)] += 1 }
        let expected = 20_000.0 / Double(bound)
        let chi = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        // Beyond five deviations of the χ² distribution with bound − 1 degrees of freedom.
        #expect(chi < Double(bound) + 5 * (2 * Double(bound)).squareRoot())
    }

    @Test("Uniform numbers lie in [0, 1) and fill it evenly")
    func uniform() {
        var stream = RandomStream(seed: 5, path: "uniform")
        let numbers = (0..<20_000).map { _ in stream.uniform() }
        #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
        #expect(abs(numbers.reduce(0, +) / 20_000 - 0.5) < 0.01)
    }

    @Test("A shuffle keeps every element, and puts each in every place")
    func shuffled() {
        var places = Array(repeating: Set<Int>(), count: 6)
        for seed in 0..<200 {
            var stream = RandomStream(seed: UInt64(seed), path: "shuffle")
            let order = stream.shuffled(0..<6)
            #expect(order.sorted() == [0, 1, 2, 3, 4, 5])
            for (place, element) in order.enumerated() { places[element].insert(place) }
        }
        #expect(places.allSatisfy { $0.count == 6 })
    }

    @Test("An element of an empty collection is nil")
    func emptyChoice() {
        var stream = RandomStream(seed: 1, path: "")
        #expect(stream.element(of: [Int]()) == nil)
    }
}
