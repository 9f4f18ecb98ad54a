public import LinearAlgebra

/// An activation of every element: tanh of a prefix's projection, ReLU of a prompt encoder, the sigmoid of an LSTM's gates.
public struct Activated: DifferentiableOperation {
    public let activation: Activation

    public init(_ activation: Activation) { self.activation = activation }

    public var name: String {
        switch activation {
        case .tanh: "tanh"
        case .sigmoid: "sigmoid"
        case .relu: "ReLU"
        }
    }

    public var formula: String {
        switch activation {
        case .tanh: "yᵢⱼ = tanh xᵢⱼ"
        case .sigmoid: "yᵢⱼ = 1 / (1 + e^−xᵢⱼ)"
        case .relu: "yᵢⱼ = max(xᵢⱼ, 0)"
        }
    }

    public func shape(of operands: [Shape]) -> Shape { operands[0] }

    public func compute(_ run: OperationRun) { run.result.set(activation, of: run.operand(0)) }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let x = ElementExpression.operand(0, row, column)
        switch activation {
        case .tanh: return .function(.tanh, x)
        case .sigmoid: return .function(.sigmoid, x)
        case .relu: return .function(.positivePart, x)
        }
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let rule = ActivatedGradient(activation: activation)
        return [Contribution(graph.add(rule, [request.result, request.upstream], named: request.name(0)))]
    }
}

/// The upstream gradient times the activation's slope, which its result y tells.
struct ActivatedGradient: Operation {
    let activation: Activation

    var name: String { "\(Activated(activation).name) gradient" }

    var formula: String {
        switch activation {
        case .tanh: "dxᵢⱼ = dyᵢⱼ (1 − yᵢⱼ²)"
        case .sigmoid: "dxᵢⱼ = dyᵢⱼ yᵢⱼ (1 − yᵢⱼ)"
        case .relu: "dxᵢⱼ = dyᵢⱼ [yᵢⱼ > 0]"
        }
    }

    func shape(of operands: [Shape]) -> Shape { operands[0] }

    func compute(_ run: OperationRun) {
        run.result.setGradient(of: activation, atResult: run.operand(0), upstream: run.operand(1))
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (y, dy) = (ElementExpression.operand(0, row, column), ElementExpression.operand(1, row, column))
        switch activation {
        case .tanh: return dy * (1 - y * y)
        case .sigmoid: return dy * y * (1 - y)
        case .relu: return dy * .function(.step, y)
        }
    }
}
