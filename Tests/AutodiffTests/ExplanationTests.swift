import LinearAlgebra
import Testing

@testable import Autodiff

/// How one element is made, against what was computed.
@Suite struct ExplanationTests {
    static let limits = BatchLimits(sequences: 3, length: 6, parts: 2)

    static func check(
        _ graph: Graph, _ results: [Value], _ store: ParameterStore, pack: (inout Batch) -> Void = GradientTests.pack
    ) throws -> ExplanationCheck {
        let executor = try Executor(
            Plan(graph, computing: results, limits: limits, keepsAll: true), parameters: store, pool: WorkerPool(threads: 1))
        try executor.load(pack)
        executor.compute()
        return ExplanationCheck(executor)
    }

    @Test("Every element of every operation and of its gradients is what its explanation says", arguments: GradientTests.cases)
    func everyElement(of theCase: GradientTests.Case) throws {
        var graph = Graph()
        let parameters = theCase.parameters.map { graph.parameter($0) }
        let loss = graph.add(WeightedSum(), [theCase.build(&graph, parameters)], named: "loss")
        let gradients = graph.differentiate(loss, withRespectTo: parameters)
        let check = try Self.check(graph, [loss] + gradients.values, GradientTests.store(theCase.parameters))
        let worst = try #require(check.worst)
        #expect(worst.excess <= 1, "\(worst)")
        // A loss that nearly cancels out is much smaller than its terms, and so its allowance is larger than usual.
        #expect(check.count > 0 && check.largestAllowance < 2e-3, "\(check.largestAllowance)")
    }

    @Test("Every element of an operation by adapter is what its explanation says")
    func mixed() throws {
        let layout = AttentionLayout(heads: 4, keyHeads: 2, headWidth: 3, prefixLengths: [0, 1, 3], textLength: 6)
        let shapes = [
            ParameterShape("queries", GradientTests.vocabulary, 12), ParameterShape("keys", GradientTests.vocabulary, 6),
            ParameterShape("one", 1, 6), ParameterShape("three", 3, 6), ParameterShape("a", 2, 5), ParameterShape("b", 4, 3),
        ]
        var graph = Graph()
        let p = shapes.map { graph.parameter($0) }
        let query = GradientTests.text(p[0], &graph, inner: layout.queryShape)
        let key = GradientTests.text(p[1], &graph, inner: layout.keyShape)
        let fronts = p[2...3].enumerated().map { index, front in
            graph.add(Columns(0..<6, inner: layout.keyShape), [front], named: "front \(index)")
        }
        let scores = graph.add(AttentionScores(layout, scale: 0.6), [query, key] + fronts, named: "scores")
        let weights = graph.add(AttentionWeights(layout), [scores], named: "weights")
        let mix = graph.add(AttentionMix(layout), [weights, key] + fronts, named: "mix")
        let rows = graph.add(Columns(0..<5, inner: [5]), [query], named: "rows")
        let product = graph.add(ProductByAdapter([1, 2], scales: [0.5, 3]), [rows, p[4], p[5]], named: "product")
        let check = try Self.check(graph, [mix, product], GradientTests.store(shapes), pack: MixedOperationTests.pack)
        let worst = try #require(check.worst)
        #expect(worst.excess <= 1, "\(worst)")
        #expect(check.operations.contains("matrix product by adapter") && check.largestAllowance < 1e-5)
    }

    @Test("What is masked is 0 with nothing behind it, and what is seen comes from what the query sees")
    func masked() throws {
        let layout = GradientTests.layout(prefix: 2, keyHeads: 2)
        var batch = Batch()
        GradientTests.pack(&batch)
        batch.cut(into: 2)
        let weights = Shape(.tokens, inner: layout.weightShape)
        let context = ExplanationContext(operands: [weights], result: weights, batch: batch)
        // The second row of the second sequence, head 1: two keys of the prefix, two of the text, four places for more.
        for key in 0..<layout.span {
            let expression = AttentionWeights(layout).explanation(row: 7, column: layout.span + key, in: context)
            let columns = expression.elements.map(\.column)
            #expect(columns == (key < 4 ? Array(layout.span..<(layout.span + 4)) : []))
            #expect(expression.elements.allSatisfy { $0.row == 7 && $0.operand == 0 })
            #expect((expression == .zero) == (key >= 4))
        }
    }

    @Test("A looked-up row says which token of the batch chose it, in whichever table")
    func chosen() {
        var batch = Batch()
        batch.append([4, 11], firstPosition: 3) { _ in true }
        let context = ExplanationContext(
            operands: [Shape(.fixed(9), 5), Shape(.fixed(4), 5)], result: Shape(.tokens, 5), batch: batch)
        let word = LookedUpRows(.tokens).explanation(row: 0, column: 2, in: context)
        #expect(word == .chosen(.operand(0, 4, 2), by: [ElementExpression.BatchNumber(list: .tokens, index: 0, number: 4)]))
        let virtual = LookedUpRows(.tokens).explanation(row: 1, column: 2, in: context)
        #expect(virtual.elements == [ElementExpression.Element(operand: 1, row: 2, column: 2)])
        #expect(virtual.batchNumbers == [ElementExpression.BatchNumber(list: .tokens, index: 1, number: 11)])
    }

    /// Linear, but for what its explanation says.
    struct Misexplained: Operation {
        enum Mistake: CaseIterable {
            case none, lacksTerm, wrongRow, wrongSign, slightlyOff
        }

        let mistake: Mistake
        let name = "misexplained"
        let formula = "y = x·W"

        func shape(of operands: [Shape]) -> Shape { Product().shape(of: operands) }
        func compute(_ run: OperationRun) { Product().compute(run) }
        func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
            let right = Product().explanation(row: row, column: column, in: context)
            switch mistake {
            case .none: return right
            case .lacksTerm: return right - .operand(0, row, 0) * .operand(1, 0, column)
            case .wrongRow: return .dot(context.row((row + 1) % 3, of: 0), context.column(column, of: 1))
            case .wrongSign: return .zero - right
            case .slightlyOff: return 1.00001 * right
            }
        }
    }

    @Test("A wrong explanation is found", arguments: Misexplained.Mistake.allCases)
    func mistake(_ mistake: Misexplained.Mistake) throws {
        let shapes = [ParameterShape("x", 3, 4), ParameterShape("w", 4, 2)]
        var graph = Graph()
        let operands = shapes.map { graph.parameter($0) }
        let y = graph.add(Misexplained(mistake: mistake), operands, named: "y")
        let worst = try #require(try Self.check(graph, [y], GradientTests.store(shapes)).worst)
        #expect((worst.excess > 1) == (mistake != .none), "\(worst)")
    }

    @Test("The allowance for rounding grows with the sum of absolute terms, not with the sum")
    func allowance() {
        func sum(_ numbers: [Double]) -> Approximation {
            ElementExpression.sum(.products([.row(0, of: 0, columns: 0..<numbers.count)])).approximation { numbers[$0.column] }
        }
        #expect(sum([1, 1]).error == sum([1, -1]).error)
        #expect(sum([1000, -1000, 1]).error > 900 * sum([1, -1, 1]).error / 3)
        #expect(sum([1, 2]).admits(3) && sum([1, 2]).admits(3.0000002) && !sum([1, 2]).admits(3.000001))
        #expect(Approximation(.nan).admits(.nan) && !Approximation(.nan).admits(0) && !Approximation(0).admits(.nan))
        #expect(Approximation(.infinity).admits(.infinity))
    }

    @Test("Functions whose parts overflow do not")
    func large() {
        let numbers = [800.0, -900, 799]
        let row = ElementExpression.Terms.products([.row(0, of: 0, columns: 0..<3)])
        func value(_ expression: ElementExpression) -> Double { expression.value { numbers[$0.column] } }
        #expect(abs(value(.softmax(.operand(0, 0, 0), among: row)) - 0.731_058_578_6) < 1e-9)
        #expect(abs(value(.logOfExponentials(row)) - 800.313_261_687_5) < 1e-9)
        #expect(value(.operand(0, 0, 1) * .function(.sigmoid, .operand(0, 0, 1))) == 0)
        #expect(value(.quotientOrZero(.operand(0, 0, 0), .zero)) == 0)
    }
}
