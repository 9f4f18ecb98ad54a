internal import Autodiff
internal import Interchange
internal import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

/// Low-rank changes whose ranks are given, during training, to the weights where they matter most.
struct AdaLoRAFamily: MethodFamily {
    let id = "adalora"
    let name = BilingualText(english: "AdaLoRA", chinese: "AdaLoRA")
    let keys: Set<MethodSettings.Key> = [.rank, .alpha, .targetRank, .targets, .hasClassHead]
    let defaultLearningRate = 0.01

    /// The budget falls from a tenth of the steps on, and the last half is left to what survived, as the authors train.
    func method(_ settings: MethodSettings, for use: MethodUse) -> any TuningMethod {
        AdaLoRA(
            initialRank: settings.rank, targetRank: settings.targetRank ?? max(1, settings.rank / 2),
            initialSteps: use.steps / 10, finalSteps: use.steps / 2, totalSteps: use.steps, alpha: settings.scaleAlpha,
            targets: settings.targets ?? use.base.defaultTargets)
    }
}

extension AdaLoRA: AdapterMethod {
    /// As PEFT does, only the triplets that survived are saved. A triplet that was cut has the singular value 0 and changes nothing.
    func adapter(_ parameters: ParameterStore, on base: BaseModel, called name: String) throws -> SavedAdapter {
        var tensors: [String: Tensor] = [:]
        var survivors: [String: [Bool]] = [:]
        for weight in changedWeights(of: base.model) {
            let names = AdaLoRA.parameters(of: weight.name)
            guard let valuesName = names.values, let down = parameters[names.down], let up = parameters[names.up],
                let values = parameters[valuesName]
            else { throw TuningError.missingParameter(names.down) }
            let left = values.values.map { $0 != 0 }
            survivors[weight.path] = left
            let rows = left.indices.filter { left[$0] }
            tensors[AdapterTensorName.adaLoRAA(weight.path)] = Tensor(
                rows.flatMap { row in (0..<down.columns).map { down[row, $0] } }, shape: [rows.count, down.columns])
            tensors[AdapterTensorName.adaLoRAB(weight.path)] = Tensor(
                (0..<up.rows).flatMap { row in rows.map { up[row, $0] } }, shape: [up.rows, rows.count])
            tensors[AdapterTensorName.adaLoRAE(weight.path)] = Tensor(rows.map { values[$0, 0] }, shape: [rows.count, 1])
        }
        return SavedAdapter(
            name: self.name,
            configuration: .adaLoRA(
                AdaLoRAConfiguration(
                    initialRank: initialRank, targetRank: targetRank, initialSteps: initialSteps, finalSteps: finalSteps,
                    stepsBetweenCuts: stepsBetweenCuts, totalSteps: totalSteps, beta1: beta1, beta2: beta2,
                    orthogonalityWeight: orthogonalityWeight, alpha: alpha,
                    storesInputsFirst: base.configuration.checkpoint.storesInputsFirst, targetModules: .names(targets),
                    survivors: survivors, baseModel: name)), tensors: tensors)
    }
}

extension LowRankAdapter {
    /// AdaLoRA's changes; a weight that no triplet was left for is not changed.
    init(_ configuration: AdaLoRAConfiguration, _ tensors: [String: Tensor]) throws(InterchangeError) {
        let scale = configuration.alpha / Double(Float(configuration.initialRank) + 1e-5)
        var changes: [Change] = []
        for module in try AdaLoRAConfiguration.modules(in: tensors) {
            guard let down = tensors[AdapterTensorName.adaLoRAA(module)]?.shape, down.count == 2, down[0] > 0 else { continue }
            changes.append(
                Change(
                    weight: "\(module).weight", rank: down[0], inputs: down[1],
                    outputs: tensors[AdapterTensorName.adaLoRAB(module)]?.shape.first ?? 0, scale: scale, hasValues: true))
        }
        self.init(changes, of: AdaLoRAFamily().id)
    }
}
