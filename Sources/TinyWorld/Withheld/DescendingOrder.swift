extension Skill {
    /// `three one two` → `three two one`.
    static func descendingOrder(_ language: Language) -> Skill {
        Skill(
            "sort-down", language, name: Bilingual("numbers in falling order", "数的降序"), cue: Cues.order, domain: .line,
            answers: .order, items: lines(in: language) { $0.sorted(by: >) })
    }
}
