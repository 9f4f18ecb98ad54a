public import Foundation

/// A text that a model is given, and the text that it should go on with.
public struct PromptCompletion: Hashable, Sendable {
    public let prompt: String
    public let completion: String
    /// The line of the file in which its row begins, counted from 1.
    public let line: Int

    public init(prompt: String, completion: String, line: Int) {
        self.prompt = prompt
        self.completion = completion
        self.line = line
    }
}

/// A data set of a reader's in a file: rows of CSV, TSV or JSON Lines, and how they become prompts with completions.
///
/// Rows are read one by one each time they are asked for; the file is never in memory as a whole.
public struct DataSet: Sendable {
    public let url: URL
    public let format: DataFormat
    public let layout: DataLayout
    private let prompt: PromptTemplate?
    private let completion: PromptTemplate?

    /// Opens a file and finds out how its columns are to be read.
    ///
    /// - Parameters:
    ///   - format: By the file's name where it is nil.
    ///   - columns: Columns that have a role under another name, as in `[.text: "review", .label: "stars"]`.
    ///   - prompt: How the prompt is made of a row, such as `"{text} ="`, instead of the layout's way.
    ///   - completion: How the completion is, likewise.
    /// - Throws: An error that names the file, and line and column, if it cannot be read or its columns say nothing.
    public init(
        opening url: URL, format: DataFormat? = nil, columns: [DataLayout.Role: String] = [:], prompt: PromptTemplate? = nil,
        completion: PromptTemplate? = nil
    ) throws(InterchangeError) {
        self.url = url
        self.format = if let format { format } else { try DataFormat(of: url) }
        self.prompt = prompt
        self.completion = completion
        var rows = try DataRows(opening: url, format: self.format)
        guard let first = try rows.next() else {
            throw InterchangeError(file: url.displayPath, "the file holds no rows of data")
        }
        do throws(InterchangeError) {
            layout = try DataLayout(columns: first.values.keys, names: columns)
            for name in (prompt?.columns ?? []) + (completion?.columns ?? []) where first.values[name] == nil {
                let held = first.values.keys.map { $0.quoted }.joined(separator: ", ")
                throw InterchangeError("the template asks for the column \(name.quoted), but the columns are \(held)")
            }
        } catch {
            throw error.at(file: url.displayPath, place: "line \(rows.columns == nil ? first.line : 1)")
        }
    }

    /// The rows from the first.
    public func rows() throws(InterchangeError) -> DataRows { try DataRows(opening: url, format: format) }

    /// The prompts and completions from the first.
    public func examples() throws(InterchangeError) -> Examples { Examples(of: self, rows: try rows()) }

    /// Calls a closure for each prompt with its completion.
    public func forEachExample(
        _ body: (PromptCompletion) throws(InterchangeError) -> Void
    ) throws(InterchangeError) {
        var examples = try examples()
        while let example = try examples.next() { try body(example) }
    }

    /// Gives out prompts and completions one by one.
    public struct Examples: ~Copyable {
        private let dataSet: DataSet
        private var rows: DataRows

        fileprivate init(of dataSet: DataSet, rows: consuming DataRows) {
            self.dataSet = dataSet
            self.rows = rows
        }

        /// The next prompt with its completion, or nil at the end.
        ///
        /// - Throws: An error that names file, line and column of a value that is missing, no text, or an empty completion.
        public mutating func next() throws(InterchangeError) -> PromptCompletion? {
            guard let row = try rows.next() else { return nil }
            do throws(InterchangeError) { return try dataSet.example(row) } catch {
                throw error.at(file: dataSet.url.displayPath)
            }
        }
    }

    private func example(_ row: DataRow) throws(InterchangeError) -> PromptCompletion {
        let completionText = if let completion { try completion.text(of: row) } else { try layout.completion(of: row) }
        let isEmpty: Bool
        if case .conversation = layout {
            isEmpty = Self.isBlank(completionText)
        } else {
            isEmpty = Self.isBlank(try row.text(layout.target))
        }
        if isEmpty {
            throw InterchangeError(
                place: row.place(layout.target), "it is empty, so there is nothing to learn from this row; fill or remove it")
        }
        let promptText = if let prompt { try prompt.text(of: row) } else { try layout.prompt(of: row) }
        return PromptCompletion(prompt: promptText, completion: completionText, line: row.line)
    }

    private static func isBlank(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(\.isSpace) }
}
