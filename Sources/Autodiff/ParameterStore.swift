public import LinearAlgebra

/// The parameters of a model and its tuning, by name: kept between steps and shared by every plan that uses them.
public final class ParameterStore: Sendable {
    private let matrices: [String: Matrix]

    /// Makes room for parameters, all zero.
    public init(_ shapes: [ParameterShape]) {
        matrices = Dictionary(
            uniqueKeysWithValues: shapes.map { shape in
                (shape.name, Storage(count: shape.count).matrix(rows: shape.rows, columns: shape.columns))
            })
    }

    private init(_ matrices: [String: Matrix]) { self.matrices = matrices }

    /// A store with this store's parameters, which both share, and another's.
    public func joined(with other: ParameterStore) -> ParameterStore {
        ParameterStore(matrices.merging(other.matrices) { own, _ in own })
    }

    /// A store whose copies of some parameters are its own; the others stay shared with this store.
    public func copying(_ names: some Sequence<String>) -> ParameterStore {
        var result = matrices
        for name in names {
            guard let matrix = matrices[name] else { continue }
            let copy = Storage(count: matrix.rows * matrix.columns).matrix(rows: matrix.rows, columns: matrix.columns)
            copy.copy(matrix)
            result[name] = copy
        }
        return ParameterStore(result)
    }

    /// A store with some of this store's parameters, which both share, under names that begin with a prefix.
    public func sharing(_ names: some Sequence<String>, under prefix: String) -> ParameterStore {
        var result: [String: Matrix] = [:]
        for name in names { result[prefix + name] = matrices[name] }
        return ParameterStore(result)
    }

    public subscript(name: String) -> Matrix? { matrices[name] }

    public var names: [String] { matrices.keys.sorted() }
}
