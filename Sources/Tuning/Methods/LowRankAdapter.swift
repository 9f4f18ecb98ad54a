public import Autodiff
internal import LinearAlgebra
public import Transformer

/// Low-rank changes as an adapter holds them, each with a rank and a scale of its own: what LoRA and its kin leave behind.
public struct LowRankAdapter: TuningMethod {
    /// The change of one weight.
    public struct Change: Sendable, Hashable {
        /// The name of the weight in the model.
        public let weight: String
        public let rank: Int
        public let inputs: Int
        public let outputs: Int
        public let scale: Double

        public init(weight: String, rank: Int, inputs: Int, outputs: Int, scale: Double) {
            self.weight = weight
            self.rank = rank
            self.inputs = inputs
            self.outputs = outputs
            self.scale = scale
        }
    }

    public let name: String
    public let virtualTokens = 0
    public let changes: [Change]

    /// - Parameter name: Of the method that the changes come from.
    public init(_ changes: [Change], of name: String) {
        self.changes = changes
        self.name = name
    }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] {
        changes.flatMap { change in
            let names = LoRA.parameters(of: change.weight)
            return [
                ParameterShape(names.down, change.rank, change.inputs), ParameterShape(names.up, change.outputs, change.rank),
            ]
        }
    }

    public func trainedParameters(for model: any LanguageModel) -> [String] { addedParameters(for: model).map(\.name) }

    /// The parameters are the adapter's: there is nothing to start from.
    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) {}

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        var result = Conditioning()
        for change in changes {
            let names = LoRA.parameters(of: change.weight)
            result.changes[change.weight] = Conditioning.LowRankChange(
                down: graph.known(names.down), up: graph.known(names.up), scale: Float(change.scale))
        }
        return result
    }
}
