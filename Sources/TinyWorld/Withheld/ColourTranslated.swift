extension Skill {
    /// `banana` → `黄色`: two skills at once.
    static func colourTranslated(_ language: Language) -> Skill {
        let other = Skill.colour(language.twin).items
        return Skill(
            "colour-translated", language, name: Bilingual("colour, in the other language", "另一种语言的颜色"), cue: Cues.colour,
            domain: .word, answers: .label,
            items: zip(Skill.colour(language).items, other).map { own, twin in Item(own.prompt, twin.answer, keys: own.keys) })
    }
}
