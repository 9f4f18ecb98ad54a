public import Autodiff
public import Transformer

/// A method that changes projections of the model by products of narrow matrices: LoRA and what came of it.
public protocol LowRankMethod: TuningMethod {
    /// What the names of the changed projections end with, for example `attn.c_attn`; `c_proj` names both of a block, as in PEFT.
    var targets: [String] { get }
    /// The rank of the matrices A `[r, in]` and B `[out, r]`.
    var rank: Int { get }
    /// The factor of the change.
    var scale: Double { get }
    /// The names of a weight's matrices.
    static func parameters(of weight: String) -> LowRankParameters
}

/// The names of the matrices that change one weight.
public struct LowRankParameters: Sendable, Hashable {
    /// A, `[r, in]`.
    public let down: String
    /// B, `[out, r]`.
    public let up: String
    /// E, `[r, 1]`; `nil` for none.
    public let values: String?

    public init(down: String, up: String, values: String? = nil) {
        self.down = down
        self.up = up
        self.values = values
    }
}

/// A weight matrix of a projection, and how it is stored.
public struct ProjectionWeight: Sendable, Hashable {
    public let shape: ParameterShape
    /// Whether it is stored `[in, out]`, as GPT-2 does, rather than `[out, in]`.
    public let storesInputsFirst: Bool

    public var name: String { shape.name }
    public var inputs: Int { storesInputsFirst ? shape.rows : shape.columns }
    public var outputs: Int { storesInputsFirst ? shape.columns : shape.rows }
    /// The largest rank a change of it can have.
    var largestRank: Int { min(shape.rows, shape.columns) }

    /// The name of its module: without `.weight`.
    public var path: String { Self.path(of: name) }

    static func path(of weight: String) -> String {
        weight.hasSuffix(".weight") ? String(weight.dropLast(".weight".count)) : weight
    }
}

extension LanguageModel {
    /// The weights of the projections that targets name (PEFT's `target_modules`): a whole path, or its end from a dot on.
    func projections(named targets: [String]) -> [ProjectionWeight] {
        let shapes = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
        return projections.compactMap { projection in
            let path = ProjectionWeight.path(of: projection.weight)
            guard let shape = shapes[projection.weight], targets.contains(where: { path == $0 || path.hasSuffix(".\($0)") })
            else {
                return nil
            }
            return ProjectionWeight(shape: shape, storesInputsFirst: projection.storesInputsFirst)
        }
    }
}

extension LowRankMethod {
    public var virtualTokens: Int { 0 }

    /// The weights that are changed.
    public func changedWeights(of model: any LanguageModel) -> [ProjectionWeight] { model.projections(named: targets) }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] {
        changedWeights(of: model).flatMap { weight in
            let names = Self.parameters(of: weight.name)
            return [ParameterShape(names.down, rank, weight.inputs), ParameterShape(names.up, weight.outputs, rank)]
                + (names.values.map { [ParameterShape($0, rank, 1)] } ?? [])
        }
    }

    public func trainedParameters(for model: any LanguageModel) -> [String] { addedParameters(for: model).map(\.name) }

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        var changes: [String: Conditioning.LowRankChange] = [:]
        for weight in changedWeights(of: model) {
            let names = Self.parameters(of: weight.name)
            changes[weight.name] = Conditioning.LowRankChange(
                down: graph.known(names.down), up: graph.known(names.up), values: names.values.map { graph.known($0) },
                scale: Float(scale))
        }
        return Conditioning(changes: changes)
    }

    /// The changed weights, after checking that there are any and that each can be changed by the rank.
    func checkedWeights(of model: any LanguageModel) throws(TuningError) -> [ProjectionWeight] {
        let weights = changedWeights(of: model)
        guard !weights.isEmpty else { throw .noTargets(targets) }
        for weight in weights {
            guard rank >= 1, rank <= weight.largestRank else {
                throw .rankOutOfRange(rank, weight: weight.name, largest: weight.largestRank)
            }
        }
        return weights
    }
}
