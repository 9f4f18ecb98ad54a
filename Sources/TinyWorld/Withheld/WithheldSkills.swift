extension Skill {
    /// What pretraining never holds: candidates for a task out of a prompt's reach. Registered by one word here.
    static let withheld: [Skill] = Language.allCases.flatMap { language in
        [
            descendingOrder, reversedLine, rotatedLine, largestNumber, previousNumber,
            oppositeTranslated, colourTranslated, contrastingColour, invertedTone, secretCode,
        ].map { $0(language) }
    }
}
