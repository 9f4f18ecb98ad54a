internal import Interchange
public import Recordings
internal import Transformer
public import Tuning

/// A tuning method as the project offers it by name: what it can be told, and how it is made for a model and its data.
///
/// One file holds one family; ``MethodCatalogue`` lists them.
public protocol MethodFamily: Sendable {
    /// As the command line, lessons and recordings call it: `prompt-tuning`.
    var id: String { get }
    var name: BilingualText { get }
    /// The settings that concern it.
    var keys: Set<MethodSettings.Key> { get }
    /// The highest learning rate where nothing else is said.
    var defaultLearningRate: Double { get }
    /// Whether the base model's projections are held in 4 bits.
    var holdsBaseIn4Bits: Bool { get }
    /// Makes the method.
    ///
    /// - Throws: An error that names the setting, or the word that the tokenizer does not know.
    func method(_ settings: MethodSettings, for use: MethodUse) throws -> any TuningMethod
}

/// What a method is made for.
public struct MethodUse: Sendable {
    public let base: BaseModel
    /// Steps of the training.
    public let steps: Int
    /// The labels of the data as they are written, where it has labels.
    public let labels: [String]
    /// The completions that stand for classes, where a head tells them.
    public let classes: [[Int32]]
    /// What other runs trained, where they are mixed.
    public let adapters: [MixedAdapters.Adapter]

    public init(
        base: BaseModel, steps: Int, labels: [String] = [], classes: [[Int32]] = [], adapters: [MixedAdapters.Adapter] = []
    ) {
        self.base = base
        self.steps = steps
        self.labels = labels
        self.classes = classes
        self.adapters = adapters
    }

    /// Checks that virtual tokens leave room for text.
    func checkRoom(for virtualTokens: Int) throws(TuningError) {
        guard virtualTokens < base.model.context else {
            throw .promptTooLong(virtualTokens: virtualTokens, context: base.model.context)
        }
    }
}

extension MethodFamily {
    public var holdsBaseIn4Bits: Bool { false }

    /// What a recording says of a run.
    func description(_ settings: MethodSettings) -> MethodDescription {
        MethodDescription(id: id, name: name, settings: settings.described(keys))
    }
}

/// All families.
public enum MethodCatalogue {
    /// What trains nothing and is nothing to keep: an experiment has such runs to compare with, and no command offers them.
    public static let comparisons: [any MethodFamily] = [BareFamily(), MixedBatchFamily()]

    public static let all: [any MethodFamily] = [
        PromptTuningFamily(), PrefixTuningFamily(), PTuningFamily(), DeepPromptTuningFamily(), LoRAFamily(), QLoRAFamily(),
        AdaLoRAFamily(), FullFineTuningFamily(), HardPromptFamily(), CombinationFamily(PromptTuningFamily(), LoRAFamily()),
        CombinationFamily(PrefixTuningFamily(), LoRAFamily()), CombinationFamily(PTuningFamily(), LoRAFamily()),
    ]
}
