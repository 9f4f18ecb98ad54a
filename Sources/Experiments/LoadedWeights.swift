internal import Autodiff
internal import Interchange
internal import LinearAlgebra
internal import Transformer

/// A model's weights as they can be run, without what turns text into tokens.
struct LoadedWeights {
    let configuration: ModelConfiguration
    let model: any LanguageModel
    let parameters: ParameterStore

    /// Converts the weights of a folder.
    ///
    /// - Throws: An error that names the folder and the tensor.
    init(of folder: ModelFolder) throws(InterchangeError) {
        configuration = folder.configuration
        model = folder.configuration.languageModel
        parameters = ParameterStore(model.parameters)
        for shape in model.parameters { parameters[shape.name]?.write(try folder.floats(shape.name)) }
    }
}

extension ModelConfiguration {
    /// The model as a graph.
    var languageModel: any LanguageModel {
        switch self {
        case .gpt2(let gpt2):
            GPT2(
                GPT2.Configuration(
                    layers: gpt2.layers, heads: gpt2.heads, width: gpt2.width, innerWidth: gpt2.innerWidth,
                    vocabularySize: gpt2.vocabularySize, context: gpt2.context, normEpsilon: Float(gpt2.normEpsilon)))
        case .llama(let llama):
            Llama(
                Llama.Configuration(
                    layers: llama.layers, heads: llama.heads, keyHeads: llama.keyValueHeads, headWidth: llama.headWidth,
                    width: llama.width, innerWidth: llama.innerWidth, vocabularySize: llama.vocabularySize,
                    context: llama.context, normEpsilon: Float(llama.normEpsilon), rotary: RotaryFrequencies(llama.rotary),
                    tiesEmbeddings: llama.tiesEmbeddings))
        }
    }
}

extension RotaryFrequencies {
    fileprivate init(_ checkpoint: RotaryEmbedding) {
        let scaling: Scaling =
            switch checkpoint.scaling {
            case .none: .none
            case .linear(let factor): .linear(factor: factor)
            case .llama3(let factor, let low, let high, let original):
                .llama3(factor: factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContext: original)
            }
        self.init(base: checkpoint.base, scaling: scaling)
    }
}
