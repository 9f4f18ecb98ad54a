/// What the rows of a recorded value stand for.
public enum RecordedRows: Hashable, Sendable {
    /// One row for each token of the batch's text, sequence behind sequence, without padding.
    case tokens
    /// One row for each token whose successor is counted in the loss.
    case counted
    /// Always the same number of rows.
    case fixed(Int)
}

/// The shape of a recorded value: rows, and the axes inside a row, for instance `[heads, keys]` for attention weights.
///
/// In JSON: `{"rows": "tokens", "inner": [4, 24]}`, where `rows` is `"tokens"`, `"counted"` or a number.
public struct RecordedShape: Hashable, Sendable {
    public let rows: RecordedRows
    public let inner: [Int]

    public init(_ rows: RecordedRows, inner: [Int]) {
        self.rows = rows
        self.inner = inner
    }

    public init(_ rows: RecordedRows, _ inner: Int...) { self.init(rows, inner: inner) }

    /// How many numbers a row holds.
    public var columns: Int { inner.reduce(1, *) }
}

extension RecordedShape: CustomStringConvertible {
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

extension RecordedShape: Codable {
    private enum CodingKeys: String, CodingKey {
        case rows
        case inner
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        inner = try container.decode([Int].self, forKey: .inner)
        guard inner.allSatisfy({ $0 >= 0 }) else {
            throw DecodingError.dataCorruptedError(forKey: .inner, in: container, debugDescription: "an axis is negative")
        }
        if let count = try? container.decode(Int.self, forKey: .rows) {
            guard count >= 0 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .rows, in: container, debugDescription: "the number of rows is negative")
            }
            rows = .fixed(count)
            return
        }
        switch try container.decode(String.self, forKey: .rows) {
        case "tokens": rows = .tokens
        case "counted": rows = .counted
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .rows, in: container, debugDescription: "rows are \"tokens\", \"counted\" or a number, not \"\(other)\"")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch rows {
        case .tokens: try container.encode("tokens", forKey: .rows)
        case .counted: try container.encode("counted", forKey: .rows)
        case .fixed(let count): try container.encode(count, forKey: .rows)
        }
        try container.encode(inner, forKey: .inner)
    }
}
