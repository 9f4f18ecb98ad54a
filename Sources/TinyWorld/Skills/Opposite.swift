extension Skill {
    /// `hot` → `cold`.
    static func opposite(_ language: Language) -> Skill {
        let pairs = Adjectives.pairs + Feelings.pairs
        return Skill(
            "opposite", language, name: Bilingual("opposite", "反义词"), cue: Cues.opposite, domain: .word, answers: .word,
            items: pairs.flatMap { pair in
                let (first, second) = (pair.first[language], pair.second[language])
                return [Item(first, second, key: "\(first)/\(second)"), Item(second, first, key: "\(first)/\(second)")]
            })
    }
}
