/// One thing that a skill is asked and what it answers: `hot` and `cold`.
public struct Item: Sendable, Hashable {
    /// What is asked, word by word.
    public let prompt: [String]
    /// What is answered, word by word.
    public let answer: [String]
    /// What of the item must be new in a held-out one. Items that share a key never come to lie in different parts of a split.
    ///
    /// It is usually the word that is asked; of a pair of opposites it is the pair, for who has seen `hot = cold` has been told
    /// about `cold` as well.
    public let keys: [String]

    init(_ prompt: [String], _ answer: [String], keys: [String]? = nil) {
        self.prompt = prompt
        self.answer = answer
        self.keys = keys ?? prompt
    }

    init(_ prompt: String, _ answer: String, key: String? = nil) {
        self.init([prompt], [answer], keys: [key ?? prompt])
    }
}
