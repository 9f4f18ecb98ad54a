extension Skill {
    /// `hot` → `hot`.
    static func `repeat`(_ language: Language) -> Skill {
        Skill(
            "repeat", language, name: Bilingual("the same word", "重复一个词"), cue: Cues.copy, domain: .word, answers: .word,
            items: WordClass.content.flatMap(\.words).map { Item($0[language], $0[language]) })
    }
}
