/// Text with places for a row's values, such as `"{text} ="`. Braces that mean themselves are doubled.
public struct PromptTemplate: Hashable, Sendable {
    private let parts: [Part]

    private enum Part: Hashable, Sendable {
        case text(String)
        case column(String)
    }

    /// - Throws: An error that says which brace is not closed, not opened, or names no column.
    public init(_ template: String) throws(InterchangeError) {
        var parts: [Part] = []
        var text = String.UnicodeScalarView()
        var rest = Array(template.unicodeScalars)[...]
        func wrong(_ problem: String) -> InterchangeError { InterchangeError(place: "template \(template.quoted)", problem) }
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                text.append(scalar)
                rest.removeFirst()
            case "{":
                guard let end = rest.firstIndex(of: "}") else {
                    throw wrong("a brace is opened and not closed; write {{ for a brace")
                }
                let name = String(String.UnicodeScalarView(rest[..<end]))
                guard !name.isEmpty, !name.contains("{") else { throw wrong("expected the name of a column between the braces") }
                if !text.isEmpty { parts.append(.text(String(text))) }
                text = String.UnicodeScalarView()
                parts.append(.column(name))
                rest = rest[(end + 1)...]
            case "}": throw wrong("a brace is closed that was not opened; write }} for a brace")
            default: text.append(scalar)
            }
        }
        if !text.isEmpty { parts.append(.text(String(text))) }
        self.parts = parts
    }

    /// A template that is one column's value with text before and behind it.
    init(before: String = "", column: String, behind: String = "") {
        parts = [.text(before), .column(column), .text(behind)]
    }

    /// The columns that it needs.
    public var columns: [String] {
        parts.compactMap { if case .column(let name) = $0 { name } else { nil } }
    }

    /// The text for a row.
    ///
    /// - Throws: An error that names line and column of a value that is missing or no text.
    public func text(of row: DataRow) throws(InterchangeError) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let part): text += part
            case .column(let name): text += try row.text(name)
            }
        }
        return text
    }
}
