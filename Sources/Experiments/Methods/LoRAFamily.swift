internal import Autodiff
internal import Interchange
internal import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

/// Low-rank changes of projections.
struct LoRAFamily: MethodFamily {
    let id = "lora"
    let name = BilingualText(english: "LoRA", chinese: "LoRA")
    let keys: Set<MethodSettings.Key> = [.rank, .alpha, .isRankStabilised, .targets, .hasClassHead]
    let defaultLearningRate = 0.003

    func method(_ settings: MethodSettings, for use: MethodUse) -> any TuningMethod { lora(settings, for: use) }

    func lora(_ settings: MethodSettings, for use: MethodUse) -> LoRA {
        LoRA(
            rank: settings.rank, alpha: settings.scaleAlpha, isRankStabilised: settings.isRankStabilised,
            targets: settings.targets ?? use.base.defaultTargets)
    }
}

extension BaseModel {
    /// The projections that PEFT changes where nothing is said: of queries, keys and values with GPT-2, of queries and values with Llama.
    var defaultTargets: [String] {
        switch configuration {
        case .gpt2: ["c_attn"]
        case .llama: ["q_proj", "v_proj"]
        }
    }
}

extension LoRA: AdapterMethod {
    func adapter(_ parameters: ParameterStore, on base: BaseModel, called name: String) throws -> SavedAdapter {
        var tensors: [String: Tensor] = [:]
        for weight in changedWeights(of: base.model) {
            let (names, module) = (LoRA.parameters(of: weight.name), String(weight.name.dropLast(".weight".count)))
            tensors[AdapterTensorName.loraA(module)] = try parameters.tensor(names.down)
            tensors[AdapterTensorName.loraB(module)] = try parameters.tensor(names.up)
        }
        return SavedAdapter(
            name: self.name,
            configuration: .lora(
                LoRAConfiguration(
                    rank: rank, alpha: alpha, isRankStabilised: isRankStabilised,
                    storesInputsFirst: base.configuration.checkpoint.storesInputsFirst, targetModules: .names(targets),
                    baseModel: name)), tensors: tensors)
    }
}

extension LowRankAdapter {
    /// LoRA's changes, with the rank and α of each module.
    init(_ configuration: LoRAConfiguration, _ tensors: [String: Tensor]) throws(InterchangeError) {
        var changes: [Change] = []
        for module in try LoRAConfiguration.modules(in: tensors) {
            let (rank, alpha) = (try configuration.rank(of: module), try configuration.alpha(of: module))
            changes.append(
                Change(
                    weight: "\(module).weight", rank: rank, inputs: tensors[AdapterTensorName.loraA(module)]?.shape.last ?? 0,
                    outputs: tensors[AdapterTensorName.loraB(module)]?.shape.first ?? 0,
                    scale: alpha / (configuration.isRankStabilised ? Double(rank).squareRoot() : Double(rank))))
        }
        self.init(changes, of: LoRAFamily().id)
    }
}
