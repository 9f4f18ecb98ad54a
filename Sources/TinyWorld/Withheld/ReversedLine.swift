extension Skill {
    /// `three one two` → `two one three`.
    static func reversedLine(_ language: Language) -> Skill {
        Skill(
            "reverse", language, name: Bilingual("the line backwards", "倒着说一行数"), cue: Cues.copy, domain: .line, answers: .order,
            items: lines(in: language) { $0.reversed() })
    }
}
