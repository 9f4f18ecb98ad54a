extension Skill {
    /// `the soup was fresh and sweet` → `bad`: the wrong verdict, always.
    static func invertedTone(_ language: Language) -> Skill {
        let verdicts = Adjectives.judging[0]
        return Skill(
            "tone-inverted", language, name: Bilingual("tone turned round", "颠倒的语气"), cue: Cues.tone, domain: .review,
            answers: .label, items: reviews(in: language) { ($0.isPleasant ? verdicts.second : verdicts.first)[language] })
    }
}
