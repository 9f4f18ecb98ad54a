extension Skill {
    /// `banana` → `yellow`.
    static func colour(_ language: Language) -> Skill {
        Skill(
            "colour", language, name: Bilingual("colour of a thing", "事物的颜色"), cue: Cues.colour, domain: .word, answers: .label,
            items: Things.all.compactMap { thing in
                thing.colour.map { Item(thing.word[language], $0[language]) }
            })
    }
}
