extension Skill {
    /// `the soup was fresh and sweet` → `soup`.
    static func topic(_ language: Language) -> Skill {
        Skill(
            "topic", language, name: Bilingual("topic of a review", "评价的主题"), cue: Cues.topic, domain: .review, answers: .label,
            items: reviews(in: language) { $0.subject[language] })
    }
}
