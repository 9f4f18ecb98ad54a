/// Prefix tuning (Li & Liang 2021) and P-tuning v2 (Liu et al. 2022) as PEFT's `PrefixTuningConfig` stores them. Tensor:
/// `prompt_embeddings` [P, 2·L·d]; entry 2i of a row, d wide, is layer i's key and entry 2i + 1 its value.
public struct PrefixTuningConfiguration: AdapterMethodConfiguration {
    public static let peftType = "PREFIX_TUNING"

    public var virtualTokens: VirtualTokens
    /// `encoder_hidden_size`: the width of the hidden layer, where the prefix was trained through one.
    public var encoderWidth: Int?
    /// `prefix_projection`: whether the prefix was trained through a feed-forward network. The file holds what that computed.
    public var isProjected: Bool
    public var baseModel: String?
    public var otherSettings: JSONObject

    public init(virtualTokens: VirtualTokens, encoderWidth: Int? = nil, isProjected: Bool = false, baseModel: String? = nil) {
        self.virtualTokens = virtualTokens
        self.encoderWidth = encoderWidth
        self.isProjected = isProjected
        self.baseModel = baseModel
        otherSettings = JSONObject()
    }

    init(_ settings: JSONSettings) throws(InterchangeError) {
        virtualTokens = try VirtualTokens(settings)
        encoderWidth = try settings.optionalCount("encoder_hidden_size")
        isProjected = try settings.flag("prefix_projection", default: false)
        baseModel = try settings.optionalText("base_model_name_or_path")
        otherSettings = settings.object
        otherSettings = others(of: settings)
    }

    public var ownSettings: [(key: String, value: JSON)] {
        virtualTokens.settings + [
            ("encoder_hidden_size", .optional(encoderWidth)), ("prefix_projection", .bool(isProjected)),
        ]
    }

    public func check(_ tensors: [String: Tensor]) throws(InterchangeError) {
        let (rowWidth, overflow) = virtualTokens.width.multipliedReportingOverflow(by: 2 * virtualTokens.layers)
        guard !overflow else { throw InterchangeError(place: "key \"token_dim\"", "the prefix would be too wide to count") }
        try virtualTokens.check(tensors, rowWidth: rowWidth, formula: "num_virtual_tokens × 2 · num_layers · token_dim")
    }

    public func check(_ tensors: [String: Tensor], fit model: ModelConfiguration) throws(InterchangeError) {
        let checkpoint = model.checkpoint
        let heads = checkpoint.keyValueHeads
        try virtualTokens.check(width: heads * checkpoint.headWidth, heads: heads, of: checkpoint)
    }
}
