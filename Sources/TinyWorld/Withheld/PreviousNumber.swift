extension Skill {
    /// `two` → `one`.
    static func previousNumber(_ language: Language) -> Skill {
        Skill(
            "previous", language, name: Bilingual("previous number", "上一个数"), cue: Cues.next, domain: .word, answers: .word,
            items: zip(Numbers.all.dropFirst(), Numbers.all).map { Item($0[language], $1[language]) })
    }
}
