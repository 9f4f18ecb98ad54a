public import LinearAlgebra

/// The matrix products of a step and nothing else, in the same stages and on the same threads: what a step would take if all its other
/// work were free.
///
/// Factors are read where the step has them. Results go to scratch memory, so that replaying changes no value of the step.
public final class ProductReplay: PartedWork, @unchecked Sendable {
    // Unchecked, because `stage` changes between the stages, when no part is at work.

    /// By stage and part.
    private let stages: [[[MatrixProduct]]]
    private let pool: WorkerPool
    private var stage = 0
    /// How many products there are.
    public let count: Int
    /// Multiplications and additions of all of them, 2 · rows · columns · inner each.
    public let operationCount: Int

    /// - Parameter executor: Its products on the batch that is loaded.
    public init(of executor: Executor, pool: WorkerPool) {
        let products = executor.products
        let all = products.joined().joined()
        count = all.count
        operationCount = all.reduce(0) { $0 + $1.operationCount }
        let parts = products.map(\.count).max() ?? 0
        let extent = all.map(\.resultExtent).max() ?? 0
        let scratch = (0..<parts).map { _ in Storage(count: extent) }
        stages = products.map { stage in stage.enumerated().map { part, list in list.map { $0.writing(to: scratch[part]) } } }
            .filter { $0.contains { !$0.isEmpty } }
        self.pool = pool
    }

    /// Computes all products once.
    public func run() {
        for index in stages.indices {
            stage = index
            if stages[index].count == 1 { perform(part: 0) } else { pool.perform(self, parts: stages[index].count) }
        }
    }

    public func perform(part: Int) {
        for product in stages[stage][part] { product.perform() }
    }
}
