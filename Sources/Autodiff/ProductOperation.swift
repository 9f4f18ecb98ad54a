public import LinearAlgebra

/// An operation whose work is matrix products: it lists them, so that they can be computed, counted and timed from one description.
public protocol ProductOperation: Operation {
    /// Hands over the products of one part of the work, in the order in which they are computed.
    func forEachProduct(_ run: OperationRun, _ body: (MatrixProduct) -> Void)
}

extension ProductOperation {
    public func compute(_ run: OperationRun) { forEachProduct(run) { $0.perform() } }
}
