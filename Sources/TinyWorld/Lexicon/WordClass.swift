/// A class of words, in the order of the vocabulary.
public struct WordClass: Sendable, Hashable {
    public let id: String
    public let name: Bilingual
    /// Words with their twins.
    public let words: [Bilingual]

    /// Every class whose words have twins.
    public static let all = [
        WordClass(id: "cues", name: Bilingual("cue words", "提示词"), words: Cues.all),
        WordClass(id: "adjectives", name: Bilingual("adjectives", "形容词"), words: Adjectives.pairs.flatMap(\.words)),
        WordClass(id: "feelings", name: Bilingual("feelings", "感受"), words: Feelings.pairs.flatMap(\.words)),
        WordClass(id: "things", name: Bilingual("things, animals, foods", "事物、动物、食物"), words: Things.all.map(\.word)),
        WordClass(id: "colours", name: Bilingual("colours", "颜色"), words: Colours.all),
        WordClass(id: "kinds", name: Bilingual("kinds", "种类"), words: Things.kinds + [Feelings.kind]),
        WordClass(id: "numbers", name: Bilingual("numbers", "数"), words: Numbers.all),
    ]

    /// The classes that are spoken of: all but the cue words, which speak about the others.
    static let content = all.filter { $0.id != "cues" }
}
