/// AdaLoRA (Zhang et al. 2023) as PEFT's `AdaLoraConfig` stores it. Tensors of each module: `base_model.model.<path>.lora_A` [r, in],
/// `….lora_B` [out, r] and the singular values `….lora_E` [r, 1], of the rows that survived only.
public struct AdaLoRAConfiguration: AdapterMethodConfiguration {
    public static let peftType = "ADALORA"

    /// `init_r`: the rank of every module at the start.
    public var initialRank: Int
    /// `target_r`: the rank that is left on average.
    public var targetRank: Int
    /// `tinit`: steps before the budget falls.
    public var initialSteps: Int
    /// `tfinal`: steps after it has fallen.
    public var finalSteps: Int
    /// `deltaT`: steps between two cuts.
    public var stepsBetweenCuts: Int
    /// `total_step`
    public var totalSteps: Int?
    /// `beta1`: smoothing of the importance.
    public var beta1: Double
    /// `beta2`: smoothing of its uncertainty.
    public var beta2: Double
    /// `orth_reg_weight`: weight of the term that keeps A's rows and B's columns orthogonal.
    public var orthogonalityWeight: Double
    /// `lora_alpha`
    public var alpha: Double
    /// `lora_dropout`
    public var dropout: Double
    /// `fan_in_fan_out`: whether the model stores weights [in, out].
    public var storesInputsFirst: Bool
    /// `target_modules`; nil where PEFT chose them by the model's family.
    public var targetModules: TargetModules?
    /// `rank_pattern`: for each module, which of the first rows survived; nil before the budget has fallen.
    public var survivors: [String: [Bool]]?
    public var baseModel: String?
    public var otherSettings: JSONObject

    public init(
        initialRank: Int, targetRank: Int, initialSteps: Int = 0, finalSteps: Int = 0, stepsBetweenCuts: Int = 1,
        totalSteps: Int? = nil, beta1: Double = 0.85, beta2: Double = 0.85, orthogonalityWeight: Double = 0.5, alpha: Double = 8,
        dropout: Double = 0, storesInputsFirst: Bool, targetModules: TargetModules, survivors: [String: [Bool]]? = nil,
        baseModel: String? = nil
    ) {
        self.initialRank = initialRank
        self.targetRank = targetRank
        self.initialSteps = initialSteps
        self.finalSteps = finalSteps
        self.stepsBetweenCuts = stepsBetweenCuts
        self.totalSteps = totalSteps
        self.beta1 = beta1
        self.beta2 = beta2
        self.orthogonalityWeight = orthogonalityWeight
        self.alpha = alpha
        self.dropout = dropout
        self.storesInputsFirst = storesInputsFirst
        self.targetModules = targetModules
        self.survivors = survivors
        self.baseModel = baseModel
        otherSettings = JSONObject()
    }

    init(_ settings: JSONSettings) throws(InterchangeError) {
        try LowRank.refuseVariants(settings)
        initialRank = try settings.count("init_r", default: 12)
        targetRank = try settings.count("target_r", default: 8)
        initialSteps = try settings.steps("tinit")
        finalSteps = try settings.steps("tfinal")
        stepsBetweenCuts = try settings.count("deltaT", default: 1, upTo: 1 << 40)
        totalSteps = try settings.optionalCount("total_step", upTo: 1 << 40)
        beta1 = try settings.fraction("beta1", default: 0.85)
        beta2 = try settings.fraction("beta2", default: 0.85)
        orthogonalityWeight = try settings.positive("orth_reg_weight", default: 0.5)
        alpha = try settings.positive("lora_alpha", default: 8)
        dropout = try settings.fraction("lora_dropout", default: 0)
        storesInputsFirst = try settings.flag("fan_in_fan_out", default: false)
        targetModules = try TargetModules(settings)
        survivors = try Self.survivors(settings.group("rank_pattern"))
        baseModel = try settings.optionalText("base_model_name_or_path")
        otherSettings = settings.object
        otherSettings = others(of: settings)
    }

    private static let suffix = ".lora_E"

    private static func survivors(_ pattern: JSONSettings?) throws(InterchangeError) -> [String: [Bool]]? {
        guard let pattern else { return nil }
        var survivors: [String: [Bool]] = [:]
        for member in pattern.object.members {
            guard let rows = member.value.array?.map(\.bool), !rows.contains(nil), member.key.hasSuffix(suffix) else {
                throw InterchangeError(
                    place: "key \(member.key.quoted) of \"rank_pattern\"",
                    "expected the name of a lora_E with a list of true and false, but found \(member.value.kind)")
            }
            survivors[String(member.key.dropLast(suffix.count))] = rows.compactMap { $0 }
        }
        return survivors
    }

    public var ownSettings: [(key: String, value: JSON)] {
        let pattern = survivors.map { survivors in
            JSON.object(JSONObject(survivors.map { ($0.key + Self.suffix, .array($0.value.map { .bool($0) })) }).sorted)
        }
        return [
            ("init_r", .integer(initialRank)), ("target_r", .integer(targetRank)), ("tinit", .integer(initialSteps)),
            ("tfinal", .integer(finalSteps)), ("deltaT", .integer(stepsBetweenCuts)), ("total_step", .optional(totalSteps)),
            ("beta1", .number(beta1)), ("beta2", .number(beta2)), ("orth_reg_weight", .number(orthogonalityWeight)),
            ("lora_alpha", .plain(alpha)), ("lora_dropout", .number(dropout)), ("fan_in_fan_out", .bool(storesInputsFirst)),
            ("target_modules", targetModules?.json ?? .null), ("rank_pattern", pattern ?? .null), ("bias", "none"),
        ]
    }

    static let parts = LowRank(parts: [".lora_A", ".lora_B", ".lora_E"])

    /// The paths of the modules that tensors change, sorted.
    public static func modules(in tensors: [String: Tensor]) throws(InterchangeError) -> [String] {
        try parts.modules(in: tensors).map(\.path)
    }

    public func check(_ tensors: [String: Tensor]) throws(InterchangeError) {
        for module in try Self.parts.modules(in: tensors) {
            let rows = survivors?[module.path]
            if survivors != nil, rows == nil {
                throw InterchangeError(
                    place: "module \(module.path.quoted)", "rank_pattern of adapter_config.json does not name it")
            }
            try Self.parts.check(module, rank: rows?.count { $0 } ?? initialRank, targets: targetModules)
        }
    }

    public func check(_ tensors: [String: Tensor], fit model: ModelConfiguration) throws(InterchangeError) {
        for module in try Self.parts.modules(in: tensors) {
            try Self.parts.check(module, storesInputsFirst: storesInputsFirst, fits: model.checkpoint)
        }
    }
}
