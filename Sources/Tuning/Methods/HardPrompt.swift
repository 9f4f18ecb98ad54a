public import Autodiff
public import Transformer

/// A prompt of words in front of the text: what people write by hand, and what soft prompts are measured against. Nothing is trained.
///
/// It is a soft prompt that equals the words' embeddings and stays so, which makes it comparable number by number.
public struct HardPrompt: TuningMethod {
    public let name = "hard-prompt"
    public let tokens: [Int32]
    private let prompt: PromptTuning

    public init(tokens: [Int32]) {
        self.tokens = tokens
        prompt = PromptTuning(virtualTokens: tokens.count, initialisation: .text(tokens))
    }

    public var virtualTokens: Int { prompt.virtualTokens }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] { prompt.addedParameters(for: model) }

    public func trainedParameters(for model: any LanguageModel) -> [String] { [] }

    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError) {
        try prompt.initialise(parameters, for: model, seed: seed)
    }

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        prompt.conditioning(in: &graph, for: model)
    }
}
