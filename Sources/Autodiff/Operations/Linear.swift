internal import LinearAlgebra

/// x·W + b with W stored `[in, out]`, as GPT-2 stores it (`Conv1D` of Hugging Face Transformers).
public struct Linear: DifferentiableOperation {
    public let name = "linear"
    public let formula = "yᵢⱼ = Σₖ xᵢₖ Wₖⱼ + bⱼ"

    public init() {}

    public func shape(of operands: [Shape]) -> Shape {
        let (x, weight, bias) = (operands[0], operands[1], operands[2])
        precondition(
            x.columns == weight.fixedRows && bias == Shape(.fixed(1), weight.columns), "a linear map does not fit \(operands)")
        return Shape(x.rows, weight.columns)
    }

    public func compute(_ run: OperationRun) {
        let result = run.result
        result.broadcast(run.operand(2))
        result.setProduct(run.operand(0), .asStored, run.operand(1), accumulating: true)
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let (x, weight) = (request.operands[0], request.operands[1])
        return [
            request.isNeeded(0)
                ? Contribution(graph.add(Product(.transposed), [request.upstream, weight], named: request.name(0))) : nil,
            request.isNeeded(1)
                ? Contribution(graph.add(OuterProduct(), [x, request.upstream], named: request.name(1))) : nil,
            request.isNeeded(2)
                ? Contribution(graph.add(ColumnSums(), [request.upstream], named: request.name(2))) : nil,
        ]
    }
}
