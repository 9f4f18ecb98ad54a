public import Autodiff
public import LinearAlgebra
public import Transformer

/// A model's projections in 4 bits: all weight matrices of its blocks, as bitsandbytes takes them. Embeddings, normalisations, biases and
/// the head stay in float32.
public struct QuantisedBase: Sendable, Hashable {
    /// By the name of the weight.
    public let weights: [String: QuantisedMatrix]

    public init(weights: [String: QuantisedMatrix]) { self.weights = weights }

    /// Quantises the projections of a model.
    ///
    /// - Parameters:
    ///   - parameters: The model's, loaded. Afterwards those of ``names(in:)`` are not needed.
    ///   - isDouble: Whether the blocks' maxima are quantised too.
    /// - Throws: ``TuningError/missingParameter(_:)``.
    public init(quantising parameters: ParameterStore, of model: any LanguageModel, isDouble: Bool = true) throws(TuningError) {
        var weights: [String: QuantisedMatrix] = [:]
        for name in Self.names(in: model) {
            guard let matrix = parameters[name] else { throw .missingParameter(name) }
            weights[name] = QuantisedMatrix(quantising: matrix, isDouble: isDouble)
        }
        self.weights = weights
    }

    /// The names of the weights that are held in 4 bits: those of all projections.
    public static func names(in model: any LanguageModel) -> [String] { model.projections.map(\.weight) }

    /// The bytes of all codes and maxima.
    public var byteCount: Int { weights.values.reduce(0) { $0 + $1.byteCount } }

    /// The parameters of a model that stay in float32.
    public func remainingParameters(of model: any LanguageModel) -> [ParameterShape] {
        model.parameters.filter { weights[$0.name] == nil }
    }
}
