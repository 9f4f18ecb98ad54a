import LinearAlgebra
import RandomStreams
import Testing

@testable import Autodiff

/// Products and attention of fixed rows, such as a long soft prompt's, which threads share out by columns and heads.
@Suite struct SharedColumnsTests {
    private static let rows = 90

    /// Rows that attend to themselves, with more work in each product than threads would leave to one.
    private static func attention(heads: Int, keyHeads: Int) -> (graph: Graph, results: [Value]) {
        let layout = AttentionLayout(heads: heads, keyHeads: keyHeads, headWidth: 11, prefixLength: 0, textLength: rows)
        var graph = Graph()
        let x = graph.parameter("x", Shape(.fixed(rows), 61))
        let parameters = [("query", heads), ("key", keyHeads), ("value", keyHeads)].map { name, count in
            let weight = graph.parameter(name, Shape(.fixed(61), count * 11))
            return (name, weight, graph.parameter("\(name).bias", Shape(.fixed(1), count * 11)))
        }
        let inputs = parameters.map { name, weight, bias in
            let rows = graph.add(Linear(), [x, weight, bias], named: "\(name) rows")
            let columns = graph[rows].shape.columns
            return graph.add(Columns(0..<columns, inner: [columns / 11, 11]), [rows], named: "\(name) heads")
        }
        let scores = graph.add(AttentionScores(layout, scale: 0.3), Array(inputs.prefix(2)), named: "scores")
        let weights = graph.add(AttentionWeights(layout), [scores], named: "weights")
        let mix = graph.add(AttentionMix(layout), [weights, inputs[2]], named: "mix")
        let joined = graph.add(Columns(0..<heads * 11, inner: [heads * 11]), [mix], named: "joined")
        let output = graph.parameter("output", Shape(.fixed(61), heads * 11))
        let y = graph.add(Product.transposed, [joined, output], named: "y")
        let loss = graph.add(WeightedSum(), [y], named: "loss")
        // The keys' bias is left out: it moves all scores of a row alike, so that its gradient is nothing but rounding.
        let trained = [x, output] + parameters.flatMap { $0.0 == "key" ? [$0.1] : [$0.1, $0.2] }
        let gradients = graph.differentiate(loss, withRespectTo: trained)
        return (graph, [y] + trained.compactMap { gradients[$0] })
    }

    private static func numbers(_ graph: Graph, _ results: [Value], parts: Int, threads: Int) throws -> [[Float]] {
        let shapes = graph.values.filter { graph.isParameter($0) }.map {
            ParameterShape(graph[$0].name, graph[$0].shape.fixedRows ?? 0, graph[$0].shape.columns)
        }
        let plan = Plan(graph, computing: results, limits: BatchLimits(sequences: 1, length: 1, parts: parts))
        let executor = try Executor(plan, parameters: GradientTests.store(shapes), pool: WorkerPool(threads: threads))
        try executor.load { $0.append([0], firstPosition: 0) { _ in false } }
        executor.run()
        return results.map { executor.numbers($0) }
    }

    @Test("Shares give what one part gives, and the same bits on any number of threads", arguments: [(6, 6), (6, 2), (5, 1)])
    func shares(heads: Int, keyHeads: Int) throws {
        let (graph, results) = Self.attention(heads: heads, keyHeads: keyHeads)
        for name in ["scores", "weights", "mix", "y"] {
            #expect(graph.division(of: try #require(graph.value(named: name))) == .columns)
        }
        let whole = try Self.numbers(graph, results, parts: 1, threads: 1)
        #expect(results.count == 8 && whole.allSatisfy { $0.contains { $0 != 0 } })
        for parts in [2, 3] {
            let shared = try Self.numbers(graph, results, parts: parts, threads: 1)
            for (a, b) in zip(whole, shared) {
                let largest = a.reduce(0) { max($0, abs($1)) }
                #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 2e-5 * largest })
            }
            for threads in [2, 3] {
                let other = try Self.numbers(graph, results, parts: parts, threads: threads)
                #expect(shared.map { $0.map(\.bitPattern) } == other.map { $0.map(\.bitPattern) })
            }
        }
    }

    @Test("The few rows of a short soft prompt are left to one thread, text rows are cut by sequences")
    func few() {
        #expect(Division.ofProducts(into: .fixed(8), multiplications: 64 * 256) == .none)
        #expect(Division.ofProducts(into: .fixed(100), multiplications: 64 * 64) == .columns)
        #expect(Division.ofProducts(into: .fixed(20), multiplications: 768 * 768) == .columns)
        #expect(Division.ofProducts(into: .tokens, multiplications: 1) == .sequences)
        #expect(Division.ofProducts(into: .counted, multiplications: 1 << 30) == .sequences)
    }
}
