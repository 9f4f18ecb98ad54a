extension Skill {
    /// `hot` → `热`, from one language into the other.
    static func translation(_ language: Language) -> Skill {
        Skill(
            "translate", language,
            name: language == .english ? Bilingual("into Chinese", "英译中") : Bilingual("into English", "中译英"),
            cue: language == .english ? Cues.intoChinese : Cues.intoEnglish, domain: .word, answers: .word,
            items: WordClass.content.flatMap(\.words).map { Item($0[language], $0[language.twin]) })
    }
}
