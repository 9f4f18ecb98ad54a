import LinearAlgebra
import Testing

@testable import Autodiff

@Suite struct GraphTests {
    /// text → linear → gelu → linear → loss, with everything trained or only some of it.
    static func network(training trained: [String]) -> (graph: Graph, loss: Value, gradients: [Value: Value]) {
        var graph = Graph()
        let shapes = [
            ParameterShape("table", GradientTests.vocabulary, 6), ParameterShape("first.weight", 6, 5),
            ParameterShape("first.bias", 1, 5), ParameterShape("second.weight", 5, 4), ParameterShape("second.bias", 1, 4),
        ]
        for shape in shapes { graph.parameter(shape) }
        func value(_ name: String) -> Value { graph.value(named: name)! }
        let rows = graph.add(LookedUpRows(.tokens), [value("table")], named: "rows")
        let first = graph.add(Linear(), [rows, value("first.weight"), value("first.bias")], named: "first")
        let bent = graph.add(Gelu(), [first], named: "bent")
        let second = graph.add(Linear(), [bent, value("second.weight"), value("second.bias")], named: "second")
        let loss = graph.add(WeightedSum(), [second], named: "loss")
        let gradients = graph.differentiate(loss, withRespectTo: trained.map(value))
        return (graph, loss, gradients)
    }

    @Test("A frozen weight gets no gradient, and the backward pass ends at the lowest trained value")
    func frozen() {
        let (graph, _, gradients) = Self.network(training: ["second.bias"])
        #expect(gradients.count == 1)
        #expect(graph.value(named: "gradient/second.bias") != nil)
        for absent in ["gradient/second.weight", "gradient/bent", "gradient/first", "gradient/table"] {
            #expect(graph.value(named: absent) == nil, "\(absent)")
        }
    }

    @Test("With only the lowest value trained, the gradient crosses every operation but reaches no weight")
    func lowest() {
        let (graph, _, _) = Self.network(training: ["table"])
        for present in ["gradient/second", "gradient/bent", "gradient/first", "gradient/rows", "gradient/table"] {
            #expect(graph.value(named: present) != nil, "\(present)")
        }
        for absent in ["gradient/first.weight", "gradient/first.bias", "gradient/second.weight"] {
            #expect(graph.value(named: absent) == nil, "\(absent)")
        }
    }

    @Test("Values of the backward pass are of its phase")
    func phases() {
        let (graph, _, _) = Self.network(training: ["table"])
        for value in graph.values {
            #expect((graph[value].phase == .backward) == graph[value].name.hasPrefix("gradient/"))
        }
    }

    @Test("Values added under a prefix are found there without it, and do not hide what has no prefix outside")
    func prefixes() {
        var graph = Graph()
        let shape = Shape(.fixed(2), 2)
        let outer = graph.parameter("prompt", shape)
        let base = graph.parameter("base", shape)
        let (inner, seen) = graph.under("adapter.1.") { graph in
            let inner = graph.parameter("prompt", shape)
            let sum = graph.add(Sum(), [graph.value(named: "prompt")!, graph.value(named: "base")!], named: "sum")
            return (inner, graph[sum].source)
        }
        guard case .operation(_, let operands) = seen else { return #expect(Bool(false), "a sum is an operation") }
        #expect(operands == [inner, base])
        #expect(graph.value(named: "prompt") == outer)
        #expect(graph.value(named: "sum") == nil)
        #expect(graph.value(named: "adapter.1.prompt") == inner && graph.value(named: "adapter.1.sum") != nil)
    }

    @Test("A value that the loss does not depend on has no gradient")
    func unrelated() {
        var graph = Graph()
        let used = graph.parameter("used", Shape(.fixed(2), 2))
        let unused = graph.parameter("unused", Shape(.fixed(2), 2))
        let loss = graph.add(WeightedSum(), [used], named: "loss")
        let gradients = graph.differentiate(loss, withRespectTo: [used, unused])
        #expect(gradients[used] != nil)
        #expect(gradients[unused] == nil)
    }
}

@Suite struct PlanTests {
    private static let trained = ["table", "first.weight", "first.bias", "second.weight", "second.bias"]
    private static let limits = BatchLimits(sequences: 3, length: 6, parts: 2)

    private static func run(keepsAll: Bool, threads: Int) throws -> [[Float]] {
        let (graph, loss, gradients) = GraphTests.network(training: trained)
        let shapes = graph.values.filter { graph.isParameter($0) }.map {
            ParameterShape(graph[$0].name, graph[$0].shape.fixedRows ?? 0, graph[$0].shape.columns)
        }
        let results = [loss] + gradients.sorted { $0.key.index < $1.key.index }.map(\.value)
        let plan = Plan(graph, computing: results, limits: limits, keepsAll: keepsAll)
        let executor = try Executor(plan, parameters: GradientTests.store(shapes), pool: WorkerPool(threads: threads))
        try executor.load(GradientTests.pack)
        executor.run()
        return results.map { executor.numbers($0) }
    }

    @Test("A plan that keeps every value gives the same bits as one that reuses memory, on any number of threads")
    func sameBits() throws {
        let plain = try Self.run(keepsAll: false, threads: 1)
        #expect(plain.allSatisfy { $0.contains { $0 != 0 } })
        for (keepsAll, threads) in [(true, 1), (false, 2), (true, 3)] {
            let other = try Self.run(keepsAll: keepsAll, threads: threads)
            #expect(plain.map { $0.map(\.bitPattern) } == other.map { $0.map(\.bitPattern) })
        }
    }

    @Test("A plan that reuses memory needs less of it")
    func reuse() {
        let (graph, loss, gradients) = GraphTests.network(training: Self.trained)
        let results = [loss] + gradients.values
        let plain = Plan(graph, computing: results, limits: Self.limits)
        let keeping = Plan(graph, computing: results, limits: Self.limits, keepsAll: true)
        #expect(plain.arenaBytes < keeping.arenaBytes)
    }

    @Test("No two values that are needed at the same time overlap in memory")
    func overlap() {
        var arena = Arena()
        let requests = (0..<60).map { index in
            (Value(index: index), 16 * (1 + index * 7 % 5), (index * 3 % 40)..<(index * 3 % 40 + 1 + index % 9))
        }
        for (value, count, lifetime) in requests { arena.request(value, count: count, lifetime: lifetime) }
        let total = arena.assignOffsets()
        for (index, (a, aCount, aLife)) in requests.enumerated() {
            let aStart = arena.offsets[a] ?? -1
            #expect(aStart >= 0 && aStart + aCount <= total && aStart % Storage.alignment == 0)
            for (b, bCount, bLife) in requests.dropFirst(index + 1) where aLife.overlaps(bLife) {
                let bStart = arena.offsets[b] ?? -1
                #expect(aStart + aCount <= bStart || bStart + bCount <= aStart)
            }
        }
    }

    @Test("Scratch memory overlaps nothing that is needed while its operation runs, and only one of them exists at a time")
    func scratch() {
        var graph = Graph()
        let table = graph.parameter("table", Shape(.fixed(GradientTests.vocabulary), 7))
        var value = GradientTests.text(table, &graph)
        var bent: [Value] = []
        for layer in 0..<3 {
            let down = graph.add(GradientTests.quantisedLinear(7, 5, .asStored), [value], named: "down \(layer)")
            bent.append(graph.add(Gelu(), [down], named: "bent \(layer)"))
            value = graph.add(GradientTests.quantisedLinear(7, 5, .transposed), [bent[layer]], named: "up \(layer)")
        }
        let loss = graph.add(WeightedSum(), [value], named: "loss")
        let gradient = graph.differentiate(loss, withRespectTo: [table])
        for keepsAll in [false, true] {
            let plan = Plan(
                graph, computing: [loss] + gradient.values, limits: Self.limits, keepsAll: keepsAll)
            #expect(plan.scratch.count == 12)
            #expect(plan.scratch.values.allSatisfy { $0.upperBound <= plan.partCount && $0.count == 10 })
            // What an operation reads and writes lies outside its scratch.
            for (result, range) in plan.scratch {
                for touched in graph.operands(of: result) + [result] {
                    guard case .part(let offset, let stride)? = plan.slots[touched] else { continue }
                    #expect(!range.overlaps(offset..<(offset + stride * Self.limits.rowsPerPart)))
                }
            }
            #expect(Set(plan.scratch.values.map(\.lowerBound)).count < 12)
        }
    }

    @Test("A batch that is too large is refused with its size and the room there is")
    func tooLarge() throws {
        let (graph, loss, _) = GraphTests.network(training: [])
        let shapes = graph.values.filter { graph.isParameter($0) }.map {
            ParameterShape(graph[$0].name, graph[$0].shape.fixedRows ?? 0, graph[$0].shape.columns)
        }
        let limits = BatchLimits(sequences: 2, length: 6)
        let executor = try Executor(
            Plan(graph, computing: [loss], limits: limits), parameters: ParameterStore(shapes), pool: WorkerPool(threads: 1))
        #expect(throws: ExecutorError.batchTooLarge(sequences: 3, longest: 6, limits: limits)) {
            try executor.load(GradientTests.pack)
        }
    }

    @Test("A missing or misshapen parameter is named")
    func parameters() {
        let (graph, loss, _) = GraphTests.network(training: [])
        let plan = Plan(graph, computing: [loss], limits: Self.limits)
        #expect(throws: ExecutorError.missingParameter("table")) {
            _ = try Executor(plan, parameters: ParameterStore([]), pool: WorkerPool(threads: 1))
        }
        let wrong = ParameterStore([ParameterShape("table", 2, 2)])
        #expect(throws: ExecutorError.wrongShape("table", found: [2, 2], expected: Shape(.fixed(9), 6))) {
            _ = try Executor(plan, parameters: wrong, pool: WorkerPool(threads: 1))
        }
    }
}

@Suite struct BatchTests {
    @Test("Sequences are cut into parts whole, in order, and none is lost", arguments: [1, 2, 3, 7])
    func cut(parts: Int) {
        var batch = Batch()
        batch.removeAll()
        for length in [5, 1, 3, 8, 2, 2] { batch.append(Array(repeating: 1, count: length), firstPosition: 0) { _ in true } }
        batch.cut(into: parts)
        #expect(batch.parts.count == parts)
        #expect(batch.parts.flatMap { Array($0.sequences) } == Array(0..<6))
        #expect(batch.parts.flatMap { Array($0.tokens) } == Array(0..<21))
        #expect(batch.parts.flatMap { Array($0.counted) } == Array(0..<15))
    }

    @Test("Each sequence keeps the adapter it goes through; 0 unless it is said")
    func adapters() {
        var batch = Batch()
        for _ in 0..<2 {
            batch.removeAll()
            batch.append([1, 2], firstPosition: 0, adapter: 3) { _ in true }
            batch.append([1], firstPosition: 0) { _ in true }
            batch.appendQuestion([1, 2], firstPosition: 5, adapter: 1)
            #expect(batch.adapters == [3, 0, 1])
        }
    }

    @Test("Targets are the tokens that follow counted rows; the last token of a sequence predicts nothing")
    func counted() {
        var batch = Batch()
        batch.removeAll()
        batch.append([10, 11, 12], firstPosition: 4) { _ in true }
        batch.append([20, 21], firstPosition: 0) { _ in false }
        batch.append([30, 31, 32], firstPosition: 2) { $0 == 1 }
        #expect(batch.countedRows == [0, 1, 6])
        #expect(batch.targets == [11, 12, 32])
        #expect(batch.positions == [4, 5, 6, 0, 1, 2, 3, 4])
    }
}
