extension Skill {
    /// `banana` → `fruit`.
    static func kind(_ language: Language) -> Skill {
        let things = Things.all.map { ($0.word, $0.kind) } + Feelings.pairs.flatMap(\.words).map { ($0, Feelings.kind) }
        return Skill(
            "kind", language, name: Bilingual("kind of a thing", "事物的种类"), cue: Cues.kind, domain: .word, answers: .label,
            items: things.map { word, kind in Item(word[language], kind[language]) })
    }
}
