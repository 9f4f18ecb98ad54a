import LinearAlgebra
import RandomStreams
import Testing

@testable import Autodiff

/// The gradient of every operation against central differences.
@Suite struct GradientTests {
    /// An operation within a small graph: parameters by name and shape, and the value whose gradient is checked.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let parameters: [ParameterShape]
        let build: @Sendable (inout Graph, [Value]) -> Value

        init(_ name: String, _ parameters: [(Int, Int)], build: @escaping @Sendable (inout Graph, [Value]) -> Value) {
            testDescription = name
            self.parameters = parameters.enumerated().map { ParameterShape("p\($0)", $1.0, $1.1) }
            self.build = build
        }
    }

    static let vocabulary = 9

    /// Text rows that depend on every row of a table.
    static func text(_ table: Value, _ graph: inout Graph, inner: [Int]? = nil) -> Value {
        let rows = graph.add(LookedUpRows(.tokens), [table], named: "rows of \(graph[table].name)")
        guard let inner else { return rows }
        return graph.add(Columns(0..<inner.reduce(1, *), inner: inner), [rows], named: "\(graph[rows].name), seen")
    }

    /// Its tiles are of two rows, and the last of one.
    static func quantisedLinear(_ rows: Int, _ columns: Int, _ orientation: Orientation) -> QuantisedLinear {
        let shape = ParameterShape("weights", rows, columns)
        let matrix = Storage(count: shape.count).matrix(rows: rows, columns: columns)
        matrix.write(store([shape])["weights"]?.values ?? [])
        return QuantisedLinear(QuantisedMatrix(quantising: matrix), orientation, tileCount: 2 * columns + 1)
    }

    static func layout(prefix: Int, keyHeads: Int) -> AttentionLayout {
        AttentionLayout(heads: 4, keyHeads: keyHeads, headWidth: 3, prefixLength: prefix, textLength: 6)
    }

    static let cases: [Case] =
        [
            Case("look-up by token", [(vocabulary, 5)]) { $0.add(LookedUpRows(.tokens), [$1[0]], named: "y") },
            Case("look-up by position", [(8, 5)]) { $0.add(LookedUpRows(.positions), [$1[0]], named: "y") },
            Case("sum of text rows", [(vocabulary, 5), (vocabulary, 5)]) { graph, p in
                graph.add(Sum(), [text(p[0], &graph), text(p[1], &graph)], named: "y")
            },
            Case("sum of a value with itself", [(3, 5)]) { $0.add(Sum(), [$1[0], $1[0]], named: "y") },
            Case("linear over text rows", [(vocabulary, 5), (5, 4), (1, 4)]) { graph, p in
                graph.add(Linear(), [text(p[0], &graph), p[1], p[2]], named: "y")
            },
            Case("linear over fixed rows", [(3, 5), (5, 4), (1, 4)]) { $0.add(Linear(), $1, named: "y") },
            Case("product", [(vocabulary, 5), (5, 4)]) { graph, p in
                graph.add(Product(), [text(p[0], &graph), p[1]], named: "y")
            },
            Case("product with a transposed matrix", [(vocabulary, 5), (4, 5)]) { graph, p in
                graph.add(Product.transposed, [text(p[0], &graph), p[1]], named: "y")
            },
            Case("product of fixed rows", [(3, 5), (4, 5)]) { $0.add(Product.transposed, $1, named: "y") },
            Case("gelu", [(vocabulary, 5)]) { graph, p in graph.add(Gelu(), [text(p[0], &graph)], named: "y") },
            Case("layer normalisation", [(vocabulary, 6), (1, 6), (1, 6)]) { graph, p in
                graph.add(LayerNorm(epsilon: 1e-5), [text(p[0], &graph), p[1], p[2]], named: "y")
            },
            Case("silu", [(vocabulary, 5)]) { graph, p in graph.add(Silu(), [text(p[0], &graph)], named: "y") },
            Case("root-mean-square normalisation", [(vocabulary, 6), (1, 6)]) { graph, p in
                graph.add(RMSNorm(epsilon: 1e-5), [text(p[0], &graph), p[1]], named: "y")
            },
            Case("root-mean-square normalisation of fixed rows", [(3, 19), (1, 19)]) {
                $0.add(RMSNorm(epsilon: 1e-5), $1, named: "y")
            },
            Case("rotary embedding of text rows", [(vocabulary, 12)]) { graph, p in
                let rotation = graph.add(Rotation(of: .tokens, frequencies: [1, 0.3]), [], named: "rotation")
                return graph.add(Rotated(inner: [3, 4]), [text(p[0], &graph), rotation], named: "y")
            },
            Case("rotary embedding of fixed rows, turned back", [(4, 12)]) { graph, p in
                let rotation = graph.add(Rotation(of: .fixed(4), frequencies: [1, 0.3, 0.1]), [], named: "rotation")
                return graph.add(Rotated(inner: [2, 6], turnsBack: true), [p[0], rotation], named: "y")
            },
            Case("softmax", [(vocabulary, 6)]) { graph, p in graph.add(Softmax(), [text(p[0], &graph)], named: "y") },
            Case("counted rows", [(vocabulary, 6)]) { graph, p in graph.add(CountedRows(), [text(p[0], &graph)], named: "y") },
            Case("rows", [(7, 4)]) { $0.add(RowSlice(2..<5), [$1[0]], named: "y") },
            Case("columns, overlapping and with a gap", [(vocabulary, 8)]) { graph, p in
                let rows = text(p[0], &graph)
                let left = graph.add(Columns(0..<3, inner: [3]), [rows], named: "left")
                let right = graph.add(Columns(4..<7, inner: [3]), [rows], named: "right")
                return graph.add(Sum(), [left, right], named: "y")
            },
            Case("tanh", [(vocabulary, 5)]) { graph, p in graph.add(Activated(.tanh), [text(p[0], &graph)], named: "y") },
            Case("sigmoid", [(3, 5)]) { $0.add(Activated(.sigmoid), $1, named: "y") },
            Case("element product", [(3, 5), (3, 5)]) { $0.add(ElementProduct(), $1, named: "y") },
            Case("element product of a value with itself", [(3, 5)]) { $0.add(ElementProduct(), [$1[0], $1[0]], named: "y") },
            Case("scaling", [(vocabulary, 5)]) { graph, p in graph.add(Scaled(by: -1.5), [text(p[0], &graph)], named: "y") },
            Case("stacked rows", [(3, 5), (1, 5), (2, 5)]) { $0.add(StackedRows(), $1, named: "y") },
            Case("side by side", [(3, 2), (3, 4)]) { $0.add(SideBySide(), $1, named: "y") },
            Case("linear with a transposed matrix", [(vocabulary, 5), (4, 5), (1, 4)]) { graph, p in
                graph.add(Linear.transposed, [text(p[0], &graph), p[1], p[2]], named: "y")
            },
            Case("scaled columns of text rows", [(vocabulary, 11), (11, 1)]) { graph, p in
                graph.add(ScaledColumns(), [text(p[0], &graph), p[1]], named: "y")
            },
            Case("scaled columns of fixed rows", [(3, 5), (5, 1)]) { $0.add(ScaledColumns(), $1, named: "y") },
            Case("a single scaled column", [(vocabulary, 1), (1, 1)]) { graph, p in
                graph.add(ScaledColumns(), [text(p[0], &graph), p[1]], named: "y")
            },
            Case("linear with 4-bit weights", [(vocabulary, 7), (1, 5)]) { graph, p in
                graph.add(quantisedLinear(7, 5, .asStored), [text(p[0], &graph), p[1]], named: "y")
            },
            Case("linear with transposed 4-bit weights", [(vocabulary, 5), (1, 7)]) { graph, p in
                graph.add(quantisedLinear(7, 5, .transposed), [text(p[0], &graph), p[1]], named: "y")
            },
            Case("product of fixed rows with 4-bit weights", [(3, 7)]) { graph, p in
                graph.add(quantisedLinear(7, 5, .asStored), p, named: "y")
            },
            Case("inner products of rows", [(3, 5)]) { $0.add(Gram(of: .rows), $1, named: "y") },
            Case("inner products of columns", [(5, 3)]) { $0.add(Gram(of: .columns), $1, named: "y") },
            Case("distance from the identity", [(4, 4)]) { $0.add(DistanceFromIdentity(), $1, named: "y") },
            Case("mean of fixed rows", [(6, 1)]) { $0.add(Mean(), $1, named: "y") },
            Case("identity", [(3, 4)]) { $0.add(Identity(), [$1[0]], named: "y") },
            Case("cross-entropy and mean", [(vocabulary, vocabulary)]) { graph, p in
                let logits = graph.add(CountedRows(), [text(p[0], &graph)], named: "logits")
                let probabilities = graph.add(Softmax(), [logits], named: "probabilities")
                let tokens = graph.add(CrossEntropy(), [logits, probabilities], named: "tokens")
                return graph.add(Mean(), [tokens], named: "y")
            },
        ]
        + [(0, 4), (0, 2), (1, 4), (3, 4), (3, 2), (3, 1)].flatMap { prefix, keyHeads in
            let name = "with \(prefix) keys in front and \(keyHeads) key heads"
            let layout = layout(prefix: prefix, keyHeads: keyHeads)
            let front = prefix > 0 ? [(prefix, keyHeads * 3)] : []
            return [
                Case("attention scores \(name)", [(vocabulary, 12), (vocabulary, keyHeads * 3)] + front) { graph, p in
                    let query = text(p[0], &graph, inner: layout.queryShape)
                    let key = text(p[1], &graph, inner: layout.keyShape)
                    return graph.add(
                        AttentionScores(layout, scale: 0.6), [query, key] + shaped(p.dropFirst(2), layout, &graph), named: "y")
                },
                Case("causal softmax and mix \(name)", [(vocabulary, 4 * (prefix + 6)), (vocabulary, keyHeads * 3)] + front) {
                    graph, p in
                    let scores = text(p[0], &graph, inner: layout.weightShape)
                    let value = text(p[1], &graph, inner: layout.keyShape)
                    let weights = graph.add(AttentionWeights(layout), [scores], named: "weights")
                    return graph.add(AttentionMix(layout), [weights, value] + shaped(p.dropFirst(2), layout, &graph), named: "y")
                },
            ]
        }

    static func shaped(_ prefix: ArraySlice<Value>, _ layout: AttentionLayout, _ graph: inout Graph) -> [Value] {
        prefix.map { graph.add(Columns(0..<graph[$0].shape.columns, inner: layout.keyShape), [$0], named: "prefix") }
    }

    /// Three ragged sequences; every prediction is counted but that of the first token.
    static func pack(_ batch: inout Batch) {
        batch.append([1, 4, 7, 2, 8, 0], firstPosition: 0) { $0 > 0 }
        batch.append([3, 5], firstPosition: 1) { _ in true }
        batch.append([6, 6, 1, 0], firstPosition: 2) { $0 != 1 }
    }

    static func store(_ shapes: [ParameterShape]) -> ParameterStore {
        let store = ParameterStore(shapes)
        for shape in shapes {
            var stream = RandomStream(seed: 3, path: shape.name)
            guard let matrix = store[shape.name] else { continue }
            matrix.write((0..<shape.count).map { _ in stream.normal() })
        }
        return store
    }

    @Test("The gradient equals central differences", arguments: cases)
    func gradient(of theCase: Case) throws {
        var graph = Graph()
        let parameters = theCase.parameters.map { graph.parameter($0) }
        let value = theCase.build(&graph, parameters)
        let loss = graph.add(WeightedSum(), [value], named: "loss")
        for parts in [1, 2, 3] {
            let check = try GradientCheck(
                graph, loss: loss, withRespectTo: parameters, at: Self.store(theCase.parameters),
                limits: BatchLimits(sequences: 3, length: 6, parts: parts), pack: Self.pack)
            #expect(check.findings.count == parameters.count)
            #expect(check.error < 2e-3, "\(check.findings)")
        }
    }

    @Test("At the identity itself the distance from it has gradient 0")
    func atIdentity() throws {
        var graph = Graph()
        let shape = ParameterShape("p", 3, 3)
        let loss = graph.add(DistanceFromIdentity(), [graph.parameter(shape)], named: "loss")
        let parameter = try #require(graph.value(named: "p"))
        let gradient = try #require(graph.differentiate(loss, withRespectTo: [parameter])[parameter])
        let store = ParameterStore([shape])
        for index in 0..<3 { store["p"]?[index, index] = 1 }
        let executor = try Executor(
            Plan(graph, computing: [loss, gradient], limits: BatchLimits(sequences: 3, length: 6)), parameters: store,
            pool: WorkerPool(threads: 1))
        executor.compute()
        #expect(executor.numbers(loss) == [0])
        #expect(executor.numbers(gradient) == Array(repeating: 0, count: 9))
    }

    @Test("The check finds a wrong gradient")
    func wrongGradient() throws {
        struct Wrong: DifferentiableOperation {
            let name = "wrong"
            let formula = "y = x"
            func shape(of operands: [Shape]) -> Shape { operands[0] }
            func compute(_ run: OperationRun) { run.result.setScaled(run.operand(0), by: 1.01) }
            func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
                1.01 * .operand(0, row, column)
            }
            func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
                [Contribution(request.upstream)]
            }
        }
        var graph = Graph()
        let shape = ParameterShape("p", 2, 3)
        let parameter = graph.parameter(shape)
        let wrong = graph.add(Wrong(), [parameter], named: "y")
        let loss = graph.add(WeightedSum(), [wrong], named: "loss")
        let check = try GradientCheck(
            graph, loss: loss, withRespectTo: [parameter], at: Self.store([shape]), limits: BatchLimits(sequences: 3, length: 6),
            pack: Self.pack)
        #expect(check.error > 5e-3)
    }
}
