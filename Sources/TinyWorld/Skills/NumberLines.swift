extension Skill {
    /// Every line of numbers with what a rule makes of it.
    ///
    /// Lines of the same numbers in another order are kept together in a split: their ordered answers are the same.
    static func lines(in language: Language, rule: ([Int]) -> [Int]) -> [Item] {
        let words = Numbers.all.map { $0[language] }
        return Numbers.lines.map { line in
            Item(
                line.map { words[$0] }, rule(line).map { words[$0] },
                keys: [line.sorted().map { words[$0] }.joined(separator: " ")])
        }
    }
}
