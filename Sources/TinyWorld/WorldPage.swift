/// The world on one page: its words by class, and its skills with examples and splits, in one of its languages.
///
/// Names and headings are in the language of the page; words stand in both.
public struct WorldPage: Sendable, Hashable, Codable {
    /// The words of a class.
    public struct Words: Sendable, Hashable, Codable {
        public let name: String
        /// Words with their twins; a word without one stands alone.
        public let words: [[String]]
    }

    /// A skill and the tuning task made of it.
    public struct Entry: Sendable, Hashable, Codable {
        public let id: String
        public let name: String
        /// The cue in both languages.
        public let cue: Bilingual
        /// Whether pretraining teaches it.
        public let isTaught: Bool
        /// How many prompts it has an answer to.
        public let items: Int
        /// Examples as tuning sees them: `hot = cold`.
        public let seen: [String]
        /// Examples that are held out for the test.
        public let heldOut: [String]
        /// Examples in each part of the split.
        public let sizes: Sizes
        /// How often someone is right who knows only the form of the answers, 0…1.
        public let chance: Double
        /// How often someone is right who knows every skill and picks one that fits the bare prompt, 0…1.
        public let ambiguousLevel: Double
    }

    public struct Sizes: Sendable, Hashable, Codable {
        public let train: Int
        public let validation: Int
        public let test: Int
    }

    public let language: Language
    public let seed: UInt64
    public let vocabularySize: Int
    public let words: [Words]
    public let skills: [Entry]
    /// A few rows of pretraining, as text.
    public let rows: [String]
}

extension World {
    /// The world on one page.
    ///
    /// - Parameters:
    ///   - examples: How many examples to show of each part.
    ///   - rows: How many rows of pretraining to show.
    public func page(in language: Language, examples: Int = 3, rows: Int = 6) throws(WorldError) -> WorldPage {
        var entries: [WorldPage.Entry] = []
        for skill in skills + withheldSkills {
            let task = try task(skill.id)
            let lines = { (part: [Example]) in part.prefix(examples).map { self.text(of: $0.prompt + $0.completion) } }
            entries.append(
                WorldPage.Entry(
                    id: skill.id, name: skill.name[language], cue: skill.cue, isTaught: skills.contains { $0.id == skill.id },
                    items: skill.items.count, seen: lines(task.train), heldOut: lines(task.test),
                    sizes: WorldPage.Sizes(train: task.train.count, validation: task.validation.count, test: task.test.count),
                    chance: task.chance, ambiguousLevel: task.ambiguousLevel))
        }
        let stream = try pretrainingRows()
        let single = [
            WorldPage.Words(name: Bilingual("marks", "标记")[language], words: Marks.all.map { [$0] }),
            WorldPage.Words(
                name: Bilingual("function words", "虚词")[language], words: Reviews.functionWords.flatMap(\.words).map { [$0] }),
        ]
        return WorldPage(
            language: language, seed: seed, vocabularySize: vocabulary.count,
            words: single
                + WordClass.all.map { wordClass in
                    WorldPage.Words(
                        name: wordClass.name[language], words: wordClass.words.map { [$0[language], $0[language.twin]] })
                },
            skills: entries, rows: (0..<rows).map { text(of: stream.row($0, ofStep: 0).tokens) })
    }

    /// Ids as the words they stand for, with spaces between them.
    private func text(of ids: [Int32]) -> String { vocabulary.words(at: ids).joined(separator: " ") }
}
