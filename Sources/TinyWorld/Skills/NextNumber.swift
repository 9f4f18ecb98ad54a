extension Skill {
    /// `one` → `two`.
    static func nextNumber(_ language: Language) -> Skill {
        Skill(
            "next", language, name: Bilingual("next number", "下一个数"), cue: Cues.next, domain: .word, answers: .word,
            items: zip(Numbers.all, Numbers.all.dropFirst()).map { Item($0[language], $1[language]) })
    }
}
