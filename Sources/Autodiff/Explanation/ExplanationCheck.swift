internal import LinearAlgebra

/// Compares every number of a step with its explanation, done in double precision on the float32 numbers of the operands.
public struct ExplanationCheck: Sendable {
    /// An element, its number and its explanation.
    public struct Finding: Sendable, Hashable {
        public let value: String
        public let row: Int
        public let column: Int
        public let computed: Float
        public let explained: Approximation

        /// |computed − explained| over what rounding allows: above 1 the explanation is wrong.
        public var excess: Double {
            if explained.admits(computed) && computed.isNaN { return 0 }
            let distance = abs(Double(computed) - explained.value)
            return distance.isNaN ? .infinity : distance / (explained.error + Approximation.underflow)
        }
    }

    /// The numbers compared.
    public private(set) var count = 0
    /// The names of the operations whose results were compared.
    public private(set) var operations: Set<String> = []
    /// Of each value the element with the largest excess.
    public private(set) var findings: [Finding] = []
    /// The largest allowance for rounding, relative to the largest number of its value: says how much the comparison is worth.
    public private(set) var largestAllowance = 0.0

    /// The finding that is furthest off.
    public var worst: Finding? { findings.max { $0.excess < $1.excess } }

    /// - Parameter executor: Its plan keeps every value, and its step is computed but not committed: parameters are as they were.
    /// - Precondition: The plan keeps every value.
    public init(_ executor: Executor) {
        precondition(executor.plan.keepsAll, "a plan that keeps every value")
        let graph = executor.plan.graph
        var numbers: [Value: [Float]] = [:]
        for value in executor.plan.parameters + executor.plan.order { numbers[value] = executor.numbers(value) }
        for value in executor.plan.order {
            guard case .operation(let operation, let operands) = graph[value].source else { continue }
            let results = numbers[value] ?? []
            let columns = graph[value].shape.columns
            let sources = operands.map { (numbers: numbers[$0] ?? [], columns: graph[$0].shape.columns) }
            let context = ExplanationContext(
                operands: operands.map { graph[$0].shape }, result: graph[value].shape, batch: executor.batch)
            let scale = Double(results.reduce(0) { max($0, abs($1)) })
            var worst: Finding?
            for (index, result) in results.enumerated() {
                let (row, column) = index.quotientAndRemainder(dividingBy: columns)
                let expression = operation.explanation(row: row, column: column, in: context)
                let explained = expression.approximation { element in
                    let source = sources[element.operand]
                    return Double(source.numbers[element.row * source.columns + element.column])
                }
                let finding = Finding(
                    value: graph[value].name, row: row, column: column, computed: result, explained: explained)
                if finding.excess >= worst?.excess ?? 0 { worst = finding }
                if scale > 0 { largestAllowance = max(largestAllowance, explained.error / scale) }
            }
            count += results.count
            operations.insert(operation.name)
            if let worst { findings.append(worst) }
        }
    }
}
