/// The name of a parameter and how many numbers it holds.
public struct ParameterShape: Sendable, Hashable {
    public let name: String
    /// A vector has one row.
    public let rows: Int
    public let columns: Int

    public init(_ name: String, _ rows: Int, _ columns: Int) {
        self.name = name
        self.rows = rows
        self.columns = columns
    }

    /// How many numbers it holds.
    public var count: Int { rows * columns }
}

extension Graph {
    /// Adds a parameter of a given shape.
    @discardableResult
    public mutating func parameter(_ shape: ParameterShape) -> Value {
        parameter(shape.name, Shape(.fixed(shape.rows), shape.columns))
    }
}
