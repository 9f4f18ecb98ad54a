extension Skill {
    /// What pretraining teaches. A skill is registered by one word here.
    static let pretrained: [Skill] = Language.allCases.flatMap { language in
        [
            opposite, translation, colour, kind, nextNumber, `repeat`,
            repeatLine, ascendingOrder,
            tone, topic,
        ].map { $0(language) }
    }
}
