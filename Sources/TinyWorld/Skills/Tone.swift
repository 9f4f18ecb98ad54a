extension Skill {
    /// `the soup was fresh and sweet` → `good`.
    static func tone(_ language: Language) -> Skill {
        let verdicts = Adjectives.judging[0]
        return Skill(
            "tone", language, name: Bilingual("tone of a review", "评价的语气"), cue: Cues.tone, domain: .review, answers: .label,
            items: reviews(in: language) { ($0.isPleasant ? verdicts.first : verdicts.second)[language] })
    }
}
