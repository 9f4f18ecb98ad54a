public import Autodiff
public import Transformer

/// Full fine-tuning: every weight of the model is trained, nothing is added.
public struct FullFineTuning: TuningMethod {
    public let name = "full-fine-tuning"
    public let virtualTokens = 0

    public init() {}

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] { [] }

    public func trainedParameters(for model: any LanguageModel) -> [String] { model.parameters.map(\.name) }

    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) {}

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning { Conditioning() }
}
