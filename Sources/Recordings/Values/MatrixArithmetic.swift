/// How many multiplications and additions a step's products take, counted from its graph: for a product over an axis of length k,
/// 2k for each number of its result.
public enum MatrixArithmetic {
    /// - Parameter batch: Whose rows are counted.
    public static func count(_ graph: GraphDescription, batch: RecordedBatch) -> (forward: Double, backward: Double) {
        var shapes: [ValueName: RecordedShape] = [:]
        for node in graph.nodes { shapes[node.name] = node.shape }
        var (forward, backward) = (0.0, 0.0)
        for node in graph.nodes {
            guard let operation = node.operation, let first = node.operands.first.flatMap({ shapes[$0] }) else { continue }
            let (rows, columns) = (Double(batch.rowCount(node.shape.rows)), Double(node.shape.columns))
            let inputRows = Double(batch.rowCount(first.rows))
            let products: Double
            switch operation {
            case "linear", "matrix product": products = rows * columns * Double(first.columns)
            case "outer product": products = rows * columns * inputRows
            // Heads are multiplied each by itself.
            case "attention scores": products = rows * columns * Double(first.inner.last ?? 0)
            case "attention mix": products = rows * columns * Double(first.inner.last ?? 0)
            case "attention gather", "attention prefix gather":
                products = inputRows * Double(first.columns) * Double(node.shape.inner.last ?? 0)
            default: continue
            }
            if node.phase == .forward { forward += 2 * products } else { backward += 2 * products }
        }
        return (forward, backward)
    }
}
