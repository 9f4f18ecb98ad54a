import Synchronization
import Testing

@testable import LinearAlgebra

@Suite struct WorkerPoolTests {
    /// Halves the smallest normal number in each part, and counts how often the part was done.
    private final class Halving: PartedWork {
        let done = (0..<7).map { _ in Count() }
        /// Not known to the compiler, which would compute with it by the usual rules.
        let factor: Float

        final class Count: Sendable {
            let times = Atomic<Int>(0)
            let bits = Atomic<UInt32>(.max)
        }

        init(factor: Float) { self.factor = factor }

        func perform(part: Int) {
            done[part].times.add(1, ordering: .relaxed)
            done[part].bits.store((Float.leastNormalMagnitude * factor).bitPattern, ordering: .relaxed)
        }
    }

    @Test("Every part is done once, on as many threads as there are", arguments: [1, 2, 3, 12])
    func parts(threads: Int) {
        let work = Halving(factor: 0.5)
        WorkerPool(threads: threads).perform(work, parts: work.done.count)
        #expect(work.done.allSatisfy { $0.times.load(ordering: .relaxed) == 1 })
    }

    #if arch(x86_64) || arch(arm64)
        @Test("Numbers too small to be normal count as 0 in parts, on every thread, and nowhere else", arguments: [1, 2])
        func subnormals(threads: Int) {
            let work = Halving(factor: .random(in: 0.5...0.5))
            WorkerPool(threads: threads).perform(work, parts: work.done.count)
            #expect(work.done.allSatisfy { $0.bits.load(ordering: .relaxed) == 0 })
            #expect(Float.leastNormalMagnitude * work.factor > 0)
        }
    #endif
}
