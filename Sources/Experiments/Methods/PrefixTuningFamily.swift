internal import Autodiff
internal import Interchange
internal import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

/// Keys and values in front of the text, in every block; trained through a small network where a projection width is given.
struct PrefixTuningFamily: MethodFamily {
    let id = "prefix-tuning"
    let name = BilingualText(english: "prefix tuning", chinese: "前缀微调")
    let keys: Set<MethodSettings.Key> = [.virtualTokens, .start, .projectionWidth, .hasClassHead]
    let defaultLearningRate = 0.02

    func method(_ settings: MethodSettings, for use: MethodUse) throws -> any TuningMethod {
        try use.checkRoom(for: settings.virtualTokens)
        return PrefixTuning(
            virtualTokens: settings.virtualTokens, projectionWidth: settings.projectionWidth,
            deviation: try settings.prefixDeviation(of: id))
    }
}

/// P-tuning v2: prompts on every layer (Liu et al. 2022), which is prefix tuning without a network, often with a head for classes.
struct DeepPromptTuningFamily: MethodFamily {
    let id = "p-tuning-v2"
    let name = BilingualText(english: "P-tuning v2", chinese: "P-Tuning v2")
    let keys: Set<MethodSettings.Key> = [.virtualTokens, .start, .hasClassHead]
    let defaultLearningRate = 0.02

    func method(_ settings: MethodSettings, for use: MethodUse) throws -> any TuningMethod {
        try use.checkRoom(for: settings.virtualTokens)
        return PrefixTuning(virtualTokens: settings.virtualTokens, deviation: try settings.prefixDeviation(of: id))
    }
}

extension MethodSettings {
    /// Prefixes are no embeddings, so that words cannot be their start.
    fileprivate func prefixDeviation(of method: String) throws(InterchangeError) -> Float {
        switch start {
        case nil: return 1
        case .random(let deviation)?: return Float(deviation)
        case let other?:
            throw InterchangeError(
                place: "initialisation \(other.name)",
                "\(method) starts from random keys and values, which no word stands for; leave it out or say random")
        }
    }
}

extension PrefixTuning: AdapterMethod {
    func adapter(_ parameters: ParameterStore, on base: BaseModel, called name: String) throws -> SavedAdapter {
        let checkpoint = base.configuration.checkpoint
        let (heads, width) = (checkpoint.keyValueHeads, checkpoint.keyValueHeads * checkpoint.headWidth)
        let tokens = VirtualTokens(count: virtualTokens, width: width, layers: base.model.layers, heads: heads)
        return SavedAdapter(
            name: self.name,
            configuration: .prefixTuning(
                PrefixTuningConfiguration(
                    virtualTokens: tokens, encoderWidth: projectionWidth, isProjected: projectionWidth != nil, baseModel: name)),
            tensors: [AdapterTensorName.promptEmbeddings: try computed(Self.prefix, parameters, on: base)])
    }
}
