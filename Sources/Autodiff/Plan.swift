/// How a graph is run, again and again: the order of its operations, and where each value lies in memory.
///
/// Values that vary with the batch lie in an arena of their part, one for each part of a batch; all others in a shared arena. Two
/// values share memory if no one needs both at the same time, unless everything is kept for recording.
public struct Plan: Sendable {
    public let graph: Graph
    public let limits: BatchLimits
    /// Whether every value keeps its place, so that it can be read when the step is done.
    public let keepsAll: Bool
    let stages: [Stage]
    let slots: [Value: Slot]
    /// Where in the arena of each part an operation has room while it runs, by its result.
    let scratch: [Value: Range<Int>]
    /// Parameters that take over a value when the step is done, where the value does not lie in the parameter's place already.
    let commits: [(parameter: Value, value: Value)]
    let sharedCount: Int
    let partCount: Int

    /// A value's place.
    enum Slot: Sendable {
        /// Within a parameter, from a row and column on.
        case parameter(Value, row: Int, column: Int)
        /// In the shared arena.
        case shared(offset: Int, stride: Int)
        /// In the arena of each part.
        case part(offset: Int, stride: Int)
    }

    /// - Parameters:
    ///   - results: The values to compute, with all they need. They keep their place until the next step.
    ///   - keepsAll: Keep the place of every value.
    ///   - updating: Whether parameters take over their new values; without, the plan computes the results and changes nothing.
    public init(
        _ graph: Graph, computing results: [Value], limits: BatchLimits, keepsAll: Bool = false, updating: Bool = true
    ) {
        self.graph = graph
        self.limits = limits
        self.keepsAll = keepsAll
        let assigned = updating ? graph.assignments : []
        let live = graph.ancestors(of: results + assigned.map(\.value) + assigned.map(\.parameter)).sorted { $0.index < $1.index }
        stages = graph.schedule(live)
        let placements = graph.placements(of: live)

        // A value that replaces a parameter is computed in the parameter's place, unless both are to be seen.
        let inPlace = keepsAll ? [] : assigned.filter { placements[$0.value]?.root == $0.value && !results.contains($0.value) }
        let homes = Dictionary(uniqueKeysWithValues: inPlace.map { ($0.value, $0.parameter) })
        commits = assigned.filter { homes[$0.value] == nil }

        let lifetimes = graph.lifetimes(stages: stages, placements: placements, kept: keepsAll ? live : results)
        var shared = Arena()
        var part = Arena()
        var slots: [Value: Slot] = [:]
        for value in live where placements[value]?.root == value {
            let shape = graph[value].shape
            if graph.isParameter(value) {
                slots[value] = .parameter(value, row: 0, column: 0)
            } else if let home = homes[value] {
                slots[value] = .parameter(home, row: 0, column: 0)
            } else if let rows = shape.fixedRows {
                shared.request(value, count: rows * shape.columns, lifetime: lifetimes[value] ?? 0..<1)
            } else {
                let rows = shape.rows == .counted ? limits.countedRowsPerPart : limits.rowsPerPart
                part.request(value, count: rows * shape.columns, lifetime: lifetimes[value] ?? 0..<1)
            }
        }
        // A part touches its scratch only while it runs that one operation, whatever the other parts are at.
        var scratchCounts: [Value: Int] = [:]
        for (time, value) in stages.flatMap(\.values).enumerated() {
            let count = graph.scratchCount(of: value)
            guard count > 0 else { continue }
            scratchCounts[value] = count
            part.request(value, .scratch, count: count, lifetime: time..<(time + 1))
        }
        sharedCount = shared.assignOffsets()
        partCount = part.assignOffsets()
        for (value, offset) in shared.offsets { slots[value] = .shared(offset: offset, stride: graph[value].shape.columns) }
        for (value, offset) in part.offsets { slots[value] = .part(offset: offset, stride: graph[value].shape.columns) }
        for value in live {
            guard let placement = placements[value], placement.root != value, let root = slots[placement.root] else { continue }
            slots[value] = root.moved(row: placement.row, column: placement.column)
        }
        self.slots = slots
        scratch = part.scratchOffsets.reduce(into: [:]) { ranges, entry in
            ranges[entry.key] = entry.value..<(entry.value + (scratchCounts[entry.key] ?? 0))
        }
    }

    /// The numbers in flight, in bytes: both arenas, without the parameters.
    public var arenaBytes: Int { (sharedCount + partCount * limits.parts) * MemoryLayout<Float>.size }

    /// The values this plan computes, in the order in which it does.
    public var order: [Value] { stages.flatMap(\.values) }

    /// The parameters this plan reads.
    public var parameters: [Value] { slots.keys.filter(graph.isParameter).sorted { $0.index < $1.index } }
}

extension Plan.Slot {
    func moved(row: Int, column: Int) -> Plan.Slot {
        switch self {
        case .parameter(let value, let firstRow, let firstColumn):
            .parameter(value, row: firstRow + row, column: firstColumn + column)
        case .shared(let offset, let stride): .shared(offset: offset + row * stride + column, stride: stride)
        case .part(let offset, let stride): .part(offset: offset + row * stride + column, stride: stride)
        }
    }
}

extension Graph {
    fileprivate func scratchCount(of value: Value) -> Int {
        guard case .operation(let operation, let operands) = self[value].source else { return 0 }
        return operation.scratchCount(operands: operands.map { self[$0].shape }, result: self[value].shape)
    }

    /// From when to when each root is needed, in the order of computation; kept values to the end.
    ///
    /// In a stage that is divided by the result's rows, one part may be many operations ahead of another. So what such a stage
    /// touches is needed for all of the stage. In a stage divided by sequences a part touches only its own arena, and in an
    /// undivided one there is a single thread: there, single operations count.
    func lifetimes(stages: [Stage], placements: [Value: Placement], kept: [Value]) -> [Value: Range<Int>] {
        var lifetimes: [Value: Range<Int>] = [:]
        func extend(_ value: Value, over span: Range<Int>) {
            guard let root = placements[value]?.root else { return }
            let known = lifetimes[root] ?? span
            lifetimes[root] = min(known.lowerBound, span.lowerBound)..<max(known.upperBound, span.upperBound)
        }
        var time = 0
        for stage in stages {
            let wholeStage = time..<(time + stage.values.count)
            for value in stage.values {
                for touched in operands(of: value) + [value] {
                    if stage.division == .sequences, !self[touched].shape.rows.vary {
                        extend(touched, over: wholeStage)
                    } else if case .result = stage.division {
                        extend(touched, over: wholeStage)
                    } else {
                        extend(touched, over: time..<(time + 1))
                    }
                }
                time += 1
            }
        }
        for value in kept { extend(value, over: 0..<max(time, 1)) }
        return lifetimes
    }
}
