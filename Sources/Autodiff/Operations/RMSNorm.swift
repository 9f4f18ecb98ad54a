internal import LinearAlgebra

/// Root-mean-square normalisation: each row to a mean square of 1, then scaled (Zhang and Sennrich 2019).
public struct RMSNorm: DifferentiableOperation {
    public let name = "root-mean-square normalisation"
    public let formula = "yᵢⱼ = γⱼ xᵢⱼ / √(mean(xᵢ²) + ε)"
    public let epsilon: Float

    public init(epsilon: Float) { self.epsilon = epsilon }

    public func shape(of operands: [Shape]) -> Shape {
        precondition(
            operands[1] == Shape(.fixed(1), inner: operands[0].inner), "root-mean-square normalisation does not fit \(operands)")
        return operands[0]
    }

    public func compute(_ run: OperationRun) {
        run.result.setRMSNorm(run.operand(0), scale: run.operand(1), epsilon: epsilon)
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let x = context.row(row, of: 0)
        return .operand(1, 0, column) * .operand(0, row, column) / .root(Self.meanSquare(x) + epsilon)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let (x, scale) = (request.operands[0], request.operands[1])
        let (input, scaleRule) = (RMSNormGradient(epsilon: epsilon), RMSNormScaleGradient(epsilon: epsilon))
        return [
            request.isNeeded(0) ? Contribution(graph.add(input, [x, scale, request.upstream], named: request.name(0))) : nil,
            request.isNeeded(1) ? Contribution(graph.add(scaleRule, [x, request.upstream], named: request.name(1))) : nil,
        ]
    }

    static func meanSquare(_ row: ElementExpression.Strip) -> ElementExpression { .mean(.products([row, row])) }
}

/// What root-mean-square normalisation passes on: the part of γ·dy that, but for ε, is orthogonal to the row.
struct RMSNormGradient: Operation {
    let name = "root-mean-square normalisation gradient"
    let formula = "dxᵢ = (gᵢ − x̂ᵢ mean(gᵢ x̂ᵢ)) / √(mean(xᵢ²) + ε), g = γ dy, x̂ᵢ = xᵢ / √(mean(xᵢ²) + ε)"
    let epsilon: Float

    func shape(of operands: [Shape]) -> Shape { operands[0] }

    func compute(_ run: OperationRun) {
        run.result.setRMSNormGradient(at: run.operand(0), scale: run.operand(1), upstream: run.operand(2), epsilon: epsilon)
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (x, scale, upstream) = (context.row(row, of: 0), context.row(0, of: 1), context.row(row, of: 2))
        let size = RMSNorm.meanSquare(x) + epsilon
        let along = .operand(0, row, column) * .mean(.products([scale, upstream, x])) / size
        return (.operand(1, 0, column) * .operand(2, row, column) - along) / .root(size)
    }
}

/// The gradient of root-mean-square normalisation's scale γ.
struct RMSNormScaleGradient: Operation {
    let name = "root-mean-square normalisation scale gradient"
    let formula = "dγⱼ = Σᵢ dyᵢⱼ x̂ᵢⱼ, x̂ᵢ = xᵢ / √(mean(xᵢ²) + ε)"
    let epsilon: Float

    func shape(of operands: [Shape]) -> Shape { Shape(.fixed(1), inner: operands[0].inner) }

    func division(operands: [Shape], result: Shape) -> Division { .result(elementwise: false) }

    func compute(_ run: OperationRun) {
        run.share(run.result).fill(with: 0)
        for part in run.parts(of: 0) {
            run.result.addRMSNormScaleGradient(
                at: run.operand(0, part: part), upstream: run.operand(1, part: part), epsilon: epsilon,
                columns: run.shareOfColumns)
        }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        .sum(
            (0..<context.rowCount(context.operands[0].rows)).map { row in
                .operand(1, row, column) * .operand(0, row, column)
                    / .root(RMSNorm.meanSquare(context.row(row, of: 0)) + epsilon)
            })
    }
}
