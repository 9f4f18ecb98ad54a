public import Autodiff
public import Transformer

/// Prompt tuning: P rows of embeddings in front of the text are trained, the model is frozen (Lester et al. 2021).
///
/// Virtual tokens take the positions 0…P−1 and the text those behind them, as in PEFT's `PROMPT_TUNING`. With P = 0 the model
/// computes what it was pretrained to.
public struct PromptTuning: TuningMethod {
    public let name = "prompt-tuning"
    public let virtualTokens: Int
    public let initialisation: SoftPromptInitialisation

    /// The trained parameter: `[P, d]`.
    public static let parameter = "prompt.embeddings"

    public init(virtualTokens: Int, initialisation: SoftPromptInitialisation) {
        self.virtualTokens = virtualTokens
        self.initialisation = initialisation
    }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] {
        virtualTokens > 0 ? [ParameterShape(Self.parameter, virtualTokens, model.width)] : []
    }

    public func trainedParameters(for model: any LanguageModel) -> [String] {
        addedParameters(for: model).map(\.name)
    }

    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError) {
        guard virtualTokens > 0 else { return }
        guard virtualTokens < model.context else {
            throw .promptTooLong(virtualTokens: virtualTokens, context: model.context)
        }
        guard let prompt = parameters[Self.parameter] else { throw .missingParameter(Self.parameter) }
        guard let embeddings = parameters[model.tokenEmbeddings] else { throw .missingParameter(model.tokenEmbeddings) }
        try initialisation.fill(prompt, from: embeddings, seed: seed)
    }

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        Conditioning(softPrompt: graph.value(named: Self.parameter))
    }
}
