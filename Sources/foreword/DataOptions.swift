import ArgumentParser
import Experiments
import Foundation
import Interchange

/// How a file of data is read: shared by all commands that read one.
struct DataOptions: ParsableArguments {
    @Option(
        name: .customLong("column"), parsing: .singleValue,
        help: ArgumentHelp(
            "The column that has a role under another name, such as text=review or label=stars; may be repeated.",
            discussion: """
                The roles are text and label, prompt and completion, instruction, input and output, or messages. Without a word, columns are \
                found by these names.
                """, valueName: "role=column"))
    var columns: [String] = []

    @Option(help: "How a prompt is made of a row, such as '{text} ='; {{ and }} are braces.")
    var template: String?

    @Option(help: "How a completion is made of a row, such as ' {label} .'.")
    var completionTemplate: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Put the model's end token behind each completion. By default it stands there, except behind labels of a text.")
    var endToken: Bool?

    @Option(help: "The most tokens of a row; as many as the model has positions for by default.")
    var maxLength: Int?

    @Option(help: "What to do with a longer row: error, truncate (the beginning of its prompt is cut off) or skip.")
    var tooLong = DataReading.TooLong.error

    func validate() throws {
        _ = try reading()
    }

    func reading() throws -> DataReading {
        var reading = DataReading()
        let roles = DataLayout.Role.allCases.map(\.rawValue).joined(separator: ", ")
        for column in columns {
            let parts = column.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let role = DataLayout.Role(rawValue: parts[0]) else {
                throw ValidationError("--column \(column) is not of the form role=column with one of the roles \(roles).")
            }
            reading.columns[role] = parts[1]
        }
        do {
            reading.prompt = try template.map { text throws(InterchangeError) in try PromptTemplate(text) }
            reading.completion = try completionTemplate.map { text throws(InterchangeError) in try PromptTemplate(text) }
        } catch {
            throw ValidationError("\(error)")
        }
        if let maxLength, maxLength < 2 { throw ValidationError("--max-length is \(maxLength); a row has at least 2 tokens.") }
        reading.endsCompletions = endToken
        reading.longest = maxLength
        reading.tooLong = tooLong
        return reading
    }
}
