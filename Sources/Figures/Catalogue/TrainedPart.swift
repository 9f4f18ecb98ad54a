import Drawing
public import Recordings

/// What a run trains beside a model, where a figure is about just that.
public enum TrainedPart: Sendable, Hashable {
    /// Rows in front of the text, which the journal has.
    case softPrompt
    /// Keys and values in front of the text's, in every layer, or a network that makes them; nothing else.
    case prefix
    /// P-tuning's network, which makes the rows of virtual tokens; nothing else.
    case promptEncoder

    /// For a sentence that says that it is not trained.
    var name: String {
        switch self {
        case .softPrompt: "a soft prompt in front of the text"
        case .prefix: "a prefix of keys and values alone"
        case .promptEncoder: "an encoder of virtual tokens alone"
        }
    }

    /// For a list of what a figure needs.
    var words: Localised {
        switch self {
        case .softPrompt: Localised(en: "a run that trains a soft prompt", zhHans: "训练软提示的运行")
        case .prefix: Localised(en: "a run that trains a prefix of keys and values", zhHans: "训练前缀键和值的运行")
        case .promptEncoder: Localised(en: "a run of P-tuning, which trains an encoder", zhHans: "P-Tuning 的运行（训练编码器）")
        }
    }

    public func isTrained(by run: RecordedRun) -> Bool {
        func all(beginWith prefix: String) -> Bool {
            !run.description.parameters.isEmpty
                && run.description.parameters.allSatisfy { $0.name.rawValue.hasPrefix(prefix) }
        }
        return switch self {
        case .softPrompt: run.hasSoftPrompt
        case .prefix: all(beginWith: "prefix.")
        case .promptEncoder: all(beginWith: "prompt.encoder.")
        }
    }
}
