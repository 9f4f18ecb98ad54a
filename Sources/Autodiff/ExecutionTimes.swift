internal import LinearAlgebra

/// What each operation of a plan takes, added up over steps (``Executor/compute(timing:)``).
public final class ExecutionTimes: Sendable {
    /// The names of the values that operations compute, by stage.
    public let operations: [[String]]
    /// Of a batch.
    public let parts: Int
    /// Of each stage: nanoseconds, operations × parts. Each part writes a column of its own.
    private let nanoseconds: [Matrix]

    init(operations: [[String]], parts: Int) {
        self.operations = operations
        self.parts = parts
        nanoseconds = operations.map { Storage(count: $0.count * parts).matrix(rows: $0.count, columns: parts) }
    }

    func measure(stage: Int, operation: Int, part: Int, _ body: () -> Void) {
        let start = ContinuousClock.now
        body()
        let taken = (ContinuousClock.now - start).components
        nanoseconds[stage][operation, part] += Float(taken.attoseconds / 1_000_000_000) + Float(taken.seconds) * 1e9
    }

    /// Seconds that the parts spent on an operation, together.
    public func seconds(stage: Int, operation: Int) -> Double {
        (0..<parts).reduce(0) { $0 + Double(nanoseconds[stage][operation, $1]) } * 1e-9
    }

    /// Seconds that a part was busy in a stage.
    public func busySeconds(stage: Int, part: Int) -> Double {
        operations[stage].indices.reduce(0) { $0 + Double(nanoseconds[stage][$1, part]) } * 1e-9
    }
}
