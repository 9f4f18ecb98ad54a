/// The part of a tokenizer that knows a vocabulary: it gives ids to a piece of text.
protocol TokenModel: Sendable {
    /// Appends the ids of a piece.
    func encode(_ piece: ArraySlice<Unicode.Scalar>, into ids: inout [Int32]) throws(InterchangeError)

    var vocabulary: TokenVocabulary { get }
}

/// Tokens and their ids, both ways.
struct TokenVocabulary: Sendable {
    private let ids: [ExactText: Int32]
    private let tokens: [Int32: String]
    let largest: Int32

    /// - Throws: An error that names the token whose id is no number from 0, or another token's too.
    init(_ members: [(token: String, id: JSON)]) throws(InterchangeError) {
        var ids: [ExactText: Int32] = [:]
        var tokens: [Int32: String] = [:]
        var largest: Int32 = -1
        for (token, value) in members {
            guard let number = value.integer, let id = Int32(exactly: number), id >= 0 else {
                throw InterchangeError(
                    place: "token \(token.quoted)", "expected a whole number from 0 as its id, but found \(value.kind)")
            }
            if let other = tokens.updateValue(token, forKey: id) {
                throw InterchangeError(place: "token \(token.quoted)", "its id \(id) is also that of \(other.quoted)")
            }
            ids[ExactText(token)] = id
            largest = max(largest, id)
        }
        self.ids = ids
        self.tokens = tokens
        self.largest = largest
    }

    func id(of token: String) -> Int32? { ids[ExactText(token)] }

    func token(of id: Int32) -> String? { tokens[id] }

    var count: Int { ids.count }
}
