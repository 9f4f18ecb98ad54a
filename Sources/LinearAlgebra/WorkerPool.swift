internal import CKernels
internal import Dispatch
internal import Foundation
internal import Synchronization

/// Work that is cut into parts which may run at the same time.
public protocol PartedWork: AnyObject, Sendable {
    /// Does one part. Parts never write what another part of the same work reads or writes.
    func perform(part: Int)
}

/// A few threads that wait for parted work.
///
/// Which thread does a part has no influence on the result: the parts are cut beforehand, whatever the number of threads.
/// Handing out work allocates nothing. In parts, numbers below 2⁻¹²⁶ count as 0: on them a processor would be many times slower.
public final class WorkerPool: Sendable {
    /// How many threads work, the caller's own included.
    public let threads: Int
    private let workers: [Worker]

    /// - Parameter threads: At least 1; the machine's cores where it is not given.
    public init(threads: Int? = nil) {
        self.threads = max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount)
        workers = (1..<max(1, self.threads)).map { _ in Worker() }
        for worker in workers { worker.start() }
    }

    deinit {
        for worker in workers { worker.give(nil) }
    }

    /// Does all parts `0..<parts` of the work and returns when the last is done.
    public func perform(_ work: any PartedWork, parts: Int) {
        let hands = min(threads, parts)
        for index in 1..<max(1, hands) {
            workers[index - 1].give(Assignment(work: work, first: index, stride: hands, parts: parts))
        }
        let before = foreword_flush_subnormals()
        for part in stride(from: 0, to: parts, by: max(1, hands)) { work.perform(part: part) }
        foreword_restore_subnormals(before)
        for index in 1..<max(1, hands) { workers[index - 1].waitUntilDone() }
    }
}

/// The parts one thread does: `first`, `first + stride`, …
private struct Assignment {
    let work: any PartedWork
    let first: Int
    let stride: Int
    let parts: Int
}

/// One thread. `assignment` is written by the owner before `begin` is signalled and read by the thread after: the semaphore
/// orders the two, hence `@unchecked`.
private final class Worker: @unchecked Sendable {
    private let begin = DispatchSemaphore(value: 0)
    private let end = DispatchSemaphore(value: 0)
    private let begun = Atomic<Int>(0)
    private let ended = Atomic<Int>(0)
    private var given = 0
    private var assignment: Assignment?

    /// Stages of a step follow within microseconds, less than it takes to put a thread to sleep and wake it: so look this often first.
    private static let looks = 10_000

    func start() {
        let thread = Thread { [self] in
            var done = 0
            _ = foreword_flush_subnormals()
            while true {
                Self.await(begun, past: done, or: begin)
                done += 1
                guard let assignment else { return }
                for part in stride(from: assignment.first, to: assignment.parts, by: assignment.stride) {
                    assignment.work.perform(part: part)
                }
                ended.store(done, ordering: .releasing)
                end.signal()
            }
        }
        thread.name = "foreword worker"
        thread.start()
    }

    func give(_ assignment: Assignment?) {
        self.assignment = assignment
        given += 1
        begun.store(given, ordering: .releasing)
        begin.signal()
    }

    func waitUntilDone() {
        Self.await(ended, past: given - 1, or: end)
        assignment = nil
    }

    /// Returns once `count` has passed `seen`: by looking for a while, then by sleeping. Takes one signal of the semaphore either way.
    private static func await(_ count: borrowing Atomic<Int>, past seen: Int, or semaphore: DispatchSemaphore) {
        var looked = 0
        while count.load(ordering: .acquiring) <= seen, looked < looks {
            foreword_rest()
            looked += 1
        }
        semaphore.wait()
    }
}
