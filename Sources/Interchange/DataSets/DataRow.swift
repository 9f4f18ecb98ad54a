public import Foundation

/// A row of a data set: its values by column.
public struct DataRow: Hashable, Sendable {
    /// The line of the file in which it begins, counted from 1.
    public let line: Int
    /// Texts, from separated fields; anything, from JSON.
    public let values: JSONObject

    /// Where a value stands, for an error.
    func place(_ column: String) -> String { "line \(line), column \(column.quoted)" }

    /// A value as text: numbers and truth values as they are written.
    ///
    /// - Throws: An error that names line and column if the row has no such value, or a list or an object there.
    public func text(_ column: String) throws(InterchangeError) -> String {
        switch values[column] {
        case .string(let text)?: return text
        case .integer(let number)?: return "\(number)"
        case .number(let number)?: return "\(number)"
        case .bool(let value)?: return "\(value)"
        case nil, .null?: throw InterchangeError(place: place(column), "it is missing in this row")
        case let value?: throw InterchangeError(place: place(column), "expected a text, but found \(value.kind)")
        }
    }
}

/// Gives out the rows of a file one by one, in memory that does not grow with the file.
public struct DataRows: ~Copyable {
    private let file: String
    private var header: [String] = []
    /// One of the two, by the format.
    private var fields: SeparatedFields?
    private var lines: JSONLines?

    /// Opens a file, and reads the names of the columns where the first row has them.
    public init(opening url: URL, format: DataFormat) throws(InterchangeError) {
        file = url.displayPath
        do throws(InterchangeError) {
            switch format {
            case .jsonLines: lines = JSONLines(try ByteStream(opening: url))
            case .separated(let separator, let hasQuotes):
                var fields = SeparatedFields(try ByteStream(opening: url), separator: separator, hasQuotes: hasQuotes)
                guard let first = try fields.next() else {
                    throw InterchangeError(place: "line 1", "the file is empty; expected the names of the columns here")
                }
                header = try Self.header(first)
                self.fields = consume fields
            }
        } catch {
            throw error.at(file: file)
        }
    }

    private static func header(_ row: (line: Int, fields: [String])) throws(InterchangeError) -> [String] {
        var seen: Set<String> = []
        for (index, name) in row.fields.enumerated() {
            let place = "line \(row.line), column \(index + 1)"
            guard !name.isEmpty else { throw InterchangeError(place: place, "the column has no name") }
            guard seen.insert(name).inserted else {
                throw InterchangeError(place: place, "another column is named \(name.quoted) too")
            }
        }
        return row.fields
    }

    /// The next row, or nil at the end.
    ///
    /// - Throws: An error that names file, line and column where the file is not of its format.
    public mutating func next() throws(InterchangeError) -> DataRow? {
        do throws(InterchangeError) {
            if let row = try fields?.next() { return try named(row) }
            return try lines?.next()
        } catch {
            throw error.at(file: file)
        }
    }

    private func named(_ row: (line: Int, fields: [String])) throws(InterchangeError) -> DataRow {
        guard row.fields.count == header.count else {
            throw InterchangeError(
                place: "line \(row.line)",
                "the row has \(row.fields.count) fields, but the first row names \(header.count) columns")
        }
        return DataRow(
            line: row.line,
            values: JSONObject(distinct: zip(header, row.fields).map { JSONObject.Member(key: $0, value: .string($1)) }))
    }

    /// The names of the columns, where the first row has them.
    var columns: [String]? { header.isEmpty ? nil : header }
}
