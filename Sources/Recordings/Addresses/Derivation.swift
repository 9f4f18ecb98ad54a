/// How a number that stands in no file comes from numbers that do: a function's name and the addresses of its arguments,
/// for example `cosine(s120/prompt.embeddings[3], model/transformer.wte.weight[17])`.
///
/// A figure may compute such a number for display; with its derivation it can still be looked up.
public struct Derivation: Hashable, Sendable, CustomStringConvertible {
    public let function: String
    public let arguments: [Address]

    public init(_ function: String, _ arguments: Address...) { self.init(function, arguments: arguments) }

    public init(_ function: String, arguments: [Address]) {
        self.function = function
        self.arguments = arguments
    }

    public var description: String { "\(function)(\(arguments.map(\.description).joined(separator: ", ")))" }
}
