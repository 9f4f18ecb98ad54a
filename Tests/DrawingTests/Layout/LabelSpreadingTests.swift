import Drawing
import Testing

@Suite struct LabelSpreadingTests {
    func spread(_ wanted: [Double], length: Double = 10, within range: ClosedRange<Double> = 0...100) -> [Double] {
        LabelSpreading.positions(wanted: wanted, lengths: wanted.map { _ in length }, gap: 2, within: range)
    }

    @Test(
        "Labels move as little as can be",
        arguments: [
            ([20.0, 60.0], [20.0, 60.0]), ([50, 50], [44, 56]), ([50, 52, 54], [40, 52, 64]), ([2, 50], [5, 50]),
            ([98, 99], [83, 95]), ([54, 50], [58, 46]),
        ])
    func table(wanted: [Double], expected: [Double]) { #expect(spread(wanted) == expected) }

    @Test("No two labels touch and none leaves the range, whatever was wanted")
    func properties() {
        var state: UInt64 = 7
        for _ in 0..<200 {
            let wanted = (0..<7).map { _ -> Double in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Double(state >> 40) / Double(1 << 24) * 140 - 20
            }
            let result = spread(wanted)
            let sorted = result.sorted()
            #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 >= 12 - 1e-9 })
            #expect(sorted[0] >= 5 - 1e-9 && sorted[6] <= 95 + 1e-9)
            // The order of what was wanted is kept.
            for (a, b) in zip(wanted.indices, wanted.indices.dropFirst()) where wanted[a] != wanted[b] {
                #expect((wanted[a] < wanted[b]) == (result[a] < result[b]))
            }
        }
    }

    @Test("No labels have no places")
    func none() { #expect(spread([]) == []) }
}
