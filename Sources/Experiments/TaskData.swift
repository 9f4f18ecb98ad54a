public import Interchange
public import Recordings
public import TinyWorld
internal import Tuning

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
    public let examples: [Split: PackedExamples]
    /// The labels as they are written, where the data has labels.
    public let labels: [String]

    /// A task of the tiny world.
    ///
    /// - Parameter labels: Its labels, where they are not to be the task's own.
    public init(_ task: TuningTask, of world: World, labels: [String]? = nil) {
        let parts: [Split: [TinyWorld.Example]] = [.train: task.train, .validation: task.validation, .test: task.test]
        examples = parts.mapValues { part in
            var packed = PackedExamples()
            for example in part { packed.append(prompt: example.prompt, completion: example.completion) }
            return packed
        }
        self.labels = labels ?? world.vocabulary.words(at: task.labels)
        let text = { (ids: [Int32]) in world.vocabulary.words(at: ids).joined(separator: " ") }
        description = TaskDescription(
            id: task.skill.id, name: BilingualText(task.skill.name),
            splits: Split.allCases.map { split in
                SplitDescription(
                    id: split.rawValue, name: split.name, size: parts[split]?.count ?? 0,
                    examples: parts[split]?.map { ExampleDescription(input: text($0.prompt), target: text($0.completion)) })
            }, chance: task.chance)
    }

    /// A reader's own data.
    ///
    /// - Parameters:
    ///   - name: What to call it, such as the file's name.
    ///   - validation: What is held out; empty for none.
    ///   - labels: The labels as they are written; empty for none.
    public init(
        named name: String, train: PackedExamples, validation: PackedExamples, labels: [String] = [], tokenizer: any Tokenizer
    ) {
        self.labels = labels
        examples = [.train: train, .validation: validation]
        let text = { (ids: ArraySlice<Int32>) in tokenizer.decode(ids, skippingSpecialTokens: true) }
        let splits: [(Split, PackedExamples)] = [(.train, train), (.validation, validation)]
        description = TaskDescription(
            id: name, name: BilingualText(english: name, chinese: name),
            splits: splits.filter { !$0.1.isEmpty }.map { split, examples in
                SplitDescription(
                    id: split.rawValue, name: split.name, size: examples.count,
                    examples: examples.count > Self.mostDescribed
                        ? nil
                        : examples.indices.map { index in
                            let (prompt, completion) = examples.parts(index)
                            return ExampleDescription(input: text(prompt), target: text(completion))
                        })
            })
    }

    private init(_ description: TaskDescription, examples: [Split: PackedExamples], labels: [String]) {
        self.description = description
        self.examples = examples
        self.labels = labels
    }

    /// The same task with only the first of its tuning examples, under an id of its own.
    ///
    /// - Parameter count: How many; all there are where it is larger.
    public func limited(toTrainingExamples count: Int) -> TaskData {
        var few = PackedExamples()
        for index in self[.train].indices.prefix(count) {
            let (prompt, completion) = self[.train].parts(index)
            few.append(prompt: prompt, completion: completion)
        }
        var limited = description
        limited.id = "\(description.id).first-\(count)"
        limited.name = BilingualText(
            english: "\(description.name.english), \(count) examples", chinese: "\(description.name.chinese)，\(count) 个样例")
        for index in limited.splits.indices where limited.splits[index].id == Split.train.rawValue {
            limited.splits[index].size = few.count
            limited.splits[index].examples = limited.splits[index].examples.map { Array($0.prefix(count)) }
        }
        return TaskData(limited, examples: examples.merging([.train: few]) { $1 }, labels: labels)
    }

    /// A split of more examples is described by their number alone.
    private static let mostDescribed = 256
    /// Of what tuning sees, this many examples are enough to say how well it is known.
    private static let mostTrainEvaluated = 1_000

    public subscript(split: Split) -> PackedExamples { examples[split] ?? PackedExamples() }

    /// What an evaluation looks at: all of a held-out split, and the first examples of the one that tuning sees.
    func evaluated(_ split: Split) -> Slice<PackedExamples> {
        let all = self[split]
        return split == .train ? all.prefix(Self.mostTrainEvaluated) : all[all.startIndex...]
    }

    /// The split whose answers are shown one by one: what was held out until the end, else what choices are made by.
    var shown: Split { self[.test].isEmpty ? .validation : .test }

    /// Whether a split's examples are described one by one.
    func isDescribed(_ split: Split) -> Bool { description.split(split.rawValue)?.examples != nil }

    /// The different completions, in the order in which they are met, if there are few enough to be classes.
    func classes() throws(InterchangeError) -> [[Int32]] {
        var classes: [[Int32]] = []
        var known: Set<[Int32]> = []
        for split in Split.allCases {
            for index in self[split].indices {
                let completion = Array(self[split].parts(index).completion)
                guard known.insert(completion).inserted else { continue }
                guard known.count <= DataReading.mostLabels else {
                    throw InterchangeError(
                        file: description.id,
                        "a class head needs a few classes, but there are more than \(DataReading.mostLabels) different completions"
                    )
                }
                classes.append(completion)
            }
        }
        return classes
    }

    /// The most tokens of an example.
    var longest: Int { examples.values.map(\.longest).max() ?? 0 }

    /// The most tokens of a completion.
    var longestCompletion: Int { examples.values.map(\.longestCompletion).max() ?? 0 }
}

extension BilingualText {
    init(_ text: Bilingual) { self.init(english: text.english, chinese: text.chinese) }
}
