internal import LinearAlgebra

/// Compares the gradients that a graph computes with central differences of its loss.
///
/// A difference of five points, (f(x−2h) − 8f(x−h) + 8f(x+h) − f(x+2h)) / 12h, has an error of order h⁴: h can be so large that
/// the rounding of a float32 loss, about 2⁻²⁴·f/h, does not drown the slope. What is left is near 10⁻⁴ of the largest gradient.
public struct GradientCheck: Sendable {
    /// The element whose two slopes are furthest apart.
    public struct Finding: Sendable, Hashable {
        public let parameter: String
        public let row: Int
        public let column: Int
        public let computed: Float
        public let measured: Float
        /// |computed − measured| over the largest computed gradient of the parameter.
        public let error: Float
    }

    /// Per parameter.
    public let findings: [Finding]

    /// The largest error of all parameters.
    public var error: Float { findings.map(\.error).max() ?? 0 }

    /// - Parameters:
    ///   - graph: Without backward pass.
    ///   - loss: A value of one number.
    ///   - parameters: What to differentiate with respect to.
    ///   - store: The point at which. Left as it was.
    ///   - width: h, the distance between points.
    ///   - pack: The batch.
    public init(
        _ graph: Graph, loss: Value, withRespectTo parameters: [Value], at store: ParameterStore, limits: BatchLimits,
        width: Float = 0.02, pack: (inout Batch) -> Void
    ) throws(ExecutorError) {
        var differentiated = graph
        let gradients = differentiated.differentiate(loss, withRespectTo: parameters)
        let plan = Plan(differentiated, computing: [loss] + gradients.values, limits: limits)
        let executor = try Executor(plan, parameters: store, pool: WorkerPool(threads: 1))
        try executor.load(pack)
        executor.compute()

        var findings: [Finding] = []
        let computed = gradients.mapValues { executor.numbers($0) }
        for parameter in parameters {
            guard let matrix = store[graph[parameter].name] else { throw .missingParameter(graph[parameter].name) }
            let slopes = computed[parameter] ?? Array(repeating: 0, count: matrix.rows * matrix.columns)
            let largest = max(slopes.reduce(0) { max($0, abs($1)) }, 1e-3)
            var worst: Finding?
            for row in 0..<matrix.rows {
                for column in 0..<matrix.columns {
                    let measured = Self.slope(of: loss, in: executor, at: matrix, row: row, column: column, width: width)
                    let slope = slopes[row * matrix.columns + column]
                    let error = abs(slope - measured) / largest
                    if error >= worst?.error ?? 0 || error.isNaN {
                        worst = Finding(
                            parameter: graph[parameter].name, row: row, column: column, computed: slope, measured: measured,
                            error: error.isNaN ? .infinity : error)
                    }
                }
            }
            if let worst { findings.append(worst) }
        }
        self.findings = findings
    }

    private static func slope(
        of loss: Value, in executor: Executor, at matrix: Matrix, row: Int, column: Int, width: Float
    ) -> Float {
        let centre = matrix[row, column]
        defer { matrix[row, column] = centre }
        var sum = 0.0
        for (offset, weight) in [(-2, 1.0), (-1, -8.0), (1, 8.0), (2, -1.0)] {
            matrix[row, column] = centre + Float(offset) * width
            executor.compute()
            sum += weight * Double(executor.matrix(loss)?[0, 0] ?? .nan)
        }
        return Float(sum / (12 * Double(width)))
    }
}
