extension Skill {
    /// Every review with what a rule says of it. A held-out review has judging words that no other part of a split has.
    static func reviews(in language: Language, rule: (Reviews.Review) -> String) -> [Item] {
        Reviews.all(in: language).map { review in
            Item(review.words, [rule(review)], keys: review.pairs.map { $0.first[language] })
        }
    }
}
