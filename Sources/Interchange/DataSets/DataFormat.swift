public import Foundation

/// How a data set's rows are written in its file.
public enum DataFormat: Hashable, Sendable {
    /// One row a line, fields separated by a mark, names of the columns in the first row.
    ///
    /// With `hasQuotes` a field that begins with a quotation mark ends at the next single one; inside it stand separators, line breaks,
    /// and quotation marks as pairs of them (RFC 4180). Without, quotation marks are plain characters.
    case separated(by: Separator, hasQuotes: Bool)
    /// One JSON object a line.
    case jsonLines

    public enum Separator: UInt8, Hashable, Sendable {
        case comma = 0x2C
        case tab = 0x09

        var name: String { self == .comma ? "comma" : "tab" }
    }

    public static let csv = DataFormat.separated(by: .comma, hasQuotes: true)
    public static let tsv = DataFormat.separated(by: .tab, hasQuotes: true)

    /// The format by a file's name: `.csv`, `.tsv`, `.jsonl` or `.ndjson`.
    ///
    /// - Throws: An error that names the file if its name says nothing.
    public init(of url: URL) throws(InterchangeError) {
        switch url.pathExtension.lowercased() {
        case "csv": self = .csv
        case "tsv", "tab": self = .tsv
        case "jsonl", "ndjson": self = .jsonLines
        default:
            throw InterchangeError(
                file: url.displayPath,
                "the format of the data is not clear from the name; expected one ending in .csv, .tsv or .jsonl")
        }
    }
}
