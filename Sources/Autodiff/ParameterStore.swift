public import LinearAlgebra

/// The parameters of a model and its tuning, by name: kept between steps and shared by every plan that uses them.
public final class ParameterStore: Sendable {
    private let matrices: [String: Matrix]

    /// Makes room for parameters, all zero.
    ///
    /// - Parameter shapes: Name → rows and columns.
    public init(_ shapes: [(name: String, rows: Int, columns: Int)]) {
        matrices = Dictionary(uniqueKeysWithValues: shapes.map { shape in
            (shape.name, Storage(count: shape.rows * shape.columns).matrix(rows: shape.rows, columns: shape.columns))
        })
    }

    private init(_ matrices: [String: Matrix]) { self.matrices = matrices }

    /// A store with this store's parameters, which both share, and another's.
    public func joined(with other: ParameterStore) -> ParameterStore {
        ParameterStore(matrices.merging(other.matrices) { own, _ in own })
    }

    public subscript(name: String) -> Matrix? { matrices[name] }

    public var names: [String] { matrices.keys.sorted() }
}
