internal import LinearAlgebra

/// Llama's activation: x times its own sigmoid (Hendrycks and Gimpel 2016; Elfwing et al. 2018).
public struct Silu: DifferentiableOperation {
    public let name = "silu"
    public let formula = "yᵢⱼ = xᵢⱼ / (1 + e^−xᵢⱼ)"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape { operands[0] }

    public func compute(_ run: OperationRun) { run.result.setSilu(run.operand(0)) }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let x = ElementExpression.operand(0, row, column)
        return x * .function(.sigmoid, x)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        [Contribution(graph.add(SiluGradient(), [request.operands[0], request.upstream], named: request.name(0)))]
    }
}

/// The upstream gradient times the slope of silu, which falls below 0 and so cannot be told from silu's result.
struct SiluGradient: Operation {
    let name = "silu gradient"
    let formula = "dxᵢⱼ = dyᵢⱼ σ(xᵢⱼ) (1 + xᵢⱼ (1 − σ(xᵢⱼ))), σ(x) = 1 / (1 + e^−x)"

    func shape(of operands: [Shape]) -> Shape { operands[0] }

    func compute(_ run: OperationRun) { run.result.setSiluGradient(at: run.operand(0), upstream: run.operand(1)) }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (x, upstream) = (ElementExpression.operand(0, row, column), ElementExpression.operand(1, row, column))
        let gate = ElementExpression.function(.sigmoid, x)
        return upstream * gate * (x * (1 - gate) + 1)
    }
}
