public import Autodiff
public import Foundation
public import Interchange
internal import LinearAlgebra
public import Transformer
public import Tuning

/// A pretrained model, loaded and ready to be run: what every tuning method starts from.
public struct BaseModel: Sendable {
    /// Its folder's name.
    public let name: String
    public let configuration: ModelConfiguration
    public let model: any LanguageModel
    /// Its weights. Shared by all that use them: who trains a weight takes a copy.
    public let parameters: ParameterStore
    public let tokenizer: TokenizerPipeline
    /// SHA-256 of the weights as loaded.
    public let weightsHash: ContentHash
    /// The projections in 4 bits, where they are not held in float32.
    public let quantised: QuantisedBase?
    /// Of one of these, some numbers as they were before.
    let quantisedSample: QuantisedSample?

    /// Opens a folder in the format of Hugging Face Transformers.
    ///
    /// - Throws: An error that names the file, and the key or the tensor.
    public init(opening url: URL) throws(InterchangeError) {
        let folder = try ModelFolder(opening: url)
        guard let tokenizer = try folder.tokenizer() else {
            throw InterchangeError(file: url.path, "the folder holds no tokenizer.json, which turns text into token ids")
        }
        let weights = try LoadedWeights(of: folder)
        self.name = url.lastPathComponent
        self.configuration = folder.configuration
        self.model = weights.model
        self.parameters = weights.parameters
        self.tokenizer = tokenizer
        weightsHash = try folder.weightsHash()
        quantised = nil
        quantisedSample = nil
    }

    /// The same model with its projections held in 4 bits only (Dettmers et al. 2023).
    public func heldIn4Bits() throws(TuningError) -> BaseModel {
        let quantised = try in4Bits
        let rest = ParameterStore([]).joined(
            with: parameters.sharing(quantised.remainingParameters(of: model).map(\.name), under: ""))
        let first = model.projections.first?.weight
        let sample = first.flatMap { name in parameters[name].flatMap { QuantisedSample(of: $0, named: name) } }
        return BaseModel(self, parameters: rest, quantised: quantised, sample: sample ?? quantisedSample)
    }

    private init(_ other: BaseModel, parameters: ParameterStore, quantised: QuantisedBase, sample: QuantisedSample?) {
        (name, configuration, model, tokenizer) = (other.name, other.configuration, other.model, other.tokenizer)
        weightsHash = other.weightsHash
        self.parameters = parameters
        self.quantised = quantised
        quantisedSample = sample
    }

    /// SHA-256 of the weights as they are held, of which those that a run trains are its own.
    func hash(with parameters: ParameterStore) throws(InterchangeError) -> String {
        let floats = try parameters.weightsHash(of: model, shapes: configuration.shapes)
        guard let quantised else { return floats.hex }
        let codes = quantised.weights.sorted { $0.key < $1.key }.map { ContentHash(of: $0.value.unpackedCodes).hex }
        return ContentHash(of: ([floats.hex] + codes).joined(separator: " ")).hex
    }

    /// What the weights take in memory, in bytes.
    public var heldBytes: Int {
        let names = Set(parameters.names)
        let floats = model.parameters.filter { names.contains($0.name) }.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.size
        return floats + (quantised?.byteCount ?? 0)
    }

    /// The tokens at which a text ends.
    public var endTokens: [Int32] {
        switch configuration {
        case .gpt2(let gpt2): gpt2.endTokens.map(Int32.init)
        case .llama(let llama): llama.endTokens.map(Int32.init)
        }
    }

    /// The text of every token, by id.
    public var vocabulary: [String] { (0..<model.vocabularySize).map { tokenizer.displayText(of: Int32($0)) } }
}

extension ParameterStore {
    /// SHA-256 of a model's weights as they are now, in the form of ``ContentHash/init(ofWeights:)``.
    public func weightsHash(of model: any LanguageModel, shapes: [String: [Int]]) throws(InterchangeError) -> ContentHash {
        try ContentHash(ofWeights: tensors(of: model, shapes: shapes))
    }

    /// A model's weights as tensors in the shapes of its checkpoint.
    func tensors(of model: any LanguageModel, shapes: [String: [Int]]) -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for parameter in model.parameters {
            guard let values = self[parameter.name]?.values else { continue }
            tensors[parameter.name] = Tensor(values, shape: shapes[parameter.name] ?? [parameter.rows, parameter.columns])
        }
        return tensors
    }
}

extension ModelConfiguration {
    /// The shape of every weight in a checkpoint, by name: a vector has one axis.
    var shapes: [String: [Int]] {
        Dictionary(uniqueKeysWithValues: checkpoint.weights.map { ($0.name, $0.shape) })
    }
}
