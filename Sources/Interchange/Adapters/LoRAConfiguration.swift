/// Low-rank adaptation (Hu et al. 2021) as PEFT's `LoraConfig` stores it. Tensors of each module:
/// `base_model.model.<path>.lora_A.weight` [r, in] and `….lora_B.weight` [out, r].
public struct LoRAConfiguration: AdapterMethodConfiguration {
    public static let peftType = "LORA"

    /// `r`: the rank of the matrices where `rankPattern` gives no other.
    public var rank: Int
    /// `lora_alpha`: the change of a weight is α/r · B·A (with `isRankStabilised` α/√r).
    public var alpha: Double
    /// `rank_pattern`: ranks by the path of a module, its end, or a regular expression for either.
    public var rankPattern: [(pattern: String, value: Int)] { ranks.map { ($0.pattern, $0.value) } }
    /// `alpha_pattern`: α's likewise.
    public var alphaPattern: [(pattern: String, value: Double)] { alphas.map { ($0.pattern, $0.value) } }
    /// `use_rslora`
    public var isRankStabilised: Bool
    /// `lora_dropout`
    public var dropout: Double
    /// `fan_in_fan_out`: whether the model stores weights [in, out].
    public var storesInputsFirst: Bool
    /// `target_modules`; nil where PEFT chose them by the model's family.
    public var targetModules: TargetModules?
    public var baseModel: String?
    public var otherSettings: JSONObject

    private var ranks: [Entry<Int>] = []
    private var alphas: [Entry<Double>] = []

    private struct Entry<Value: Hashable & Sendable>: Hashable, Sendable {
        let pattern: String
        let value: Value
    }

    public init(
        rank: Int, alpha: Double, rankPattern: [(pattern: String, value: Int)] = [],
        alphaPattern: [(pattern: String, value: Double)] = [],
        isRankStabilised: Bool = false, dropout: Double = 0, storesInputsFirst: Bool, targetModules: TargetModules,
        baseModel: String? = nil
    ) {
        self.rank = rank
        self.alpha = alpha
        self.isRankStabilised = isRankStabilised
        self.dropout = dropout
        self.storesInputsFirst = storesInputsFirst
        self.targetModules = targetModules
        self.baseModel = baseModel
        otherSettings = JSONObject()
        ranks = rankPattern.map { Entry(pattern: $0.pattern, value: $0.value) }
        alphas = alphaPattern.map { Entry(pattern: $0.pattern, value: $0.value) }
    }

    init(_ settings: JSONSettings) throws(InterchangeError) {
        try LowRank.refuseVariants(settings)
        rank = try settings.count("r", default: 8)
        alpha = try settings.positive("lora_alpha", default: 8)
        isRankStabilised = try settings.flag("use_rslora", default: false)
        dropout = try settings.fraction("lora_dropout", default: 0)
        storesInputsFirst = try settings.flag("fan_in_fan_out", default: false)
        targetModules = try TargetModules(settings)
        baseModel = try settings.optionalText("base_model_name_or_path")
        otherSettings = settings.object
        for member in try settings.group("rank_pattern")?.object.members ?? [] {
            let value = try JSONSettings(JSONObject([(member.key, member.value)])).count(member.key)
            ranks.append(Entry(pattern: member.key, value: value))
        }
        for member in try settings.group("alpha_pattern")?.object.members ?? [] {
            let value = try JSONSettings(JSONObject([(member.key, member.value)])).positive(member.key)
            alphas.append(Entry(pattern: member.key, value: value))
        }
        otherSettings = others(of: settings)
    }

    public var ownSettings: [(key: String, value: JSON)] {
        [
            ("r", .integer(rank)), ("lora_alpha", .plain(alpha)), ("use_rslora", .bool(isRankStabilised)),
            ("lora_dropout", .number(dropout)), ("fan_in_fan_out", .bool(storesInputsFirst)),
            ("target_modules", targetModules?.json ?? .null),
            ("rank_pattern", .object(JSONObject(ranks.map { ($0.pattern, .integer($0.value)) }))),
            ("alpha_pattern", .object(JSONObject(alphas.map { ($0.pattern, .plain($0.value)) }))), ("bias", "none"),
        ]
    }

    /// The rank of a module's matrices.
    public func rank(of module: String) throws(InterchangeError) -> Int {
        try ModulePattern.value(for: module, in: rankPattern, key: "rank_pattern") ?? rank
    }

    /// The α of a module's matrices.
    public func alpha(of module: String) throws(InterchangeError) -> Double {
        try ModulePattern.value(for: module, in: alphaPattern, key: "alpha_pattern") ?? alpha
    }

    static let parts = LowRank(parts: [".lora_A.weight", ".lora_B.weight"])

    /// The paths of the modules that tensors change, sorted.
    public static func modules(in tensors: [String: Tensor]) throws(InterchangeError) -> [String] {
        try parts.modules(in: tensors).map(\.path)
    }

    public func check(_ tensors: [String: Tensor]) throws(InterchangeError) {
        for module in try Self.parts.modules(in: tensors) {
            try Self.parts.check(module, rank: try rank(of: module.path), targets: targetModules)
        }
    }

    public func check(_ tensors: [String: Tensor], fit model: ModelConfiguration) throws(InterchangeError) {
        for module in try Self.parts.modules(in: tensors) {
            try Self.parts.check(module, storesInputsFirst: storesInputsFirst, fits: model.checkpoint)
        }
    }
}
