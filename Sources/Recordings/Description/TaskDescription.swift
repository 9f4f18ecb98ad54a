/// What the runs of a recording learned.
public struct TaskDescription: Codable, Hashable, Sendable {
    public var id: String
    public var name: BilingualText
    /// The parts of the data, for example the words that tuning uses and those held out.
    public var splits: [SplitDescription]
    /// The accuracy of guessing, from 0 to 1, where it is known.
    public var chance: Double?

    public init(id: String, name: BilingualText, splits: [SplitDescription], chance: Double? = nil) {
        self.id = id
        self.name = name
        self.splits = splits
        self.chance = chance
    }

    public func split(_ id: String) -> SplitDescription? { splits.first { $0.id == id } }
}

/// A part of a task's data.
public struct SplitDescription: Codable, Hashable, Sendable {
    /// For example `tuning`, `validation` or `held-out`.
    public var id: String
    public var name: BilingualText
    /// How many examples it has.
    public var size: Int
    /// Its examples, in the order that predictions refer to; left out of large splits.
    public var examples: [ExampleDescription]?

    public init(id: String, name: BilingualText, size: Int, examples: [ExampleDescription]? = nil) {
        self.id = id
        self.name = name
        self.size = size
        self.examples = examples
    }
}

/// An example as people read it.
public struct ExampleDescription: Codable, Hashable, Sendable {
    /// What the model is given.
    public var input: String
    /// What it should answer.
    public var target: String

    public init(input: String, target: String) {
        self.input = input
        self.target = target
    }
}
