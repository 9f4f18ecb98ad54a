internal import Autodiff
internal import Interchange
internal import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

/// A soft prompt that a small network makes.
struct PTuningFamily: MethodFamily {
    let id = "p-tuning"
    let name = BilingualText(english: "P-tuning", chinese: "P-Tuning")
    let keys: Set<MethodSettings.Key> = [.virtualTokens, .template, .encoder, .encoderWidth, .encoderLayers, .hasClassHead]
    let defaultLearningRate = 0.003

    func method(_ settings: MethodSettings, for use: MethodUse) throws -> any TuningMethod {
        let encoder: PTuning.Encoder =
            switch settings.encoder {
            case .mlp: .mlp
            case .lstm: .lstm(layers: settings.encoderLayers)
            }
        let width = settings.encoderWidth ?? use.base.model.width
        guard let text = settings.template else {
            try use.checkRoom(for: settings.virtualTokens)
            return PTuning(virtualTokens: settings.virtualTokens, encoder: encoder, hiddenWidth: width)
        }
        let template = try VirtualTokenTemplate(parsing: text, for: use.base)
        return PTuning(template: template, encoder: encoder, hiddenWidth: width)
    }
}

extension PTuning: AdapterMethod {
    /// As PEFT does, what the encoder makes is saved, not the encoder.
    func adapter(_ parameters: ParameterStore, on base: BaseModel, called name: String) throws -> SavedAdapter {
        let (encoder, layers): (PTuningConfiguration.Encoder, Int) =
            switch self.encoder {
            case .mlp: (.mlp, 2)
            case .lstm(let layers): (.lstm, layers)
            }
        var configuration = PTuningConfiguration(
            virtualTokens: VirtualTokens(count: count, of: base), encoder: encoder, encoderLayers: layers,
            encoderWidth: hiddenWidth,
            baseModel: name)
        configuration.otherSettings.note(template, of: base)
        return SavedAdapter(
            name: self.name, configuration: .pTuning(configuration),
            tensors: [AdapterTensorName.promptEmbeddings: try computed(PromptTuning.parameter, parameters, on: base)])
    }
}
