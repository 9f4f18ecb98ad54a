/// Turns text into the token ids that a model reads, and back.
public protocol Tokenizer: Sendable {
    /// One more than the largest id: rows that an embedding needs.
    var vocabularySize: Int { get }

    /// Tokens that stand for no text, such as the end of a text, by id.
    var specialTokens: [SpecialToken] { get }

    /// The ids of a text.
    ///
    /// Special tokens that are written out in the text get their ids.
    ///
    /// - Parameter addingSpecialTokens: Whether to put those around the text that the tokenizer's template asks for.
    /// - Throws: An error that names a word for which there is no id.
    func encode(_ text: String, addingSpecialTokens: Bool) throws(InterchangeError) -> [Int32]

    /// The text of ids. Ids that are none of the tokenizer's stand for nothing; bytes that are not UTF-8 become U+FFFD.
    func decode(_ ids: some Sequence<Int32>, skippingSpecialTokens: Bool) -> String

    /// The token of an id as the vocabulary writes it.
    func token(of id: Int32) -> String?

    /// The id of a token as the vocabulary writes it.
    func id(of token: String) -> Int32?

    /// The token of an id as a reader should see it: with its spaces, and as bytes where it is only part of a character.
    func displayText(of id: Int32) -> String
}

extension Tokenizer {
    /// The ids of a text, without special tokens around it.
    public func encode(_ text: String) throws(InterchangeError) -> [Int32] { try encode(text, addingSpecialTokens: false) }

    /// The text of ids, with special tokens written out.
    public func decode(_ ids: some Sequence<Int32>) -> String { decode(ids, skippingSpecialTokens: false) }
}

/// A token that stands for no text.
public struct SpecialToken: Hashable, Sendable {
    public let text: String
    public let id: Int32
}
