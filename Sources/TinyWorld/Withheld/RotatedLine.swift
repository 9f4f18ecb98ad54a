extension Skill {
    /// `three one two` → `one two three`: the first number goes to the end.
    static func rotatedLine(_ language: Language) -> Skill {
        Skill(
            "rotate", language, name: Bilingual("the first number last", "首数移到末尾"), cue: Cues.copy, domain: .line,
            answers: .order, items: lines(in: language) { Array($0.dropFirst()) + $0.prefix(1) })
    }
}
