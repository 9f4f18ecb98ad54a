internal import LinearAlgebra

/// The moving average of the gradient: AdamW's first moment. Operands: its state and the gradient.
public struct FirstMoment: Operation {
    public let name = "first moment"
    public let formula = "m = β₁ m′ + (1 − β₁) g"
    let take: Float

    public init(beta: Double) { take = Float(1 - beta) }

    public func shape(of operands: [Shape]) -> Shape { operands[0] }

    public func division(operands: [Shape], result: Shape) -> Division { .result(elementwise: true) }

    public func compute(_ run: OperationRun) {
        run.share(run.result).setFirstMoment(state: run.share(run.operand(0)), gradient: run.share(run.operand(1)), take: take)
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (before, gradient) = (ElementExpression.operand(0, row, column), ElementExpression.operand(1, row, column))
        return before + .number(take) * (gradient - before)
    }
}

/// The moving average of the squared gradient: AdamW's second moment. Operands: its state and the gradient.
public struct SecondMoment: Operation {
    public let name = "second moment"
    public let formula = "v = β₂ v′ + (1 − β₂) g²"
    let keep: Float
    let take: Float

    public init(beta: Double) {
        keep = Float(beta)
        take = Float(1 - beta)
    }

    public func shape(of operands: [Shape]) -> Shape { operands[0] }

    public func division(operands: [Shape], result: Shape) -> Division { .result(elementwise: true) }

    public func compute(_ run: OperationRun) {
        run.share(run.result)
            .setSecondMoment(state: run.share(run.operand(0)), gradient: run.share(run.operand(1)), keep: keep, take: take)
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (before, gradient) = (ElementExpression.operand(0, row, column), ElementExpression.operand(1, row, column))
        return .number(keep) * before + .number(take) * gradient * gradient
    }
}

/// The parameter after one step of AdamW (Loshchilov and Hutter 2019, alg. 2, in the order of operations of torch's `AdamW`).
///
/// Operands: the parameter, its first and second moment, and a row of three numbers that change from step to step:
/// 1 − lr·decay, lr / (1 − β₁ᵗ), √(1 − β₂ᵗ).
public struct AdamWStep: Operation {
    public let name = "AdamW step"
    public let formula = "x = (1 − lr·λ) x′ − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)"
    let epsilon: Float

    public init(epsilon: Float) { self.epsilon = epsilon }

    public func shape(of operands: [Shape]) -> Shape {
        precondition(operands[3] == Shape(.fixed(1), 3), "three numbers for the step")
        return operands[0]
    }

    public func division(operands: [Shape], result: Shape) -> Division { .result(elementwise: true) }

    public func compute(_ run: OperationRun) {
        let rates = run.operand(3)
        run.share(run.result).setAdamWStep(
            from: run.share(run.operand(0)), firstMoment: run.share(run.operand(1)), secondMoment: run.share(run.operand(2)),
            decay: rates[0, 0], step: rates[0, 1], root: rates[0, 2], epsilon: epsilon)
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let (before, first, second) = (
            ElementExpression.operand(0, row, column), ElementExpression.operand(1, row, column),
            ElementExpression.operand(2, row, column)
        )
        let rates = (0..<3).map { ElementExpression.operand(3, 0, $0) }
        return rates[0] * before - rates[1] * (first / (.root(second) / rates[2] + epsilon))
    }
}
