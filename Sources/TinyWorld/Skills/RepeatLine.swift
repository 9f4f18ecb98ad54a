extension Skill {
    /// `three one two` → `three one two`.
    static func repeatLine(_ language: Language) -> Skill {
        Skill(
            "repeat-line", language, name: Bilingual("the same line", "重复一行数"), cue: Cues.copy, domain: .line, answers: .order,
            items: lines(in: language) { $0 })
    }
}
