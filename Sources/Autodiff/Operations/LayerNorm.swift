internal import LinearAlgebra

/// Layer normalisation: each row to mean 0 and variance 1, then scaled and shifted (Ba, Kiros and Hinton 2016).
public struct LayerNorm: DifferentiableOperation {
    public let name = "layer normalisation"
    public let formula = "yᵢⱼ = γⱼ (xᵢⱼ − mean(xᵢ)) / √(variance(xᵢ) + ε) + βⱼ"
    public let epsilon: Float

    public init(epsilon: Float) { self.epsilon = epsilon }

    public func shape(of operands: [Shape]) -> Shape {
        let vector = Shape(.fixed(1), inner: operands[0].inner)
        precondition(operands[1] == vector && operands[2] == vector, "layer normalisation does not fit \(operands)")
        return operands[0]
    }

    public func compute(_ run: OperationRun) {
        run.result.setLayerNorm(run.operand(0), scale: run.operand(1), shift: run.operand(2), epsilon: epsilon)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let (x, scale) = (request.operands[0], request.operands[1])
        let (input, scaleRule) = (LayerNormGradient(epsilon: epsilon), LayerNormScaleGradient(epsilon: epsilon))
        return [
            request.isNeeded(0) ? Contribution(graph.add(input, [x, scale, request.upstream], named: request.name(0))) : nil,
            request.isNeeded(1) ? Contribution(graph.add(scaleRule, [x, request.upstream], named: request.name(1))) : nil,
            request.isNeeded(2) ? Contribution(graph.add(ColumnSums(), [request.upstream], named: request.name(2))) : nil,
        ]
    }
}

/// What layer normalisation passes on: the part of γ·dy that is orthogonal to 1 and to the normalised row.
struct LayerNormGradient: Operation {
    let name = "layer normalisation gradient"
    let formula = "dxᵢ = (gᵢ − mean(gᵢ) − x̂ᵢ mean(gᵢ x̂ᵢ)) / √(variance(xᵢ) + ε), g = γ dy"
    let epsilon: Float

    func shape(of operands: [Shape]) -> Shape { operands[0] }

    func compute(_ run: OperationRun) {
        run.result.setLayerNormGradient(at: run.operand(0), scale: run.operand(1), upstream: run.operand(2), epsilon: epsilon)
    }
}

/// The gradient of layer normalisation's scale γ.
struct LayerNormScaleGradient: Operation {
    let name = "layer normalisation scale gradient"
    let formula = "dγⱼ = Σᵢ dyᵢⱼ x̂ᵢⱼ"
    let epsilon: Float

    func shape(of operands: [Shape]) -> Shape { Shape(.fixed(1), inner: operands[0].inner) }

    func division(of result: Shape) -> Division { .result(elementwise: false) }

    func compute(_ run: OperationRun) {
        run.share(run.result).fill(with: 0)
        for part in run.parts(of: 0) {
            run.result.addLayerNormScaleGradient(
                at: run.operand(0, part: part), upstream: run.operand(1, part: part), epsilon: epsilon,
                columns: run.shareOfColumns)
        }
    }
}
