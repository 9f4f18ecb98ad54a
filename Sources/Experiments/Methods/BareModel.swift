internal import Autodiff
internal import Recordings
internal import Transformer
internal import Tuning

/// The base model as it is: what every method is compared with. Nothing is trained.
struct BareFamily: MethodFamily {
    let id = "bare"
    let name = BilingualText(english: "base model as it is", chinese: "未经微调的基座模型")
    let keys: Set<MethodSettings.Key> = []
    let defaultLearningRate = 0.02

    func method(_ settings: MethodSettings, for use: MethodUse) -> any TuningMethod { BareModel(quantised: use.base.quantised) }
}

/// Nothing in front of the text, nothing added to the weights.
struct BareModel: TuningMethod {
    let name = "bare"
    let virtualTokens = 0
    /// The projections, where they are held in 4 bits.
    let quantised: QuantisedBase?

    init(quantised: QuantisedBase? = nil) { self.quantised = quantised }

    func addedParameters(for model: any LanguageModel) -> [ParameterShape] { [] }

    func trainedParameters(for model: any LanguageModel) -> [String] { [] }

    func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) {}

    func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        Conditioning(quantisedWeights: quantised?.weights ?? [:])
    }
}
