internal import LinearAlgebra

/// GPT-2's activation, `gelu_new` of Hugging Face Transformers (Hendrycks and Gimpel 2016, eq. 2).
public struct Gelu: DifferentiableOperation {
    public let name = "gelu"
    public let formula = "yᵢⱼ = ½ xᵢⱼ (1 + tanh(√(2/π) (xᵢⱼ + 0.044715 xᵢⱼ³)))"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape { operands[0] }

    public func compute(_ run: OperationRun) { run.result.setGelu(run.operand(0)) }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let x = ElementExpression.operand(0, row, column)
        return .constant(0.5) * x * (Self.bend(x) + 1)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        [Contribution(graph.add(GeluGradient(), [request.operands[0], request.upstream], named: request.name(0)))]
    }

    static let factor = ElementExpression.constant((2 / Double.pi).squareRoot())

    /// tanh(√(2/π) (x + 0.044715 x³)).
    static func bend(_ x: ElementExpression) -> ElementExpression {
        .function(.tanh, factor * (x + .number(0.044715) * x * x * x))
    }
}

/// The upstream gradient times the slope of gelu.
struct GeluGradient: Operation {
    let name = "gelu gradient"
    let formula = "dxᵢⱼ = dyᵢⱼ gelu′(xᵢⱼ)"

    func shape(of operands: [Shape]) -> Shape { operands[0] }

    func compute(_ run: OperationRun) { run.result.setGeluGradient(at: run.operand(0), upstream: run.operand(1)) }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (x, upstream) = (ElementExpression.operand(0, row, column), ElementExpression.operand(1, row, column))
        let bend = Gelu.bend(x)
        let slope = .constant(0.5) * x * (1 - bend * bend) * Gelu.factor * (.number(0.134145) * x * x + 1)
        return upstream * (.constant(0.5) * (bend + 1) + slope)
    }
}
