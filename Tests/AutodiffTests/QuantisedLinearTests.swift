import LinearAlgebra
import RandomStreams
import Testing

@testable import Autodiff

@Suite struct QuantisedLinearTests {
    @Test(
        "Weights in 4 bits give what a linear map with the same numbers in float32 gives, in one tile or in many",
        arguments: [Orientation.asStored, .transposed], [1, 200, 999, 65_536])
    func sameAsFloats(orientation: Orientation, tileCount: Int) throws {
        let (rows, columns) = (37, 50)
        let (inner, outer) = orientation == .asStored ? (rows, columns) : (columns, rows)
        let shapes = [
            ParameterShape("table", GradientTests.vocabulary, inner), ParameterShape("weight", rows, columns),
            ParameterShape("bias", 1, outer),
        ]
        let store = GradientTests.store(shapes)
        let weight = try #require(store["weight"])
        let quantised = QuantisedMatrix(quantising: weight)
        quantised.dequantise(rows: 0..<rows, into: weight)

        var graph = Graph()
        for shape in shapes { graph.parameter(shape) }
        func value(_ name: String) throws -> Value { try #require(graph.value(named: name)) }
        let (table, float, bias) = try (value("table"), value("weight"), value("bias"))
        let text = GradientTests.text(table, &graph)
        let results = [
            graph.add(QuantisedLinear(quantised, orientation, tileCount: tileCount), [text, bias], named: "quantised"),
            graph.add(Linear(orientation), [text, float, bias], named: "float"),
        ]
        let executor = try Executor(
            Plan(graph, computing: results, limits: BatchLimits(sequences: 3, length: 6)), parameters: store,
            pool: WorkerPool(threads: 2))
        try executor.load(GradientTests.pack)
        executor.compute()
        let (found, expected) = (executor.numbers(results[0]), executor.numbers(results[1]))
        #expect(found.count == 12 * outer && expected.contains { $0 != 0 })
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-5 })
    }

    @Test("A matrix never becomes float32 numbers as a whole: the scratch of a large one holds a part of its rows")
    func scratch() {
        let matrix = Storage(count: 512 * 768).matrix(rows: 512, columns: 768)
        let operation = QuantisedLinear(QuantisedMatrix(quantising: matrix))
        let count = operation.scratchCount(operands: [Shape(.tokens, 512)], result: Shape(.tokens, 768))
        #expect(count <= 65_536 && count % 768 == 0 && count > 0)
    }
}
