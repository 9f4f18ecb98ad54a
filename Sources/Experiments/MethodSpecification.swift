public import Interchange
internal import Recordings
public import Tuning

/// A tuning method as a lesson or the command line asks for it.
public struct MethodSpecification: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case promptTuning = "prompt-tuning"
        case fullFineTuning = "full-fine-tuning"
    }

    /// How a soft prompt starts.
    public enum Start: Sendable, Hashable {
        case random(deviation: Double)
        case sampledVocabulary
        case text(String)
        case classLabels([String])
    }

    public var kind: Kind
    /// P. Methods without virtual tokens ignore it.
    public var virtualTokens: Int
    public var start: Start

    public init(_ kind: Kind, virtualTokens: Int = 0, start: Start = .sampledVocabulary) {
        self.kind = kind
        self.virtualTokens = virtualTokens
        self.start = start
    }

    /// The method itself.
    ///
    /// - Throws: An error that names the word of an initial text that the tokenizer does not know.
    public func method(tokenizer: any Tokenizer) throws(InterchangeError) -> any TuningMethod {
        switch kind {
        case .fullFineTuning: return FullFineTuning()
        case .promptTuning:
            return PromptTuning(virtualTokens: virtualTokens, initialisation: try initialisation(tokenizer: tokenizer))
        }
    }

    private func initialisation(tokenizer: any Tokenizer) throws(InterchangeError) -> SoftPromptInitialisation {
        switch start {
        case .random(let deviation): return .normal(deviation: Float(deviation))
        case .sampledVocabulary: return .sampledVocabulary
        case .text(let text): return .text(try tokenizer.encode(text))
        case .classLabels(let labels):
            var ids: [[Int32]] = []
            for label in labels { ids.append(try tokenizer.encode(label)) }
            return .classLabels(ids)
        }
    }

    var description: MethodDescription {
        switch kind {
        case .fullFineTuning:
            MethodDescription(id: kind.rawValue, name: BilingualText(english: "full fine-tuning", chinese: "全参数微调"))
        case .promptTuning:
            MethodDescription(
                id: kind.rawValue, name: BilingualText(english: "prompt tuning", chinese: "提示微调"),
                settings: ["virtual_tokens": .number(Double(virtualTokens))].merging(startSettings) { own, _ in own })
        }
    }

    private var startSettings: [String: Setting] {
        switch start {
        case .random(let deviation): ["initialisation": .text("random"), "deviation": .number(deviation)]
        case .sampledVocabulary: ["initialisation": .text("sampled-vocabulary")]
        case .text(let text): ["initialisation": .text("text"), "initial_text": .text(text)]
        case .classLabels(let labels): ["initialisation": .text("class-labels"), "labels": .text(labels.joined(separator: " "))]
        }
    }
}
