/// The words of the world in the order of their ids.
///
/// Marks come first (`<pad>` is 0, `<end>` is 1), then the words without a twin, then each class of words, every word beside its
/// twin.
public struct Vocabulary: Sendable, Hashable {
    /// The words, at their ids.
    public let words: [String]
    private let ids: [String: Int32]

    init() {
        var words = Marks.all + Reviews.functionWords.flatMap(\.words)
        for wordClass in WordClass.all {
            for word in wordClass.words { words += [word.english, word.chinese] }
        }
        self.words = words
        ids = Dictionary(uniqueKeysWithValues: zip(words, 0...))
    }

    public var count: Int { words.count }

    /// The id of a word; `nil` of a word that the world does not have.
    public func id(of word: String) -> Int32? { ids[word] }

    /// The ids of words.
    ///
    /// - Throws: ``WorldError/unknownWord(_:)`` at the first word that the world does not have.
    public func ids(of words: some Sequence<String>) throws(WorldError) -> [Int32] {
        var result: [Int32] = []
        for word in words {
            guard let id = ids[word] else { throw .unknownWord(word) }
            result.append(id)
        }
        return result
    }

    /// The words at some ids.
    ///
    /// - Precondition: Each id is in `0..<count`.
    public func words(at ids: some Sequence<Int32>) -> [String] { ids.map { words[Int($0)] } }
}
