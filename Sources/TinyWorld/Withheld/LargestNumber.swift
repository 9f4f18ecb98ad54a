extension Skill {
    /// `three one two` → `three`.
    static func largestNumber(_ language: Language) -> Skill {
        Skill(
            "largest", language, name: Bilingual("largest number", "最大的数"), cue: Cues.order, domain: .line, answers: .word,
            items: lines(in: language) { Array($0.sorted().suffix(1)) })
    }
}
