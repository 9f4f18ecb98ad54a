internal import Drawing

/// What the parts of a block are called in figures, by the names they have in the graph.
enum OperationLabels {
    /// A formula as the graph has it, its words in both languages.
    static func formula(_ formula: String) -> Localised {
        Localised(
            en: formula,
            zhHans: formula.replacing(" over the keys that i sees, else 0", with: "，k 取 i 能看到的键，其余为 0"))
    }

    /// A part of a block, such as `attention.scores`. One that is not known keeps its name.
    static func part(_ part: String) -> Localised {
        if let known = parts[part] { return known }
        if part.hasSuffix(".lora.down") { return Localised(same: "x Aᵀ") }
        if part.hasSuffix(".lora.up") { return Localised(same: "(x Aᵀ) Bᵀ") }
        if part.hasSuffix(".lora.change") { return Localised(same: "· α/r") }
        if part.hasSuffix(".base") { return Localised(same: "x W") }
        return Localised(same: part)
    }

    private static let parts: [String: Localised] = [
        "attention.norm": Localised(en: "norm", zhHans: "归一化"),
        "attention.qkv": Localised(en: "q, k, v together", zhHans: "q、k、v 一并"),
        "attention.query.projected": Localised(same: "q"),
        "attention.key.projected": Localised(same: "k"),
        "attention.value.projected": Localised(same: "v"),
        "attention.query": Localised(same: "q"),
        "attention.key": Localised(same: "k"),
        "attention.value": Localised(same: "v"),
        "attention.prefix.key": Localised(same: "k"),
        "attention.prefix.value": Localised(same: "v"),
        "attention.scores": Localised(en: "scores", zhHans: "分数"),
        "attention.weights": Localised(en: "weights", zhHans: "权重"),
        "attention.mix": Localised(en: "mix", zhHans: "混合"),
        "attention.heads": Localised(en: "heads together", zhHans: "各头拼接"),
        "attention.counted": Localised(en: "counted", zhHans: "计入的行"),
        "attention.output": Localised(en: "projection", zhHans: "投影"),
        "counted": Localised(en: "counted", zhHans: "计入的行"),
        "attention.residual": Localised(en: "add", zhHans: "相加"),
        "mlp.norm": Localised(en: "norm", zhHans: "归一化"),
        "mlp.hidden": Localised(en: "MLP up", zhHans: "MLP 升维"),
        "mlp.gate": Localised(en: "MLP gate", zhHans: "MLP 门控"),
        "mlp.gate.activation": Localised(same: "SiLU"),
        "mlp.activation": Localised(en: "activation", zhHans: "激活"),
        "mlp.output": Localised(en: "MLP down", zhHans: "MLP 降维"),
        "output": Localised(en: "add", zhHans: "相加"),
    ]
}

extension OperationLabels {
    /// A part of a block in the words of a heading.
    static func title(_ part: String) -> Localised {
        if let known = titles[part] { return known }
        for (suffix, title) in suffixes where part.hasSuffix(suffix) {
            let whole = self.part(String(part.dropLast(suffix.count)))
            return Localised(en: "\(whole.en): \(title.en)", zhHans: "\(whole.zhHans)：\(title.zhHans)")
        }
        return self.part(part)
    }

    private static let suffixes = [
        (".lora.down", Localised(en: "low-rank change, down by A", zhHans: "低秩改动，经 A 降维")),
        (".lora.up", Localised(en: "low-rank change, up by B", zhHans: "低秩改动，经 B 升维")),
        (".lora.change", Localised(en: "low-rank change, scaled by α/r", zhHans: "低秩改动，乘以 α/r")),
        (".base", Localised(en: "projection by the frozen weight", zhHans: "冻结权重的投影")),
    ]

    private static let titles: [String: Localised] = [
        "attention.norm": Localised(en: "norm before attention", zhHans: "注意力之前的归一化"),
        "attention.qkv": Localised(en: "queries, keys and values", zhHans: "查询、键和值"),
        "attention.query": Localised(en: "queries, keys and values of each head", zhHans: "每个头的查询、键和值"),
        "attention.scores": Localised(en: "attention scores", zhHans: "注意力分数"),
        "attention.weights": Localised(en: "attention weights", zhHans: "注意力权重"),
        "attention.mix": Localised(en: "mix of the values", zhHans: "值的混合"),
        "attention.counted": Localised(en: "the mix of the rows that are counted", zhHans: "计入损失的行的混合"),
        "attention.output": Localised(en: "projection", zhHans: "投影"),
        "counted": Localised(en: "residual stream of the rows that are counted", zhHans: "计入损失的行的残差流"),
        "attention.residual": Localised(en: "residual stream after attention", zhHans: "注意力之后的残差流"),
        "mlp.norm": Localised(en: "norm before the MLP", zhHans: "MLP 之前的归一化"),
        "mlp.hidden": Localised(en: "MLP, first layer", zhHans: "MLP 第一层"),
        "mlp.activation": Localised(en: "MLP, activation", zhHans: "MLP 激活"),
        "mlp.output": Localised(en: "MLP, second layer", zhHans: "MLP 第二层"),
        "output": Localised(en: "output", zhHans: "输出"),
    ]
}
