internal import LinearAlgebra

/// GPT-2's activation, `gelu_new` of Hugging Face Transformers (Hendrycks and Gimpel 2016, eq. 2).
public struct Gelu: DifferentiableOperation {
    public let name = "gelu"
    public let formula = "yᵢⱼ = ½ xᵢⱼ (1 + tanh(√(2/π) (xᵢⱼ + 0.044715 xᵢⱼ³)))"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape { operands[0] }

    public func compute(_ run: OperationRun) { run.result.setGelu(run.operand(0)) }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        [Contribution(graph.add(GeluGradient(), [request.operands[0], request.upstream], named: request.name(0)))]
    }
}

/// The upstream gradient times the slope of gelu.
struct GeluGradient: Operation {
    let name = "gelu gradient"
    let formula = "dxᵢⱼ = dyᵢⱼ gelu′(xᵢⱼ)"

    func shape(of operands: [Shape]) -> Shape { operands[0] }

    func compute(_ run: OperationRun) { run.result.setGeluGradient(at: run.operand(0), upstream: run.operand(1)) }
}
