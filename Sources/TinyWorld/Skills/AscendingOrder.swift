extension Skill {
    /// `three one two` → `one two three`.
    static func ascendingOrder(_ language: Language) -> Skill {
        Skill(
            "sort", language, name: Bilingual("numbers in order", "数的排序"), cue: Cues.order, domain: .line, answers: .order,
            items: lines(in: language) { $0.sorted() })
    }
}
