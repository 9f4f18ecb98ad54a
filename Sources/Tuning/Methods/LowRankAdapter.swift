public import Autodiff
public import Transformer

/// Low-rank changes as an adapter holds them, each with a rank and a scale of its own: what LoRA and its kin leave behind.
public struct LowRankAdapter: LowRankMethod {
    public typealias Change = LowRankChange

    public let name: String
    public let changes: [Change]

    /// - Parameter name: Of the method that the changes come from.
    public init(_ changes: [Change], of name: String) {
        self.changes = changes
        self.name = name
    }

    public func lowRankChanges(of model: any LanguageModel) -> [LowRankChange] { changes }

    /// The parameters are the adapter's: there is nothing to start from.
    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) {}
}
