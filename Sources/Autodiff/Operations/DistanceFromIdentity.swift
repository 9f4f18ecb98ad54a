internal import LinearAlgebra

/// ‖X − I‖, the Frobenius norm: how far from orthonormal the vectors are whose inner products X holds (Zhang et al. 2023, eq. 4).
public struct DistanceFromIdentity: DifferentiableOperation {
    public let name = "distance from the identity"
    public let formula = "y = √(Σᵢⱼ (xᵢⱼ − [i = j])²)"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape {
        precondition(operands[0].fixedRows == operands[0].columns, "a square matrix, not \(operands)")
        return Shape(.fixed(1), 1)
    }

    public func compute(_ run: OperationRun) {
        let x = run.operand(0)
        var squares = 0.0
        for row in 0..<x.rows {
            for column in 0..<x.columns {
                let distance = Double(x[row, column] - (row == column ? 1 : 0))
                squares += distance * distance
            }
        }
        run.result[0, 0] = Float(squares.squareRoot())
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let count = context.operands[0].columns
        return .root(
            .sum(
                (0..<count).flatMap { index in
                    let distance = ElementExpression.operand(0, index, index) - 1
                    let sides = [0..<index, (index + 1)..<count].filter { !$0.isEmpty }.map { columns in
                        let side = ElementExpression.Strip.row(index, of: 0, columns: columns)
                        return ElementExpression.dot(side, side)
                    }
                    return sides + [distance * distance]
                }))
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let operands = [request.operands[0], request.result, request.upstream]
        return [Contribution(graph.add(DistanceFromIdentityGradient(), operands, named: request.name(0)))]
    }
}

/// The direction away from the identity. At the identity itself, where there is none, 0, as torch's `norm` has it.
struct DistanceFromIdentityGradient: Operation {
    let name = "distance from the identity gradient"
    let formula = "dxᵢⱼ = dy (xᵢⱼ − [i = j]) / y"

    func shape(of operands: [Shape]) -> Shape { operands[0] }

    func compute(_ run: OperationRun) {
        let (x, distance, result) = (run.operand(0), run.operand(1)[0, 0], run.result)
        let factor = distance > 0 ? run.operand(2)[0, 0] / distance : 0
        result.setScaled(x, by: factor)
        for row in 0..<x.rows { result[row, row] = factor * (x[row, row] - 1) }
    }

    func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let x = ElementExpression.operand(0, row, column)
        return .quotientOrZero(.operand(2, 0, 0), .operand(1, 0, 0)) * (row == column ? x - 1 : x)
    }
}
