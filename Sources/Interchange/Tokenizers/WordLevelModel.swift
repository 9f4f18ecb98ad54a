/// A vocabulary of whole words.
struct WordLevelModel: TokenModel {
    let vocabulary: TokenVocabulary
    /// The token for words that are not in the vocabulary.
    let unknown: String?

    func encode(_ piece: ArraySlice<Unicode.Scalar>, into ids: inout [Int32]) throws(InterchangeError) {
        let word = String(String.UnicodeScalarView(piece))
        guard let id = vocabulary.id(of: word) ?? unknown.flatMap(vocabulary.id(of:)) else {
            throw InterchangeError(
                place: "word \(word.quoted)",
                "it is not among the \(vocabulary.count) words of the vocabulary, which has no token for unknown words either")
        }
        ids.append(id)
    }
}
