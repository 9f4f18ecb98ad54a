public import Foundation

extension Encodable {
    /// The value as JSON for people and programs: indented, keys sorted, a line feed at the end; the same bytes for the same value.
    ///
    /// - Parameter snakeCase: Whether keys are written `like_this`.
    public func readableJSON(snakeCase: Bool) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
        return try encoder.encode(self) + Data("\n".utf8)
    }
}
