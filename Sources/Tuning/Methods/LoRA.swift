public import Autodiff
internal import LinearAlgebra
public import Transformer

/// Low-rank adaptation: each chosen projection W gets a trained change scale·(BA)ᵀ of rank r (Hu et al. 2022).
///
/// A starts as torch's `kaiming_uniform_(a=√5)`, that is U(±1/√in), and B at 0, so that training starts from the base model.
public struct LoRA: TuningMethod {
    public let name = "lora"
    public let virtualTokens = 0
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

    /// The weights that are changed, as `[in, out]` whatever way round they are stored.
    public func changedWeights(of model: any LanguageModel) -> [ParameterShape] {
        model.projectionShapes.filter { weight in
            guard weight.name.hasSuffix(".weight") else { return false }
            let path = weight.name.dropLast(".weight".count)
            return targets.contains { path == $0 || path.hasSuffix(".\($0)") }
        }
    }

    /// The names of A and B of a weight.
    public static func parameters(of weight: String) -> (down: String, up: String) {
        let path = weight.hasSuffix(".weight") ? String(weight.dropLast(".weight".count)) : weight
        return ("\(path).lora_A.weight", "\(path).lora_B.weight")
    }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] {
        changedWeights(of: model).flatMap { weight in
            let names = Self.parameters(of: weight.name)
            return [ParameterShape(names.down, rank, weight.rows), ParameterShape(names.up, weight.columns, rank)]
        }
    }

    public func trainedParameters(for model: any LanguageModel) -> [String] { addedParameters(for: model).map(\.name) }

    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError) {
        let weights = changedWeights(of: model)
        guard !weights.isEmpty else { throw .noTargets(targets) }
        for weight in weights {
            guard rank >= 1, rank <= min(weight.rows, weight.columns) else {
                throw .rankOutOfRange(rank, weight: weight.name, largest: min(weight.rows, weight.columns))
            }
            let names = Self.parameters(of: weight.name)
            parameters.fillUniformly(names.down, bound: 1 / Float(weight.rows).squareRoot(), seed: seed)
            parameters[names.up]?.fill(with: 0)
        }
    }

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        var changes: [String: Conditioning.LowRankChange] = [:]
        for weight in changedWeights(of: model) {
            let names = Self.parameters(of: weight.name)
            changes[weight.name] = Conditioning.LowRankChange(
                down: graph.known(names.down), up: graph.known(names.up), scale: Float(scale))
        }
        return Conditioning(changes: changes)
    }
}
