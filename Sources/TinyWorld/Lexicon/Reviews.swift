/// Reviews of one sentence: something, and what was good or bad about it.
enum Reviews {
    /// Words that only reviews need, and that have no twin.
    static let functionWords: [(language: Language, words: [String])] = [
        (.english, ["the", "was", "and", "brought"]), (.chinese, ["这", "又", "带来"]),
    ]

    struct Review {
        /// The sentence, word by word.
        var words: [String]
        var subject: Bilingual
        var isPleasant: Bool
        /// The opposites that its judging words come from.
        var pairs: [OppositePair]
    }

    /// "the soup was fresh and sweet": two different judging adjectives of one tone.
    static func praising(in language: Language) -> [Review] {
        Things.reviewed.flatMap { subject in
            [true, false].flatMap { isPleasant in
                Adjectives.judging.flatMap { first in
                    Adjectives.judging.filter { $0 != first }.map { second in
                        let (thing, one, other) = (
                            subject.word[language], word(of: first, isPleasant)[language], word(of: second, isPleasant)[language]
                        )
                        return Review(
                            words: language == .english
                                ? ["the", thing, "was", one, "and", other] : ["这", thing, "又", one, "又", other],
                            subject: subject.word, isPleasant: isPleasant, pairs: [first, second])
                    }
                }
            }
        }
    }

    /// "the film brought joy": one feeling.
    static func moving(in language: Language) -> [Review] {
        Things.reviewed.flatMap { subject in
            [true, false].flatMap { isPleasant in
                Feelings.pairs.map { pair in
                    let (thing, feeling) = (subject.word[language], word(of: pair, isPleasant)[language])
                    return Review(
                        words: language == .english ? ["the", thing, "brought", feeling] : ["这", thing, "带来", feeling],
                        subject: subject.word, isPleasant: isPleasant, pairs: [pair])
                }
            }
        }
    }

    static func all(in language: Language) -> [Review] { praising(in: language) + moving(in: language) }

    private static func word(of pair: OppositePair, _ isPleasant: Bool) -> Bilingual { isPleasant ? pair.first : pair.second }
}
