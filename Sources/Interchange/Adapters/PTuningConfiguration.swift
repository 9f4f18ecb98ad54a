/// P-tuning (Liu et al. 2021, "GPT understands, too") as PEFT's `PromptEncoderConfig` stores it. Tensor: `prompt_embeddings` [P, d],
/// which the encoder computed; the encoder itself is not kept.
public struct PTuningConfiguration: AdapterMethodConfiguration {
    public static let peftType = "P_TUNING"

    public var virtualTokens: VirtualTokens
    /// `encoder_reparameterization_type`
    public var encoder: Encoder
    /// `encoder_num_layers`, of an LSTM.
    public var encoderLayers: Int
    /// `encoder_hidden_size`
    public var encoderWidth: Int?
    /// `encoder_dropout`
    public var encoderDropout: Double
    public var baseModel: String?
    public var otherSettings: JSONObject

    /// What computes the virtual tokens while they are trained.
    public enum Encoder: String, Hashable, Sendable, CaseIterable {
        case mlp = "MLP"
        case lstm = "LSTM"
    }

    public init(
        virtualTokens: VirtualTokens, encoder: Encoder = .mlp, encoderLayers: Int = 2, encoderWidth: Int? = nil,
        encoderDropout: Double = 0, baseModel: String? = nil
    ) {
        self.virtualTokens = virtualTokens
        self.encoder = encoder
        self.encoderLayers = encoderLayers
        self.encoderWidth = encoderWidth
        self.encoderDropout = encoderDropout
        self.baseModel = baseModel
        otherSettings = JSONObject()
    }

    init(_ settings: JSONSettings) throws(InterchangeError) {
        virtualTokens = try VirtualTokens(settings)
        let name = try settings.text("encoder_reparameterization_type", default: Encoder.mlp.rawValue)
        guard let encoder = Encoder(rawValue: name) else {
            throw InterchangeError(
                place: settings.place("encoder_reparameterization_type"),
                "\(name.quoted) is not supported; expected one of \"MLP\", \"LSTM\"")
        }
        self.encoder = encoder
        encoderLayers = try settings.count("encoder_num_layers", default: 2, upTo: 10_000)
        encoderWidth = try settings.optionalCount("encoder_hidden_size")
        encoderDropout = try settings.fraction("encoder_dropout", default: 0)
        baseModel = try settings.optionalText("base_model_name_or_path")
        otherSettings = settings.object
        otherSettings = others(of: settings)
    }

    public var ownSettings: [(key: String, value: JSON)] {
        virtualTokens.settings + [
            ("encoder_reparameterization_type", .string(encoder.rawValue)), ("encoder_num_layers", .integer(encoderLayers)),
            ("encoder_hidden_size", .optional(encoderWidth)), ("encoder_dropout", .number(encoderDropout)),
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
