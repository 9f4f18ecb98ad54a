extension Skill {
    /// `banana` → `blue`: the colour across the wheel from a thing's own. Pretraining never pairs colours.
    static func contrastingColour(_ language: Language) -> Skill {
        let contrasts = [
            (Colours.red, Colours.green), (Colours.yellow, Colours.blue), (Colours.black, Colours.white),
            (Colours.brown, Colours.pink),
        ]
        let contrast = Dictionary(uniqueKeysWithValues: contrasts.flatMap { [($0, $1), ($1, $0)] })
        return Skill(
            "contrast", language, name: Bilingual("contrasting colour", "对比色"), cue: Cues.colour, domain: .word, answers: .label,
            items: Things.all.compactMap { thing in
                thing.colour.flatMap { contrast[$0] }.map { Item(thing.word[language], $0[language]) }
            })
    }
}
