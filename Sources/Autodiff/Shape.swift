/// What the rows of a value stand for.
///
/// The text of a batch is packed: its sequences follow each other without padding, so how many rows there are is known only
/// when a batch arrives. Rows of that kind are cut into parts, by whole sequences, which are computed at the same time.
public enum Rows: Hashable, Sendable {
    /// One row for each token of the batch's text.
    case tokens
    /// One row for each token whose successor is counted in the loss.
    case counted
    /// Always the same number of rows.
    case fixed(Int)

    /// Whether the number depends on the batch.
    public var vary: Bool {
        if case .fixed = self { false } else { true }
    }
}

/// The shape of a value: rows, and the axes inside a row.
///
/// Every value is stored as a matrix of `rows × columns`; `inner` says how the columns are to be read, for instance
/// `[heads, keys]` for attention weights.
public struct Shape: Hashable, Sendable {
    public let rows: Rows
    public let inner: [Int]

    public init(_ rows: Rows, _ inner: Int...) {
        self.init(rows, inner: inner)
    }

    public init(_ rows: Rows, inner: [Int]) {
        self.rows = rows
        self.inner = inner
    }

    /// How many numbers a row holds.
    public var columns: Int { inner.reduce(1, *) }

    /// Whether a result of fixed rows is large enough for threads to share it. To wait for each other costs as much as adding some
    /// thousand numbers, and a soft prompt has a few hundred.
    var isWorthSharing: Bool { (fixedRows ?? 0) * columns >= 1 << 14 }

    /// The number of rows, where it is always the same.
    public var fixedRows: Int? {
        if case .fixed(let count) = rows { count } else { nil }
    }
}

extension Shape: CustomStringConvertible {
    public var description: String {
        let first =
            switch rows {
            case .tokens: "tokens"
            case .counted: "counted"
            case .fixed(let count): "\(count)"
            }
        return "[" + ([first] + inner.map(String.init)).joined(separator: ", ") + "]"
    }
}
