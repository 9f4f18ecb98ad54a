import Synchronization
import Testing

@testable import LinearAlgebra

@Suite struct WorkerPoolTests {
    final class Counting: PartedWork {
        let done: Matrix
        init(parts: Int) { done = Storage(count: parts).matrix(rows: 1, columns: parts) }
        func perform(part: Int) { done[0, part] += 1 }
    }

    @Test("Every part is done exactly once, whatever the number of threads", arguments: [1, 2, 5])
    func parts(threads: Int) {
        let pool = WorkerPool(threads: threads)
        for parts in [0, 1, 2, 7] {
            let work = Counting(parts: parts)
            for _ in 0..<300 { pool.perform(work, parts: parts) }
            #expect(work.done.values == Array(repeating: 300, count: parts))
        }
    }

    #if arch(x86_64) || arch(arm64)
        /// Halves the smallest normal number in each part.
        private final class Halving: PartedWork {
            let results = (0..<4).map { _ in Result() }
            /// Not known to the compiler, which would compute with it by the usual rules.
            let half = Float.random(in: 0.5...0.5)

            final class Result: Sendable { let bits = Atomic<UInt32>(.max) }

            func perform(part: Int) {
                results[part].bits.store((Float.leastNormalMagnitude * half).bitPattern, ordering: .relaxed)
            }
        }

        @Test("Numbers too small to be normal count as 0 in parts, on every thread, and nowhere else", arguments: [1, 2])
        func subnormals(threads: Int) {
            let work = Halving()
            WorkerPool(threads: threads).perform(work, parts: work.results.count)
            #expect(work.results.allSatisfy { $0.bits.load(ordering: .relaxed) == 0 })
            #expect(Float.leastNormalMagnitude * work.half > 0)
        }
    #endif
}
