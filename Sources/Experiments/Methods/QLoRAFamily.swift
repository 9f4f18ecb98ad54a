internal import Autodiff
internal import Interchange
internal import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

/// LoRA on a base model whose projections are held in 4 bits.
struct QLoRAFamily: MethodFamily {
    let id = "qlora"
    let name = BilingualText(english: "QLoRA", chinese: "QLoRA")
    let keys = LoRAFamily().keys
    let defaultLearningRate = LoRAFamily().defaultLearningRate
    let holdsBaseIn4Bits = true

    func method(_ settings: MethodSettings, for use: MethodUse) throws -> any TuningMethod {
        QLoRA(LoRAFamily().lora(settings, for: use), on: try use.base.in4Bits)
    }
}

extension BaseModel {
    /// The projections in 4 bits.
    var in4Bits: QuantisedBase {
        get throws(TuningError) {
            if let quantised { return quantised }
            return try QuantisedBase(quantising: parameters, of: model)
        }
    }
}

extension QLoRA: AdapterMethod {
    /// An adapter of LoRA's, with a note of what it was trained on.
    func adapter(_ parameters: ParameterStore, on base: BaseModel, called name: String) throws -> SavedAdapter {
        guard let adapter = adapter as? any AdapterMethod else { throw TuningError.missingParameter(adapter.name) }
        var saved = try adapter.adapter(parameters, on: base, called: name)
        saved.notes[AdapterFolder.quantisationNote] = AdapterFolder.nf4
        return saved
    }
}

extension AdapterFolder {
    /// The note that says in what form the base model was when the adapter was trained.
    static let quantisationNote = "base_quantisation"
    /// 4-bit NormalFloat with double quantisation.
    static let nf4 = "nf4-double"

    /// Whether the adapter was trained on a base model in 4 bits.
    var wants4Bits: Bool { notes[Self.quantisationNote] == Self.nf4 }
}
