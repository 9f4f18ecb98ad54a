public import LinearAlgebra

/// Runs a plan, step after step, in memory that is laid out once. A step allocates nothing.
public final class Executor: PartedWork, @unchecked Sendable {
    // Unchecked, because the parts of a stage write into the arenas at the same time; the plan keeps their places apart.

    public let plan: Plan
    /// The batch the next step runs on. Set it between steps.
    public private(set) var batch = Batch()
    private let pool: WorkerPool
    private let shared: Storage
    private let parts: [Storage]
    private let stages: [[BoundOperation]]
    private let divisions: [Division]
    private let commits: [(parameter: Matrix, value: BoundSlot)]
    private let slots: [Value: BoundSlot]
    private var stage = 0
    /// What the step that is being computed takes down, if anything.
    private var times: ExecutionTimes?

    /// A value's place in memory.
    struct BoundSlot: Sendable {
        let rows: Rows
        let columns: Int
        let location: Location

        enum Location: Sendable {
            case fixed(Matrix)
            case part(offset: Int, stride: Int)
        }
    }

    /// An operation with the places of its operands and result.
    ///
    /// A class, because both threads take each of a step's operations in hand at the same time: of a value they would count the uses
    /// of all that it holds, in turn.
    final class BoundOperation: Sendable {
        /// Of the value it computes.
        let name: String
        let operation: any Operation
        let division: Division
        let operands: [BoundSlot]
        let result: BoundSlot
        /// Room in the arena of each part.
        let scratch: Range<Int>

        init(
            name: String, operation: any Operation, division: Division, operands: [BoundSlot], result: BoundSlot,
            scratch: Range<Int>
        ) {
            self.name = name
            self.operation = operation
            self.division = division
            self.operands = operands
            self.result = result
            self.scratch = scratch
        }
    }

    /// - Throws: ``ExecutorError`` if the store lacks a parameter or holds it in another shape.
    public init(_ plan: Plan, parameters: ParameterStore, pool: WorkerPool) throws(ExecutorError) {
        Arithmetic.useOneThreadPerProduct()
        self.plan = plan
        self.pool = pool
        let graph = plan.graph
        let shared = Storage(count: plan.sharedCount)
        self.shared = shared
        parts = (0..<plan.limits.parts).map { _ in Storage(count: plan.partCount) }

        for parameter in plan.parameters {
            let node = graph[parameter]
            guard let matrix = parameters[node.name] else { throw .missingParameter(node.name) }
            guard matrix.rows == node.shape.fixedRows, matrix.columns == node.shape.columns else {
                throw .wrongShape(node.name, found: [matrix.rows, matrix.columns], expected: node.shape)
            }
        }
        var bound: [Value: BoundSlot] = [:]
        for (value, slot) in plan.slots {
            let shape = graph[value].shape
            let location: BoundSlot.Location
            switch slot {
            case .parameter(let parameter, let row, let column):
                guard let matrix = parameters[graph[parameter].name], let rows = shape.fixedRows else {
                    throw .missingParameter(graph[parameter].name)
                }
                location = .fixed(matrix.rows(row..<(row + rows)).columns(column..<(column + shape.columns)))
            case .shared(let offset, let stride):
                location = .fixed(shared.matrix(at: offset, rows: shape.fixedRows ?? 0, columns: shape.columns, stride: stride))
            case .part(let offset, let stride):
                location = .part(offset: offset, stride: stride)
            }
            bound[value] = BoundSlot(rows: shape.rows, columns: shape.columns, location: location)
        }
        slots = bound
        divisions = plan.stages.map(\.division)
        stages = plan.stages.map { stage in
            stage.values.compactMap { value in
                guard case .operation(let operation, let operands) = graph[value].source, !(operation is any ViewOperation),
                    let result = bound[value]
                else { return nil }
                return BoundOperation(
                    name: graph[value].name, operation: operation, division: graph.division(of: value),
                    operands: operands.compactMap { bound[$0] }, result: result, scratch: plan.scratch[value] ?? 0..<0)
            }
        }
        commits = plan.commits.compactMap { commit in
            guard let value = bound[commit.value], case .fixed(let parameter)? = bound[commit.parameter]?.location else {
                return nil
            }
            return (parameter, value)
        }
    }

    /// Lets `pack` fill the emptied batch, whose memory is reused, and cuts it into the plan's parts.
    ///
    /// - Throws: ``ExecutorError/batchTooLarge(sequences:longest:limits:)``.
    public func load(_ pack: (inout Batch) -> Void) throws(ExecutorError) {
        batch.removeAll()
        pack(&batch)
        var longest = 0
        var counted = 0
        for index in 0..<batch.sequenceCount {
            longest = max(longest, batch.sequence(index).count)
            counted = max(counted, batch.counted(ofSequence: index).count)
        }
        let limits = plan.limits
        guard batch.sequenceCount <= limits.sequences, longest <= limits.length, counted <= limits.counted ?? limits.length else {
            let sequences = batch.sequenceCount
            batch.removeAll()
            batch.cut(into: plan.limits.parts)
            throw .batchTooLarge(sequences: sequences, longest: longest, limits: plan.limits)
        }
        batch.cut(into: plan.limits.parts)
    }

    /// Runs one step on the loaded batch.
    public func run() {
        compute()
        commit()
    }

    /// Computes every value of the plan, but leaves parameters that are not updated in place as they were.
    public func compute() {
        for index in stages.indices {
            stage = index
            if divisions[index] == .none {
                perform(part: 0)
            } else {
                pool.perform(self, parts: parts.count)
            }
        }
    }

    /// Computes every value of the plan and adds what each operation took to `times`.
    ///
    /// - Precondition: The times are of this plan.
    public func compute(timing times: ExecutionTimes) {
        precondition(times.parts == parts.count && times.operations == stages.map { $0.map(\.name) }, "times of another plan")
        self.times = times
        compute()
        self.times = nil
    }

    /// Lets the parameters take over their new values, where they were not updated in place.
    public func commit() {
        for commit in commits {
            if case .fixed(let value) = commit.value.location { commit.parameter.copy(value) }
        }
    }

    /// Runs one part of the current stage; called by the pool.
    public func perform(part: Int) {
        guard let times else {
            for bound in stages[stage] {
                bound.operation.compute(OperationRun(bound: bound, part: part, executor: self))
            }
            return
        }
        for (index, bound) in stages[stage].enumerated() {
            times.measure(stage: stage, operation: index, part: part) {
                bound.operation.compute(OperationRun(bound: bound, part: part, executor: self))
            }
        }
    }

    /// Somewhere to take down what each operation takes.
    public func makeTimes() -> ExecutionTimes { ExecutionTimes(operations: stages.map { $0.map(\.name) }, parts: parts.count) }

    /// The matrix products of a step on the loaded batch, in the order in which each part computes them: by stage, then by part.
    public var products: [[[MatrixProduct]]] {
        zip(stages, divisions).map { stage, division in
            (0..<(division == .none ? 1 : parts.count)).map { part in
                var list: [MatrixProduct] = []
                for bound in stage {
                    guard let operation = bound.operation as? any ProductOperation else { continue }
                    operation.forEachProduct(OperationRun(bound: bound, part: part, executor: self)) { list.append($0) }
                }
                return list
            }
        }
    }

    /// The numbers of a fixed value. Valid until the next step, if the plan keeps the value.
    public func matrix(_ value: Value) -> Matrix? {
        guard case .fixed(let matrix)? = slots[value]?.location else { return nil }
        return matrix
    }

    /// All numbers of a value, row by row, the parts of the batch behind each other.
    public func numbers(_ value: Value) -> [Float] {
        guard let slot = slots[value] else { return [] }
        var result: [Float] = []
        for part in 0..<(slot.rows.vary ? parts.count : 1) { matrix(slot, part: part).append(to: &result) }
        return result
    }

    /// The arenas that the values of a step lie in.
    public var memory: [StorageMemory] { ([shared] + parts).map(\.memory) }

    /// How many bytes of the arenas some values of fixed shape take, alignment included; what lies in parameters takes none.
    public func arenaBytes(of values: [Value]) -> Int {
        let places = values.compactMap { value -> Range<Int>? in
            let shape = plan.graph[value].shape
            guard case .shared(let offset, let stride)? = plan.slots[value], let rows = shape.fixedRows, rows > 0 else {
                return nil
            }
            let end = offset + (rows - 1) * stride + shape.columns
            return offset..<(end + Storage.alignment - 1) / Storage.alignment * Storage.alignment
        }
        // What two values share is counted once.
        var (taken, reached) = (0, 0)
        for place in places.sorted(by: { $0.lowerBound < $1.lowerBound }) where place.upperBound > reached {
            taken += place.upperBound - max(place.lowerBound, reached)
            reached = place.upperBound
        }
        return taken * MemoryLayout<Float>.stride
    }

    /// How many rows a value has with the loaded batch.
    public func rowCount(_ value: Value) -> Int {
        switch plan.graph[value].shape.rows {
        case .fixed(let count): count
        case .tokens: batch.tokens.count
        case .counted: batch.countedRows.count
        }
    }

    func matrix(_ slot: BoundSlot, part: Int) -> Matrix {
        switch slot.location {
        case .fixed(let matrix): return matrix
        case .part(let offset, let stride):
            let rows = slot.rows == .tokens ? batch.parts[part].tokens.count : batch.parts[part].counted.count
            return parts[part].matrix(at: offset, rows: rows, columns: slot.columns, stride: stride)
        }
    }

    func scratch(_ range: Range<Int>, part: Int, rows: Int, columns: Int) -> Matrix {
        precondition(rows * columns <= range.count, "an operation needs no more room than it asked for")
        return parts[part].matrix(at: range.lowerBound, rows: rows, columns: columns)
    }

    var partCount: Int { parts.count }
}

/// Why a plan cannot run.
public enum ExecutorError: Error, Sendable, Equatable {
    case missingParameter(String)
    case wrongShape(String, found: [Int], expected: Shape)
    case batchTooLarge(sequences: Int, longest: Int, limits: BatchLimits)
}

extension ExecutorError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missingParameter(let name):
            "The parameter \(name) is missing; load the model and the adapter that this computation was built for."
        case .wrongShape(let name, let found, let expected):
            "The parameter \(name) has shape \(found), expected \(expected); load weights that fit the model's configuration."
        case .batchTooLarge(let sequences, let longest, let limits):
            "The batch has \(sequences) sequences of up to \(longest) tokens, and there is room for \(limits.sequences) of up to "
                + "\(limits.length); use a smaller batch or shorter texts."
        }
    }
}
