public import Autodiff
public import Transformer

/// A method that changes projections of the model by products of narrow matrices: LoRA and what came of it.
public protocol LowRankMethod: TuningMethod {
    /// The changes of a model's weights, one for each weight.
    func lowRankChanges(of model: any LanguageModel) -> [LowRankChange]
}

/// How one weight is changed: by scale · B·A, or with singular values by scale · B·diag(E)·A.
public struct LowRankChange: Sendable, Hashable {
    /// The name of the weight in the model.
    public let weight: String
    /// r.
    public let rank: Int
    public let inputs: Int
    public let outputs: Int
    public let scale: Double
    /// Whether there are singular values E, as AdaLoRA has them; it names A and B differently too.
    public let hasValues: Bool

    public init(weight: String, rank: Int, inputs: Int, outputs: Int, scale: Double, hasValues: Bool = false) {
        self.weight = weight
        self.rank = rank
        self.inputs = inputs
        self.outputs = outputs
        self.scale = scale
        self.hasValues = hasValues
    }

    /// The names of its matrices.
    public var names: LowRankParameters {
        hasValues ? AdaLoRA.parameters(of: weight) : LoRA.parameters(of: weight)
    }

    /// A `[r, in]`, B `[out, r]` and, where there are singular values, E `[r, 1]`.
    var parameters: [ParameterShape] {
        let names = names
        return [ParameterShape(names.down, rank, inputs), ParameterShape(names.up, outputs, rank)]
            + (names.values.map { [ParameterShape($0, rank, 1)] } ?? [])
    }
}

/// The names of the matrices that change one weight.
public struct LowRankParameters: Sendable, Hashable {
    /// A, `[r, in]`.
    public let down: String
    /// B, `[out, r]`.
    public let up: String
    /// E, `[r, 1]`; `nil` for none.
    public let values: String?
}

extension LowRankMethod {
    public var virtualTokens: Int { 0 }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] {
        lowRankChanges(of: model).flatMap(\.parameters)
    }

    public func trainedParameters(for model: any LanguageModel) -> [String] { addedParameters(for: model).map(\.name) }

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        var conditioning = Conditioning()
        for change in lowRankChanges(of: model) {
            let names = change.names
            conditioning.changes[change.weight] = Conditioning.LowRankChange(
                down: graph.known(names.down), up: graph.known(names.up), values: names.values.map { graph.known($0) },
                scale: Float(change.scale))
        }
        return conditioning
    }

    /// The changes, after checking that there are any and that each weight can be changed by its rank.
    ///
    /// - Parameter targets: What the reader asked to change.
    func checkedChanges(of model: any LanguageModel, targets: [String]) throws(TuningError) -> [LowRankChange] {
        let changes = lowRankChanges(of: model)
        guard !changes.isEmpty else { throw .noTargets(targets) }
        for change in changes {
            let largest = min(change.inputs, change.outputs)
            guard change.rank >= 1, change.rank <= largest else {
                throw .rankOutOfRange(change.rank, weight: change.weight, largest: largest)
            }
        }
        return changes
    }
}
