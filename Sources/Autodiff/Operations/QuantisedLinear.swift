public import LinearAlgebra

/// x·W̃ + b or x·W̃ᵀ + b with frozen weights in 4 bits (QLoRA; Dettmers et al. 2023, eq. 5). Operands: x and, where there is one, b.
///
/// The weights become float32 numbers a few rows at a time, in scratch memory, for each product anew: they never exist as a whole.
/// Frozen for good, they are a part of the operation and no value of the graph.
public struct QuantisedLinear: DifferentiableOperation {
    public let name = "linear, weights in 4 bits"
    public let orientation: Orientation
    let weight: QuantisedMatrix
    /// The most numbers of a tile.
    let tileCount: Int
    public var formula: String {
        "yᵢⱼ = Σₖ xᵢₖ \(orientation == .asStored ? "W̃ₖⱼ" : "W̃ⱼₖ") (+ bⱼ), W̃ = code · maximum of its block"
    }

    /// - Parameters:
    ///   - weight: `[in, out]`, or `[out, in]` when it is read transposed.
    ///   - orientation: How it is read.
    public init(_ weight: QuantisedMatrix, _ orientation: Orientation = .asStored) {
        self.init(weight, orientation, tileCount: 65_536)  // 256 kB, which stay in a core's own cache
    }

    init(_ weight: QuantisedMatrix, _ orientation: Orientation, tileCount: Int) {
        self.weight = weight
        self.orientation = orientation
        self.tileCount = tileCount
    }

    private var tileRows: Int { max(1, min(weight.rows, tileCount / max(1, weight.columns))) }

    public func shape(of operands: [Shape]) -> Shape {
        let (inner, outer) = orientation == .asStored ? (weight.rows, weight.columns) : (weight.columns, weight.rows)
        precondition(operands[0].columns == inner, "the product of \(operands[0]) and \(weight.rows) × \(weight.columns) weights")
        precondition(operands.count < 2 || operands[1] == Shape(.fixed(1), outer), "a linear map does not fit \(operands)")
        return Shape(operands[0].rows, outer)
    }

    public func scratchCount(operands: [Shape], result: Shape) -> Int { tileRows * weight.columns }

    public func compute(_ run: OperationRun) {
        let (x, result) = (run.operand(0), run.result)
        guard result.rows > 0 else { return }
        if run.operandCount > 1 { result.broadcast(run.operand(1)) } else { result.fill(with: 0) }
        var first = 0
        while first < weight.rows {
            let rows = first..<min(first + tileRows, weight.rows)
            let tile = run.scratch(rows: rows.count, columns: weight.columns)
            weight.dequantise(rows: rows, into: tile)
            switch orientation {
            case .asStored: result.setProduct(x.columns(rows), .asStored, tile, accumulating: true)
            case .transposed: result.columns(rows).setProduct(x, .asStored, tile, .transposed, accumulating: true)
            }
            first = rows.upperBound
        }
    }

    public func explanation(row: Int, column: Int, in context: ExplanationContext) -> ElementExpression {
        let x = context.row(row, of: 0)
        let weights = (0..<x.count).map { index in
            Double(orientation == .asStored ? weight[index, column] : weight[column, index])
        }
        let product = ElementExpression.sum(.weighted(weights, x))
        return context.operands.count > 1 ? product + .operand(1, 0, column) : product
    }

    public func gradients(_ request: GradientRequest, in graph: inout Graph) -> [Contribution?] {
        let back = QuantisedLinear(weight, orientation == .asStored ? .transposed : .asStored, tileCount: tileCount)
        var contributions = [
            request.isNeeded(0) ? Contribution(graph.add(back, [request.upstream], named: request.name(0))) : nil
        ]
        if request.operands.count > 1 {
            contributions.append(
                request.isNeeded(1) ? Contribution(graph.add(ColumnSums(), [request.upstream], named: request.name(1))) : nil)
        }
        return contributions
    }
}
