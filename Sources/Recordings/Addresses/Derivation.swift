/// How a number that stands in no file comes from numbers that do: a function and the addresses of its arguments, for example
/// `cosine(s120/prompt.embeddings[3], model/transformer.wte.weight[17])`.
///
/// A figure may compute such a number for display; with its derivation it can still be looked up.
public struct Derivation: Hashable, Sendable {
    /// For example `cosine`, `norm`, `mean`, `difference`.
    public let function: String
    public let arguments: [Address]
    /// Which element of the result is meant, where it has more than one: an index for each axis, `nil` for all of an axis.
    public let element: [Int?]

    public init(_ function: String, _ arguments: Address...) { self.init(function, arguments: arguments) }

    public init(_ function: String, arguments: [Address], element: [Int?] = []) {
        self.function = function
        self.arguments = arguments
        self.element = element
    }

    /// Reads a derivation, if the text is one: an address has no parentheses.
    ///
    /// - Returns: `nil` of a text without parentheses.
    /// - Throws: ``AddressError/malformed(_:column:expected:)``.
    public init?(parsing text: String) throws(AddressError) {
        guard let open = text.firstIndex(of: "(") else { return nil }
        guard open > text.startIndex, let close = text.lastIndex(of: ")"), close > open else {
            throw .malformed(text, column: text.count + 1, expected: "a function's name, then its arguments in parentheses")
        }
        var arguments: [Address] = []
        for part in text[text.index(after: open)..<close].split(separator: ", ", omittingEmptySubsequences: false) {
            arguments.append(try Address(parsing: String(part)))
        }
        let rest = text[text.index(after: close)...]
        let element = rest.isEmpty ? [] : try Address(parsing: "result" + rest).element
        self.init(String(text[..<open]), arguments: arguments, element: element)
    }
}

extension Derivation: CustomStringConvertible {
    public var description: String {
        let whole = "\(function)(\(arguments.map(\.description).joined(separator: ", ")))"
        return element.isEmpty ? whole : whole + Address.text(ofElement: element)
    }
}
