internal import RandomStreams

/// The tiny world: a small bilingual language, what can be done with its words, and the rows and tasks made of them.
///
/// Words and skills are the same in every world; the seed decides which rows pretraining meets and which words a task holds out.
public struct World: Sendable {
    /// The seed of the world that the project's models were pretrained on.
    public static let standardSeed: UInt64 = 1

    public let seed: UInt64
    public let vocabulary: Vocabulary
    /// What pretraining teaches.
    public let skills: [Skill]
    /// What pretraining never holds.
    public let withheldSkills: [Skill]

    public init(seed: UInt64) {
        self.seed = seed
        vocabulary = Vocabulary()
        skills = Skill.pretrained
        withheldSkills = Skill.withheld
    }

    /// A skill by its id.
    ///
    /// - Throws: ``WorldError/unknownSkill(_:known:)``.
    public func skill(_ id: String) throws(WorldError) -> Skill {
        let all = skills + withheldSkills
        guard let skill = all.first(where: { $0.id == id }) else { throw .unknownSkill(id, known: all.map(\.id)) }
        return skill
    }

    /// The rows of pretraining.
    public func pretrainingRows(_ mixture: PretrainingRows.Mixture = .init()) throws(WorldError) -> PretrainingRows {
        try PretrainingRows(skills, vocabulary: vocabulary, mixture: mixture, seed: seed)
    }

    /// Every way to understand a bare prompt.
    public func readings(of prompt: [String]) -> [Reading] { readings(of: [prompt])[prompt] ?? [] }

    private func readings(of prompts: Set<[String]>) -> [[String]: [Reading]] {
        var readings: [[String]: [Reading]] = [:]
        for skill in skills {
            for item in skill.items where prompts.contains(item.prompt) {
                readings[item.prompt, default: []].append(Reading(skill: skill.id, answer: item.answer))
            }
        }
        return readings
    }

    /// A tuning task.
    ///
    /// - Parameters:
    ///   - skill: The id of a skill, pretrained or withheld.
    ///   - largest: The most examples of a part.
    ///   - seed: What decides the split; the world's own by default.
    public func task(_ skill: String, largest: Int = 96, seed: UInt64? = nil) throws(WorldError) -> TuningTask {
        let skill = try self.skill(skill)
        var stream = RandomStream(seed: seed ?? self.seed, path: "split/\(skill.id)")
        let split = skill.holdsOut ? Split(of: skill.items, largest: largest, by: &stream) : Split(repeating: skill.items)
        return TuningTask(
            skill: skill, train: try examples(of: split.train), validation: try examples(of: split.validation),
            test: try examples(of: split.test), chance: skill.answerForm.chance(of: split.test),
            labels: try vocabulary.ids(of: skill.labels), ambiguousLevel: ambiguousLevel(of: split.test))
    }

    private func examples(of items: [Item]) throws(WorldError) -> [Example] {
        var examples: [Example] = []
        for item in items {
            examples.append(
                Example(
                    prompt: try vocabulary.ids(of: item.prompt + [Marks.answer]), completion: try vocabulary.ids(of: item.answer))
            )
        }
        return examples
    }

    private func ambiguousLevel(of items: [Item]) -> Double {
        guard !items.isEmpty else { return 0 }
        let readings = readings(of: Set(items.map(\.prompt)))
        let shares = items.map { item in
            let ways = readings[item.prompt] ?? []
            return ways.isEmpty ? 0 : Double(ways.count { $0.answer == item.answer }) / Double(ways.count)
        }
        return shares.reduce(0, +) / Double(items.count)
    }
}
