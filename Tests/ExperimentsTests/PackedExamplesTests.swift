import Testing
import Tuning

@testable import Experiments

@Suite struct PackedExamplesTests {
    static let examples: PackedExamples = {
        var packed = PackedExamples()
        for index in 0..<10 {
            packed.append(prompt: (0...Int32(index % 3)).map { $0 + 10 }, completion: [Int32(index)])
        }
        return packed
    }()

    @Test("What was packed comes out again")
    func access() {
        #expect(Self.examples.count == 10)
        #expect(Self.examples[4] == Tuning.Example(prompt: [10, 11], completion: [4]))
        #expect(Self.examples[5].targets == [5])
        #expect(Self.examples.longest == 4 && Self.examples.longestCompletion == 1)
        #expect(Self.examples.tokenCount == 10 + 4 * 1 + 3 * 2 + 3 * 3)
    }

    @Test(
        "A division draws its share, loses nothing, keeps the order, and leaves at least one on each side",
        arguments: [(0.3, 3), (0.01, 1), (0.999, 9), (0.5, 5)])
    func division(share: Double, size: Int) {
        let (drawn, others) = Self.examples.divided(drawing: share, seed: 7)
        #expect(drawn.count == size && others.count == 10 - size)
        let ids = [drawn, others].map { part in part.map { $0.targets[0] } }
        #expect(ids.allSatisfy { $0 == $0.sorted() })
        #expect(Set(ids.joined()) == Set(0..<10))
    }

    @Test("The seed decides what is drawn")
    func seeds() {
        let drawn = (1...6).map { seed in Self.examples.divided(drawing: 0.3, seed: UInt64(seed)).drawn.map { $0.targets[0] } }
        #expect(drawn[0] == Self.examples.divided(drawing: 0.3, seed: 1).drawn.map { $0.targets[0] })
        #expect(Set(drawn).count > 1)
    }
}
