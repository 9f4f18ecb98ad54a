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
            case "linear", "matrix product", "linear, weights in 4 bits", "matrix product by adapter":
                products = rows * columns * Double(first.columns)
            // Between the rows or the columns of one matrix, whichever the result has as many of.
            case "inner products": products = columns * inputRows * Double(first.columns)
            case "inner products gradient":
                let vectors = node.operands.last.flatMap { shapes[$0] }?.columns ?? 0
                products = 2 * rows * columns * Double(vectors)
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
