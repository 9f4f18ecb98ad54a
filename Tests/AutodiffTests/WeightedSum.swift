import LinearAlgebra

@testable import Autodiff

/// Σ wᵢⱼ xᵢⱼ with weights that differ from element to element: turns any value into a loss whose gradient reaches all of it.
struct WeightedSum: DifferentiableOperation {
    let name = "weighted sum"
    let formula = "y = Σ wᵢⱼ xᵢⱼ"

    static func weight(_ row: Int, _ column: Int) -> Float {
        Float((row * 7 + column * 13) % 11 - 5) / 4 + 0.125
    }

    func shape(of operands: [Shape]) -> Shape { Shape(.fixed(1), 1) }

    func compute(_ run: OperationRun) {
        var sum = 0.0
        var first = 0
        for part in run.parts(of: 0) {
            let x = run.operand(0, part: part)
            for row in 0..<x.rows {
                for column in 0..<x.columns { sum += Double(Self.weight(first + row, column)) * Double(x[row, column]) }
            }
            first += x.rows
        }
        run.result[0, 0] = Float(sum)
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .sum(
            (0..<context.rowCount(context.operands[0].rows)).flatMap { row in
                (0..<context.operands[0].columns).map { .number(Self.weight(row, $0)) * .operand(0, row, $0) }
            })
    }

    func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let rule = WeightedSumGradient(shape: graph[request.operands[0]].shape)
        return [Contribution(graph.add(rule, [request.upstream], named: request.name(0)))]
    }
}

struct WeightedSumGradient: Operation {
    let name = "weighted sum gradient"
    let formula = "dxᵢⱼ = wᵢⱼ dy"
    let shape: Shape

    func shape(of operands: [Shape]) -> Shape { shape }

    func compute(_ run: OperationRun) {
        let result = run.result
        let first =
            switch shape.rows {
            case .tokens: run.firstTokenRow
            case .counted: run.range(of: .targets, part: run.part).lowerBound
            case .fixed: 0
            }
        for row in 0..<result.rows {
            for column in 0..<result.columns {
                result[row, column] = WeightedSum.weight(first + row, column) * run.operand(0)[0, 0]
            }
        }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .number(WeightedSum.weight(row, column)) * .operand(0, 0, 0)
    }
}
