public import Recordings
public import TinyWorld
public import Tuning

/// What is learned: examples in splits, with what a reader needs to know of them.
public struct TaskData: Sendable {
    /// The splits that every task has.
    public enum Split: String, Sendable, Hashable, CaseIterable {
        /// What tuning sees.
        case train
        /// What choices are made by.
        case validation
        /// What is reported: held out until the end.
        case test

        var name: BilingualText {
            switch self {
            case .train: BilingualText(english: "tuning examples", chinese: "微调样例")
            case .validation: BilingualText(english: "validation examples", chinese: "验证样例")
            case .test: BilingualText(english: "held-out examples", chinese: "留出样例")
            }
        }
    }

    public let description: TaskDescription
    public let examples: [Split: [Tuning.Example]]

    /// A task of the tiny world.
    public init(_ task: TuningTask, of world: World) {
        let parts: [Split: [TinyWorld.Example]] = [.train: task.train, .validation: task.validation, .test: task.test]
        examples = parts.mapValues { $0.map(Tuning.Example.init) }
        let text = { (ids: [Int32]) in world.vocabulary.words(at: ids).joined(separator: " ") }
        description = TaskDescription(
            id: task.skill.id, name: BilingualText(task.skill.name),
            splits: Split.allCases.map { split in
                SplitDescription(
                    id: split.rawValue, name: split.name, size: parts[split]?.count ?? 0,
                    examples: parts[split]?.map { ExampleDescription(input: text($0.prompt), target: text($0.completion)) })
            }, chance: task.chance)
    }

    public subscript(split: Split) -> [Tuning.Example] { examples[split] ?? [] }

    /// The most tokens of an example.
    var longest: Int { examples.values.joined().map(\.tokens.count).max() ?? 0 }
}

extension BilingualText {
    init(_ text: Bilingual) { self.init(english: text.english, chinese: text.chinese) }
}
