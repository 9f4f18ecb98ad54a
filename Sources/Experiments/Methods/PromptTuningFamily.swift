internal import Autodiff
internal import Interchange
internal import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

/// A soft prompt of rows that are trained themselves.
struct PromptTuningFamily: MethodFamily {
    let id = "prompt-tuning"
    let name = BilingualText(english: "prompt tuning", chinese: "提示微调")
    let keys: Set<MethodSettings.Key> = [.virtualTokens, .start, .template, .hasClassHead]
    // Soft prompts learn at rates far above those of weights: there are few of them, and far from their goal.
    let defaultLearningRate = 0.02

    func method(_ settings: MethodSettings, for use: MethodUse) throws -> any TuningMethod {
        let start = try initialisation(settings, for: use)
        guard let text = settings.template else {
            try use.checkRoom(for: settings.virtualTokens)
            return PromptTuning(virtualTokens: settings.virtualTokens, initialisation: start)
        }
        return PromptTuning(template: try VirtualTokenTemplate(parsing: text, for: use.base), initialisation: start)
    }

    private func initialisation(_ settings: MethodSettings, for use: MethodUse) throws -> SoftPromptInitialisation {
        let tokenizer = use.base.tokenizer
        switch settings.start ?? .sampledVocabulary {
        case .random(let deviation): return .normal(deviation: Float(deviation))
        case .sampledVocabulary: return .sampledVocabulary
        case .text(let text): return .text(try tokenizer.encode(text))
        case .classLabels(let labels):
            let labels = labels ?? use.labels
            guard !labels.isEmpty else {
                throw InterchangeError(
                    place: "initialisation class-labels",
                    "the data has no labels to start from; name them (--labels on the command line)")
            }
            return .classLabels(try labels.map { try tokenizer.encode($0) })
        }
    }
}

extension PromptTuning: AdapterMethod {
    func adapter(_ parameters: ParameterStore, on base: BaseModel, called name: String) throws -> SavedAdapter {
        let initialisation: PromptTuningConfiguration.Initialisation =
            switch self.initialisation {
            case .normal: .random
            case .sampledVocabulary: .sampledVocabulary
            case .text(let tokens): .text(base.tokenizer.decode(tokens, skippingSpecialTokens: false))
            case .classLabels(let labels):
                .text(labels.map { base.tokenizer.decode($0, skippingSpecialTokens: false).trimmed }.joined(separator: " "))
            }
        var configuration = PromptTuningConfiguration(
            virtualTokens: VirtualTokens(count: count, of: base), initialisation: initialisation, tokenizer: name, baseModel: name
        )
        configuration.otherSettings.note(template, of: base)
        return SavedAdapter(
            name: self.name, configuration: .promptTuning(configuration),
            tensors: [AdapterTensorName.promptEmbeddings: try parameters.tensor(Self.parameter)])
    }

    init(_ configuration: PromptTuningConfiguration, on base: BaseModel) throws(InterchangeError) {
        try self.init(count: configuration.virtualTokens.count, settings: configuration.otherSettings, on: base)
    }

    /// Rows that are loaded from an adapter, in front of the text or where the adapter's template says.
    init(count: Int, settings: JSONObject, on base: BaseModel) throws(InterchangeError) {
        guard let template = try VirtualTokenTemplate(notedIn: settings, for: base) else {
            self.init(virtualTokens: count, initialisation: .sampledVocabulary)
            return
        }
        guard template.virtualTokens == count else {
            throw InterchangeError(
                place: "key \"\(VirtualTokenTemplate.setting)\"",
                "the template has \(template.virtualTokens) virtual tokens, but the adapter has \(count)")
        }
        self.init(template: template, initialisation: .sampledVocabulary)
    }
}

extension VirtualTokens {
    /// Rows as wide as the model's hidden states.
    init(count: Int, of base: BaseModel) {
        let model = base.model
        self.init(count: count, width: model.width, layers: model.layers, heads: model.heads)
    }
}
