public import Autodiff
public import Transformer

/// Prompt tuning: P rows of embeddings in front of the text are trained, the model is frozen (Lester et al. 2021).
///
/// Virtual tokens take the positions 0…P−1 and the text those behind them, as in PEFT's `PROMPT_TUNING`. With P = 0 the model
/// computes what it was pretrained to. In a template they may also stand elsewhere in the text.
public struct PromptTuning: TuningMethod {
    public let name = "prompt-tuning"
    /// P, wherever they stand.
    public let count: Int
    public let initialisation: SoftPromptInitialisation
    /// Where the virtual tokens stand; `nil` for in front of every text, where their rows are shared by the whole batch.
    public let template: VirtualTokenTemplate?

    /// The trained parameter: `[P, d]`.
    public static let parameter = "prompt.embeddings"

    public init(virtualTokens: Int, initialisation: SoftPromptInitialisation) {
        count = virtualTokens
        self.initialisation = initialisation
        template = nil
    }

    public init(template: VirtualTokenTemplate, initialisation: SoftPromptInitialisation) {
        count = template.virtualTokens
        self.initialisation = initialisation
        self.template = template
    }

    public var virtualTokens: Int { template == nil ? count : 0 }
    public var placedTokens: Int { template?.addedTokens ?? 0 }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] {
        count > 0 ? [ParameterShape(Self.parameter, count, model.width)] : []
    }

    public func trainedParameters(for model: any LanguageModel) -> [String] {
        addedParameters(for: model).map(\.name)
    }

    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError) {
        guard count > 0 else { return }
        guard count < model.context else { throw .promptTooLong(virtualTokens: count, context: model.context) }
        guard let prompt = parameters[Self.parameter] else { throw .missingParameter(Self.parameter) }
        guard let embeddings = parameters[model.tokenEmbeddings] else { throw .missingParameter(model.tokenEmbeddings) }
        try initialisation.fill(prompt, from: embeddings, seed: seed)
    }

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        Conditioning(virtualTokens: graph.value(named: Self.parameter), template: template)
    }

    public func prepared(_ example: Example, for model: any LanguageModel) -> Example {
        template?.applied(to: example, vocabularySize: model.vocabularySize) ?? example
    }
}

extension Conditioning {
    /// Rows of virtual tokens, in front of the text or where a template says.
    init(virtualTokens rows: Value?, template: VirtualTokenTemplate?) {
        self.init(softPrompt: template == nil ? rows : nil, placedPrompt: template == nil ? nil : rows)
    }
}
