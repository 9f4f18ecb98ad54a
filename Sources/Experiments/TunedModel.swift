public import Autodiff
internal import Foundation
public import Interchange
internal import LinearAlgebra
internal import Transformer
public import Tuning

/// A model as it is used: the base, and what a tuning method puts in front of it.
public struct TunedModel: Sendable {
    public let base: BaseModel
    public let method: any TuningMethod
    /// The base's weights and the adapter's.
    public let parameters: ParameterStore

    /// The model without any adapter.
    public init(_ base: BaseModel) {
        self.base = base
        // A method that trains all weights and adds nothing conditions nothing.
        method = FullFineTuning()
        parameters = base.parameters
    }

    /// The model under an adapter.
    ///
    /// - Throws: An error that names the adapter's folder and what does not fit the model.
    public init(_ base: BaseModel, adapter: AdapterFolder) throws(InterchangeError) {
        try adapter.check(fits: base.configuration)
        guard case .promptTuning(let configuration) = adapter.configuration else {
            throw InterchangeError(
                file: adapter.url.relativePath,
                "adapters of the kind \(type(of: adapter.configuration.method).peftType) can be inspected but not run yet; choose one of "
                    + PromptTuningConfiguration.peftType)
        }
        let count = configuration.virtualTokens.count
        guard count < base.model.context else {
            throw InterchangeError(
                file: adapter.url.relativePath,
                "its \(count) virtual tokens leave no room for text in the model's \(base.model.context) positions")
        }
        let method = PromptTuning(virtualTokens: count, initialisation: .sampledVocabulary)
        let added = ParameterStore(method.addedParameters(for: base.model))
        added[PromptTuning.parameter]?.write(try adapter.floats(AdapterTensorName.promptEmbeddings))
        self.base = base
        self.method = method
        parameters = base.parameters.joined(with: added)
    }
}

extension AdapterFolder {
    /// The note in an adapter's file that holds the SHA-256 of the weights it was trained on.
    static let baseWeightsNote = "base_weights_sha256"

    /// The hash of the weights that the adapter was trained on; `nil` if that was not noted, as PEFT does not.
    public var baseWeights: ContentHash? { notes[Self.baseWeightsNote].flatMap(ContentHash.init(hex:)) }

    /// A sentence of warning if the adapter was trained on other weights than a model's. It can run on them, but what it learned was
    /// for the others.
    public func warning(on base: BaseModel) -> String? {
        guard let baseWeights, baseWeights != base.weightsHash else { return nil }
        let other = configuration.method.baseModel.map { " (\($0))" } ?? ""
        return "The adapter \(url.relativePath) was trained on other weights than those of \(base.name): sha256 "
            + "\(baseWeights.hex.prefix(12))…\(other), not \(base.weightsHash.hex.prefix(12))…; its results here say little."
    }
}
