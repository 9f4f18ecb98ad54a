import LinearAlgebra
import Testing

@testable import Autodiff

/// Operations that treat each sequence by its adapter, against their definitions.
@Suite struct MixedOperationTests {
    /// Three ragged sequences of adapters 2, 0 and 1.
    static func pack(_ batch: inout Batch) {
        batch.append([1, 4, 7, 2], firstPosition: 0, adapter: 2) { _ in true }
        batch.append([3, 5], firstPosition: 0, adapter: 0) { _ in true }
        batch.append([6, 8, 0], firstPosition: 0, adapter: 1) { _ in true }
    }

    static let rowAdapters = [2, 2, 2, 2, 0, 0, 1, 1, 1]

    static func run(_ graph: Graph, _ value: Value, _ store: ParameterStore, parts: Int) throws -> [Float] {
        let limits = BatchLimits(sequences: 3, length: 6, parts: parts)
        let executor = try Executor(
            Plan(graph, computing: [value], limits: limits), parameters: store, pool: WorkerPool(threads: 1))
        try executor.load(pack)
        executor.run()
        return executor.numbers(value)
    }

    @Test(
        "Every row is multiplied by its own adapter's matrix; without one, and beyond its size, there is 0", arguments: [1, 2, 3])
    func product(parts: Int) throws {
        // Adapter 0 has no matrix; that of 1 reads all five columns and gives two, that of 2 reads three and gives four.
        let shapes = [
            ParameterShape("table", GradientTests.vocabulary, 5), ParameterShape("one", 2, 5), ParameterShape("two", 4, 3),
        ]
        let store = GradientTests.store(shapes)
        var graph = Graph()
        let p = shapes.map { graph.parameter($0) }
        let x = GradientTests.text(p[0], &graph)
        let y = graph.add(ProductByAdapter([1, 2], scales: [0.5, 3]), [x, p[1], p[2]], named: "y")
        #expect(graph[y].shape == Shape(.tokens, 4))
        let numbers = try Self.run(graph, y, store, parts: parts)
        let tokens = [1, 4, 7, 2, 3, 5, 6, 8, 0]
        for (row, adapter) in Self.rowAdapters.enumerated() {
            let matrix = [nil, store["one"], store["two"]][adapter]
            for column in 0..<4 {
                var expected: Float = 0
                if let matrix, column < matrix.rows {
                    for k in 0..<matrix.columns { expected += store["table"]![tokens[row], k] * matrix[column, k] }
                    expected *= [0, 0.5, 3][adapter]
                }
                #expect(abs(numbers[row * 4 + column] - expected) < 1e-5, "row \(row), column \(column)")
            }
        }
    }

    @Test(
        "A query sees its own adapter's keys, right before its text's, and nothing in the columns before", arguments: [1, 2, 3])
    func attention(parts: Int) throws {
        let layout = AttentionLayout(heads: 4, keyHeads: 2, headWidth: 3, prefixLengths: [0, 1, 3], textLength: 6)
        #expect(layout.prefixLength == 3)
        let shapes = [
            ParameterShape("queries", GradientTests.vocabulary, 12), ParameterShape("keys", GradientTests.vocabulary, 6),
            ParameterShape("one", 1, 6), ParameterShape("three", 3, 6),
        ]
        let store = GradientTests.store(shapes)
        var graph = Graph()
        let p = shapes.map { graph.parameter($0) }
        let query = GradientTests.text(p[0], &graph, inner: layout.queryShape)
        let key = GradientTests.text(p[1], &graph, inner: layout.keyShape)
        let scores = graph.add(
            AttentionScores(layout, scale: 0.6),
            [query, key] + GradientTests.shaped(p[2...2], layout, &graph)
                + p[3...3].map { graph.add(Columns(0..<6, inner: layout.keyShape), [$0], named: "prefix of three") },
            named: "scores")
        let weights = graph.add(AttentionWeights(layout), [scores], named: "weights")
        let numbers = try Self.run(graph, weights, store, parts: parts)
        let starts = [0, 0, 0, 0, 4, 4, 6, 6, 6]
        for (row, adapter) in Self.rowAdapters.enumerated() {
            let front = layout.prefixLengths[adapter]
            for head in 0..<4 {
                let own = numbers[(row * 4 + head) * 9..<(row * 4 + head + 1) * 9]
                let visible = own.dropFirst(3 - front).prefix(front + row - starts[row] + 1)
                #expect(abs(visible.reduce(0, +) - 1) < 1e-6)
                #expect(visible.allSatisfy { $0 > 0 })
                #expect(own.prefix(3 - front).allSatisfy { $0 == 0 })
                #expect(own[visible.endIndex...].allSatisfy { $0 == 0 })
            }
        }
    }
}
