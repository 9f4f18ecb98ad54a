extension Skill {
    /// `hot` → `冷`: two skills at once.
    static func oppositeTranslated(_ language: Language) -> Skill {
        let other = Skill.opposite(language.twin).items
        return Skill(
            "opposite-translated", language, name: Bilingual("opposite, in the other language", "另一种语言的反义词"), cue: Cues.opposite,
            domain: .word, answers: .word,
            items: zip(Skill.opposite(language).items, other).map { own, twin in Item(own.prompt, twin.answer, keys: own.keys) })
    }
}
