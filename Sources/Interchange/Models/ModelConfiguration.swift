public import Foundation

/// What a model folder's `config.json` says, by the family of the model.
public enum ModelConfiguration: Hashable, Sendable {
    case gpt2(GPT2CheckpointConfiguration)
    case llama(LlamaCheckpointConfiguration)

    /// Reads a `config.json`.
    ///
    /// - Throws: An error that names the file and the key whose value is missing, wrong, or not supported.
    public init(reading url: URL) throws(InterchangeError) {
        do throws(InterchangeError) {
            guard let object = try JSON(reading: url).object else { throw InterchangeError("expected an object") }
            try self.init(JSONSettings(object))
        } catch {
            throw error.at(file: url.displayPath)
        }
    }

    private init(_ settings: JSONSettings) throws(InterchangeError) {
        guard let type = settings.object["model_type"]?.string else {
            throw InterchangeError(place: "key \"model_type\"", "it is missing; expected one of \(Self.families)")
        }
        try settings.refuse("quantization_config", because: "quantised weights are not read; use the folder they were made from")
        switch type {
        case GPT2CheckpointConfiguration.modelType: self = .gpt2(try GPT2CheckpointConfiguration(settings))
        case LlamaCheckpointConfiguration.modelType: self = .llama(try LlamaCheckpointConfiguration(settings))
        default:
            throw InterchangeError(
                place: "key \"model_type\"", "models of the family \(type.quoted) are not read; expected one of \(Self.families)")
        }
    }

    private static var families: String {
        "\(GPT2CheckpointConfiguration.modelType.quoted), \(LlamaCheckpointConfiguration.modelType.quoted)"
    }

    /// The configuration of the family.
    public var checkpoint: any CheckpointConfiguration {
        switch self {
        case .gpt2(let configuration): configuration
        case .llama(let configuration): configuration
        }
    }
}

/// What a family of models has to say of its checkpoint folders.
public protocol CheckpointConfiguration: Hashable, Sendable {
    /// `model_type` in `config.json`.
    static var modelType: String { get }
    /// The family's name in a sentence.
    static var familyName: String { get }

    /// Blocks, L.
    var layers: Int { get }
    /// Attention heads of a block, H; of queries where keys and values have fewer.
    var heads: Int { get }
    /// Heads of keys and values.
    var keyValueHeads: Int { get }
    /// Width of a head, dh.
    var headWidth: Int { get }
    /// Width of a hidden state, d.
    var width: Int { get }
    /// Tokens in the vocabulary, V.
    var vocabularySize: Int { get }
    /// The most tokens of a sequence.
    var context: Int { get }
    /// Whether the matrices of the blocks are stored [in, out].
    var storesInputsFirst: Bool { get }

    /// The members of `config.json`.
    var settings: JSONObject { get }

    /// The weights of a checkpoint: canonical name and shape, in the order of the model.
    var weights: [(name: String, shape: [Int])] { get }

    /// The canonical name of a tensor of a file: older files, and those of a model without its head, leave out a prefix.
    func canonicalName(of name: String) -> String

    /// Whether a tensor that is not a weight is a constant which older files hold and which is computed here.
    func isBuffer(_ name: String) -> Bool

    /// The token embeddings, if the head that turns hidden states into logits is the same tensor.
    var tiedEmbeddings: String? { get }
}

extension CheckpointConfiguration {
    /// The head that turns hidden states into logits, in every family here.
    static var headName: String { "lm_head.weight" }
}
