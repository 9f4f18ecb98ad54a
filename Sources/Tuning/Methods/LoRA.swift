public import Autodiff
internal import LinearAlgebra
public import Transformer

/// Low-rank adaptation: each chosen projection W gets a trained change scale·(BA)ᵀ of rank r (Hu et al. 2022).
///
/// A starts as torch's `kaiming_uniform_(a=√5)`, that is U(±1/√in), and B at 0, so that training starts from the base model.
public struct LoRA: LowRankMethod, Hashable {
    public let name = "lora"
    /// r.
    public let rank: Int
    /// α.
    public let alpha: Double
    /// Whether the change is scaled by α/√r rather than α/r (Kalajdzievski 2023).
    public let isRankStabilised: Bool
    /// What the names of the changed projections end with, for example `attn.c_attn`; `c_proj` names both of a block, as in PEFT.
    public let targets: [String]

    public init(rank: Int, alpha: Double, isRankStabilised: Bool = false, targets: [String]) {
        self.rank = rank
        self.alpha = alpha
        self.isRankStabilised = isRankStabilised
        self.targets = targets
    }

    /// α/r, or α/√r.
    public var scale: Double { alpha / (isRankStabilised ? Double(rank).squareRoot() : Double(rank)) }

    /// The names of a weight's matrices.
    public static func parameters(of weight: String) -> LowRankParameters {
        let path = ProjectionWeight.path(of: weight)
        return LowRankParameters(down: "\(path).lora_A.weight", up: "\(path).lora_B.weight", values: nil)
    }

    /// The weights that are changed.
    public func changedWeights(of model: any LanguageModel) -> [ProjectionWeight] { model.projections(named: targets) }

    public func lowRankChanges(of model: any LanguageModel) -> [LowRankChange] {
        changedWeights(of: model).map { weight in
            LowRankChange(
                weight: weight.name, rank: rank, inputs: weight.inputs, outputs: weight.outputs, scale: scale)
        }
    }

    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError) {
        for change in try checkedChanges(of: model, targets: targets) {
            parameters.fillUniformly(change.names.down, bound: 1 / Float(change.inputs).squareRoot(), seed: seed)
            parameters[change.names.up]?.fill(with: 0)
        }
    }
}
