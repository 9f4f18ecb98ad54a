internal import LinearAlgebra

/// How unlikely each wanted token was: −ln of its probability, one number a counted row.
///
/// Its operands are the logits and their softmax. The value comes from the logits alone, for a tiny probability has lost its
/// digits; the probabilities serve the gradient, which needs them anyway.
public struct CrossEntropy: DifferentiableOperation {
    public let name = "cross-entropy"
    public let formula = "yᵢ = ln Σⱼ e^xᵢⱼ − x[i, targetᵢ] = −ln p[i, targetᵢ]"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape {
        precondition(
            operands.count == 2 && operands[0] == operands[1] && operands[0].rows == .counted, "logits and their softmax")
        return Shape(.counted, 1)
    }

    public func compute(_ run: OperationRun) {
        let (logits, result) = (run.operand(0), run.result)
        let targets = run.batch.targets
        for (row, position) in run.range(of: .targets, part: run.part).enumerated() {
            result[row, 0] = logits.crossEntropy(ofRow: row, target: Int(targets[position]))
        }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let target = context.number(.targets, row)
        return .logOfExponentials(.products([context.row(row, of: 0)])) - .chosen(.operand(0, row, target.number), by: [target])
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let rule = CrossEntropyGradient()
        return [Contribution(graph.add(rule, [request.operands[1], request.upstream], named: request.name(0))), nil]
    }
}

/// The gradient with respect to the logits: the probabilities, less 1 at the wanted token, times the upstream gradient.
struct CrossEntropyGradient: Operation {
    let name = "cross-entropy gradient"
    let formula = "dxᵢⱼ = (pᵢⱼ − [j = targetᵢ]) dyᵢ"

    func shape(of operands: [Shape]) -> Shape { operands[0] }

    func compute(_ run: OperationRun) {
        let (probabilities, upstream, result) = (run.operand(0), run.operand(1), run.result)
        let targets = run.batch.targets
        for (row, position) in run.range(of: .targets, part: run.part).enumerated() {
            let target = Int(targets[position])
            result.rows(row..<(row + 1)).setScaled(probabilities.rows(row..<(row + 1)), by: upstream[row, 0])
            result[row, target] = (probabilities[row, target] - 1) * upstream[row, 0]
        }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let target = context.number(.targets, row)
        let (probability, upstream) = (ElementExpression.operand(0, row, column), ElementExpression.operand(1, row, 0))
        return .chosen(target.number == column ? (probability - 1) * upstream : probability * upstream, by: [target])
    }
}
