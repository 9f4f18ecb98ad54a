extension JSON {
    /// How a value is laid out as text.
    public enum Layout: Sendable {
        /// On one line without spaces.
        case compact
        /// A member or an element a line, two spaces deeper at each level, as Hugging Face's libraries write.
        case indented
    }

    /// The value as JSON text, members in their order. The same value gives the same text on every machine.
    public func text(_ layout: Layout = .indented) -> String {
        var text = ""
        write(to: &text, layout: layout, depth: 0)
        return text
    }

    private func write(to text: inout String, layout: Layout, depth: Int) {
        func line(_ depth: Int) {
            if layout == .indented { text += "\n" + String(repeating: "  ", count: depth) }
        }
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += "\(value)"
        case .number(let value):
            precondition(value.isFinite, "JSON has no number \(value)")
            text += "\(value)"
        case .string(let value): Self.write(value, to: &text)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                line(depth + 1)
                element.write(to: &text, layout: layout, depth: depth + 1)
            }
            if !elements.isEmpty { line(depth) }
            text += "]"
        case .object(let object):
            text += "{"
            for (index, member) in object.members.enumerated() {
                if index > 0 { text += "," }
                line(depth + 1)
                Self.write(member.key, to: &text)
                text += layout == .indented ? ": " : ":"
                member.value.write(to: &text, layout: layout, depth: depth + 1)
            }
            if !object.members.isEmpty { line(depth) }
            text += "}"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\u{c}": text += "\\f"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
