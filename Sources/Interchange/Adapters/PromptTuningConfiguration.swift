/// Prompt tuning (Lester et al. 2021) as PEFT's `PromptTuningConfig` stores it. Tensor: `prompt_embeddings` [P, d].
public struct PromptTuningConfiguration: AdapterMethodConfiguration {
    public static let peftType = "PROMPT_TUNING"

    public var virtualTokens: VirtualTokens
    /// `prompt_tuning_init` with its text.
    public var initialisation: Initialisation
    /// `tokenizer_name_or_path`: what cut the text of the initialisation.
    public var tokenizer: String?
    public var baseModel: String?
    public var otherSettings: JSONObject

    /// What the virtual tokens were before training.
    public enum Initialisation: Hashable, Sendable {
        /// `RANDOM`
        case random
        /// `SAMPLE_VOCAB`: embeddings of tokens drawn from the vocabulary.
        case sampledVocabulary
        /// `TEXT`: embeddings of a text's tokens.
        case text(String)
    }

    public init(
        virtualTokens: VirtualTokens, initialisation: Initialisation = .random, tokenizer: String? = nil, baseModel: String? = nil
    ) {
        self.virtualTokens = virtualTokens
        self.initialisation = initialisation
        self.tokenizer = tokenizer
        self.baseModel = baseModel
        otherSettings = JSONObject()
    }

    init(_ settings: JSONSettings) throws(InterchangeError) {
        virtualTokens = try VirtualTokens(settings)
        let text = try settings.optionalText("prompt_tuning_init_text")
        switch try settings.text("prompt_tuning_init", default: "RANDOM") {
        case "RANDOM": initialisation = .random
        case "SAMPLE_VOCAB": initialisation = .sampledVocabulary
        case "TEXT":
            guard let text else { throw InterchangeError(place: settings.place("prompt_tuning_init_text"), "it is missing") }
            initialisation = .text(text)
        case let other:
            throw InterchangeError(
                place: settings.place("prompt_tuning_init"),
                "\(other.quoted) is not supported; expected one of \"RANDOM\", \"SAMPLE_VOCAB\", \"TEXT\"")
        }
        tokenizer = try settings.optionalText("tokenizer_name_or_path")
        baseModel = try settings.optionalText("base_model_name_or_path")
        otherSettings = settings.object
        otherSettings = others(of: settings)
    }

    public var ownSettings: [(key: String, value: JSON)] {
        let (name, text): (String, String?) =
            switch initialisation {
            case .random: ("RANDOM", nil)
            case .sampledVocabulary: ("SAMPLE_VOCAB", nil)
            case .text(let text): ("TEXT", text)
            }
        return virtualTokens.settings + [
            ("prompt_tuning_init", .string(name)), ("prompt_tuning_init_text", .optional(text)),
            ("tokenizer_name_or_path", .optional(tokenizer)),
        ]
    }

    public func check(_ tensors: [String: Tensor]) throws(InterchangeError) {
        try virtualTokens.check(tensors, rowWidth: virtualTokens.width, formula: "num_virtual_tokens × token_dim")
    }

    public func check(_ tensors: [String: Tensor], fit model: ModelConfiguration) throws(InterchangeError) {
        let checkpoint = model.checkpoint
        try virtualTokens.check(width: checkpoint.width, heads: checkpoint.heads, of: checkpoint)
    }
}
