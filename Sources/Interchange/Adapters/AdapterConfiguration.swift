public import Foundation

/// What an adapter folder's `adapter_config.json` says, by the tuning method.
public enum AdapterConfiguration: Hashable, Sendable {
    case promptTuning(PromptTuningConfiguration)
    case prefixTuning(PrefixTuningConfiguration)
    case pTuning(PTuningConfiguration)
    case lora(LoRAConfiguration)
    case adaLoRA(AdaLoRAConfiguration)

    /// Reads an `adapter_config.json`.
    ///
    /// - Throws: An error that names the file and the key whose value is missing, wrong, or not supported.
    public init(reading url: URL) throws(InterchangeError) {
        self = try Self.read(url).configuration
    }

    /// Reads an `adapter_config.json`: the method, and whether there is a head for classes beside it.
    static func read(_ url: URL) throws(InterchangeError) -> (configuration: AdapterConfiguration, hasHead: Bool) {
        do throws(InterchangeError) {
            guard let object = try JSON(reading: url).object else { throw InterchangeError("expected an object") }
            let settings = JSONSettings(object)
            return (try AdapterConfiguration(settings), try ClassHead.isExpected(by: settings))
        } catch {
            throw error.at(file: url.displayPath)
        }
    }

    private init(_ settings: JSONSettings) throws(InterchangeError) {
        let types = [
            PromptTuningConfiguration.peftType, PrefixTuningConfiguration.peftType, PTuningConfiguration.peftType,
            LoRAConfiguration.peftType, AdaLoRAConfiguration.peftType,
        ]
        let known = types.map(\.quoted).joined(separator: ", ")
        switch settings.object["peft_type"]?.string {
        case PromptTuningConfiguration.peftType: self = .promptTuning(try PromptTuningConfiguration(settings))
        case PrefixTuningConfiguration.peftType: self = .prefixTuning(try PrefixTuningConfiguration(settings))
        case PTuningConfiguration.peftType: self = .pTuning(try PTuningConfiguration(settings))
        case LoRAConfiguration.peftType: self = .lora(try LoRAConfiguration(settings))
        case AdaLoRAConfiguration.peftType: self = .adaLoRA(try AdaLoRAConfiguration(settings))
        case let other?:
            throw InterchangeError(
                place: settings.place("peft_type"), "the method \(other.quoted) is not supported; expected one of \(known)")
        case nil: throw InterchangeError(place: settings.place("peft_type"), "it is missing; expected one of \(known)")
        }
    }

    /// Whether the method changes weights, rather than putting virtual tokens in front.
    public var isLowRank: Bool {
        switch self {
        case .lora, .adaLoRA: true
        case .promptTuning, .prefixTuning, .pTuning: false
        }
    }

    /// The configuration of the method.
    public var method: any AdapterMethodConfiguration {
        switch self {
        case .promptTuning(let method): method
        case .prefixTuning(let method): method
        case .pTuning(let method): method
        case .lora(let method): method
        case .adaLoRA(let method): method
        }
    }
}

/// What a tuning method has to say of its adapter folders.
///
/// Names and shapes are those of Hugging Face PEFT.
public protocol AdapterMethodConfiguration: Hashable, Sendable {
    /// `peft_type` in `adapter_config.json`.
    static var peftType: String { get }

    /// `base_model_name_or_path`: the model that the adapter was trained on.
    var baseModel: String? { get set }

    /// The members that we do not know, which are written back as they were.
    var otherSettings: JSONObject { get set }

    /// The members that we know, but for those that every method has.
    var ownSettings: [(key: String, value: JSON)] { get }

    /// Checks that the tensors are those which the configuration speaks of.
    ///
    /// - Throws: An error that names the tensor and what was expected.
    func check(_ tensors: [String: Tensor]) throws(InterchangeError)

    /// Checks that the adapter can sit on a model.
    ///
    /// - Throws: An error that says what does not fit.
    func check(_ tensors: [String: Tensor], fit model: ModelConfiguration) throws(InterchangeError)
}

extension AdapterMethodConfiguration {
    /// The members of `adapter_config.json`.
    public var settings: JSONObject {
        var all = otherSettings
        for (key, value) in ownSettings + common { all[key] = value }
        return all.sorted
    }

    private var common: [(key: String, value: JSON)] {
        [
            ("peft_type", .string(Self.peftType)), ("task_type", "CAUSAL_LM"), ("inference_mode", true),
            ("base_model_name_or_path", baseModel.map { .string($0) } ?? .null),
        ]
    }

    /// The members that are neither the method's own nor every method's.
    func others(of settings: JSONSettings) -> JSONObject {
        var others = settings.object
        for (key, _) in ownSettings + common { others[key] = nil }
        return others
    }
}

/// The names of an adapter's tensors.
public enum AdapterTensorName {
    /// Of a soft prompt [P, d], and of a prefix [P, 2·L·d].
    public static let promptEmbeddings = "prompt_embeddings"

    /// Of LoRA's A [r, in] for a module such as `transformer.h.0.attn.c_attn`.
    public static func loraA(_ module: String) -> String { "\(prefix)\(module).lora_A.weight" }
    /// Of LoRA's B [out, r].
    public static func loraB(_ module: String) -> String { "\(prefix)\(module).lora_B.weight" }

    /// Of AdaLoRA's A [r, in].
    public static func adaLoRAA(_ module: String) -> String { "\(prefix)\(module).lora_A" }
    /// Of AdaLoRA's B [out, r].
    public static func adaLoRAB(_ module: String) -> String { "\(prefix)\(module).lora_B" }
    /// Of AdaLoRA's singular values [r, 1].
    public static func adaLoRAE(_ module: String) -> String { "\(prefix)\(module).lora_E" }

    static let prefix = "base_model.model."
}
