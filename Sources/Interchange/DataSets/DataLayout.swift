/// Which columns of a data set make a prompt and its completion.
public enum DataLayout: Hashable, Sendable {
    /// A text and its class: the prompt is the text, the completion a space and the label.
    case classification(text: String, label: String)
    /// A text and how it goes on, both as they are.
    case completion(prompt: String, completion: String)
    /// A task, what it is about (which may be empty or missing), and the answer: the prompt is task and input, each with a line break
    /// behind it.
    case instruction(instruction: String, input: String, output: String)
    /// A conversation, as a list of objects with `role` and `content`: the completion is what the assistant says last, behind a space;
    /// the prompt is what was said before, a line `role: content` each, and `assistant:`.
    case conversation(messages: String)

    /// A role that a column can have.
    public enum Role: String, Hashable, Sendable, CaseIterable {
        case text, label, prompt, completion, instruction, input, output, messages
    }

    /// Finds the layout by the names of the columns.
    ///
    /// - Parameter names: Columns that have a role under another name.
    /// - Throws: An error that says which columns there are and which were expected.
    init(columns: [String], names: [Role: String]) throws(InterchangeError) {
        func name(_ role: Role) -> String { names[role] ?? role.rawValue }
        for (role, name) in names.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where !columns.contains(name) {
            throw InterchangeError(
                "there is no column \(name.quoted), which was given as \(role.rawValue); the columns are \(Self.list(columns))")
        }
        // A role that was given decides before the names that are only there.
        let candidates: [(roles: [Role], layout: DataLayout)] = [
            ([.messages], .conversation(messages: name(.messages))),
            ([.instruction, .output], .instruction(instruction: name(.instruction), input: name(.input), output: name(.output))),
            ([.prompt, .completion], .completion(prompt: name(.prompt), completion: name(.completion))),
            ([.text, .label], .classification(text: name(.text), label: name(.label))),
        ]
        let possible = candidates.filter { $0.roles.allSatisfy { columns.contains(name($0)) } }
        guard let found = possible.first(where: { $0.roles.contains { names[$0] != nil } }) ?? possible.first else {
            throw InterchangeError(
                "the columns are \(Self.list(columns)); expected text and label, prompt and completion, instruction and output, "
                    + "or messages, or to be told which columns these are")
        }
        self = found.layout
    }

    private static func list(_ columns: [String]) -> String {
        columns.isEmpty ? "none" : columns.map(\.quoted).joined(separator: ", ")
    }

    /// The column of the completion.
    var target: String {
        switch self {
        case .classification(_, let label): label
        case .completion(_, let completion): completion
        case .instruction(_, _, let output): output
        case .conversation(let messages): messages
        }
    }

    func prompt(of row: DataRow) throws(InterchangeError) -> String {
        switch self {
        case .classification(let text, _): return try row.text(text)
        case .completion(let prompt, _): return try row.text(prompt)
        case .instruction(let instruction, let input, _):
            let task = try row.text(instruction) + "\n"
            let about = row.values[input] ?? .null
            return about == .null || about == "" ? task : task + (try row.text(input)) + "\n"
        case .conversation(let messages):
            let turns = try Self.turns(row, messages).dropLast()
            return turns.map { "\($0.role): \($0.content)\n" }.joined() + "assistant:"
        }
    }

    func completion(of row: DataRow) throws(InterchangeError) -> String {
        switch self {
        case .classification(_, let label): return " " + (try row.text(label))
        case .completion(_, let completion): return try row.text(completion)
        case .instruction(_, _, let output): return try row.text(output)
        case .conversation(let messages): return " " + (try Self.turns(row, messages).last?.content ?? "")
        }
    }

    /// What is said up to the assistant's last word.
    private static func turns(_ row: DataRow, _ column: String) throws(InterchangeError) -> [(role: String, content: String)] {
        let place = row.place(column)
        guard let list = row.values[column]?.array else {
            throw InterchangeError(
                place: place, "expected a list of messages, but found \(row.values[column]?.kind ?? "nothing")")
        }
        var turns: [(role: String, content: String)] = []
        for (index, message) in list.enumerated() {
            guard let role = message.object?["role"]?.string, let content = message.object?["content"]?.string else {
                throw InterchangeError(place: place, "message \(index + 1) is not an object with the texts role and content")
            }
            turns.append((role, content))
        }
        guard let last = turns.lastIndex(where: { $0.role == "assistant" }) else {
            throw InterchangeError(place: place, "no message is the assistant's")
        }
        return Array(turns[...last])
    }
}
