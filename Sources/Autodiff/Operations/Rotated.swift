internal import LinearAlgebra

/// Queries or keys with each pair of numbers turned by its angle: the rotary position embedding (Su et al. 2021), in the half-split
/// form of Hugging Face Transformers. Operands: rows, and their ``Rotation``.
public struct Rotated: DifferentiableOperation {
    public let name = "rotary embedding"
    public var formula: String {
        turnsBack
            ? "yᵢⱼ = xᵢⱼ cos αᵢⱼ + xᵢ,ⱼ₊ₕ sin αᵢⱼ, yᵢ,ⱼ₊ₕ = xᵢ,ⱼ₊ₕ cos αᵢⱼ − xᵢⱼ sin αᵢⱼ, h = half a head"
            : "yᵢⱼ = xᵢⱼ cos αᵢⱼ − xᵢ,ⱼ₊ₕ sin αᵢⱼ, yᵢ,ⱼ₊ₕ = xᵢ,ⱼ₊ₕ cos αᵢⱼ + xᵢⱼ sin αᵢⱼ, h = half a head"
    }
    /// How a row of the result is to be read, for example `[heads, head width]`.
    public let inner: [Int]
    /// Whether the pairs are turned the other way: the gradient of a rotation.
    public let turnsBack: Bool

    public init(inner: [Int], turnsBack: Bool = false) {
        self.inner = inner
        self.turnsBack = turnsBack
    }

    public func shape(of operands: [Shape]) -> Shape {
        let (x, rotation) = (operands[0], operands[1])
        precondition(
            inner.reduce(1, *) == x.columns && x.rows == rotation.rows && x.columns.isMultiple(of: rotation.columns),
            "a rotary embedding does not fit \(operands)")
        return Shape(x.rows, inner: inner)
    }

    public func compute(_ run: OperationRun) {
        run.result.setRotated(run.operand(0), by: run.operand(1), turnedBack: turnsBack)
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let half = context.operands[1].columns / 2
        let place = column % (2 * half)
        let pair = place % half
        let (first, second) = (
            ElementExpression.operand(0, row, column - place + pair),
            ElementExpression.operand(0, row, column - place + pair + half)
        )
        let (cosine, sine) = (ElementExpression.operand(1, row, pair), ElementExpression.operand(1, row, half + pair))
        switch (place < half, turnsBack) {
        case (true, false): return first * cosine - second * sine
        case (true, true): return first * cosine + second * sine
        case (false, false): return second * cosine + first * sine
        case (false, true): return second * cosine - first * sine
        }
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let (x, rotation) = (request.operands[0], request.operands[1])
        let back = Rotated(inner: graph[x].shape.inner, turnsBack: !turnsBack)
        return [Contribution(graph.add(back, [request.upstream, rotation], named: request.name(0))), nil]
    }
}
