/// The `config.json` of a Llama checkpoint (`LlamaConfig` of Hugging Face Transformers).
public struct LlamaCheckpointConfiguration: CheckpointConfiguration {
    public static let modelType = "llama"
    public static let familyName = "Llama"

    /// `num_hidden_layers`: blocks, L.
    public var layers: Int
    /// `num_attention_heads`: query heads of a block, H.
    public var heads: Int
    /// `num_key_value_heads`: key and value heads, each shared by H / Hkv query heads; H where it is missing.
    public var keyValueHeads: Int
    /// `head_dim`: width of a head; d / H where it is missing.
    public var headWidth: Int
    /// `hidden_size`: width of a hidden state, d.
    public var width: Int
    /// `intermediate_size`: width of the hidden layer of the feed-forward network.
    public var innerWidth: Int
    /// `vocab_size`: tokens in the vocabulary, V.
    public var vocabularySize: Int
    /// `max_position_embeddings`: the most tokens of a sequence.
    public var context: Int
    /// `rms_norm_eps`: ε of the root-mean-square normalisations.
    public var normEpsilon: Double
    /// The rotary position embedding.
    public var rotary: RotaryEmbedding
    /// `tie_word_embeddings`: whether the token embeddings also turn hidden states into logits.
    public var tiesEmbeddings: Bool
    /// `bos_token_id`: the token that a text may begin with.
    public var beginTokens: [Int]
    /// `eos_token_id`: the tokens at which generation ends.
    public var endTokens: [Int]
    /// The other members, which are written back as they were.
    public var otherSettings: JSONObject

    public init(
        layers: Int, heads: Int, keyValueHeads: Int? = nil, headWidth: Int? = nil, width: Int, innerWidth: Int,
        vocabularySize: Int,
        context: Int, normEpsilon: Double = 1e-6, rotary: RotaryEmbedding = RotaryEmbedding(), tiesEmbeddings: Bool = true,
        beginTokens: [Int] = [], endTokens: [Int] = []
    ) {
        self.layers = layers
        self.heads = heads
        self.keyValueHeads = keyValueHeads ?? heads
        self.headWidth = headWidth ?? width / heads
        self.width = width
        self.innerWidth = innerWidth
        self.vocabularySize = vocabularySize
        self.context = context
        self.normEpsilon = normEpsilon
        self.rotary = rotary
        self.tiesEmbeddings = tiesEmbeddings
        self.beginTokens = beginTokens
        self.endTokens = endTokens
        otherSettings = JSONObject()
    }

    init(_ settings: JSONSettings) throws(InterchangeError) {
        layers = try settings.count("num_hidden_layers", upTo: 10_000)
        heads = try settings.count("num_attention_heads")
        keyValueHeads = try settings.count("num_key_value_heads", default: heads)
        width = try settings.count("hidden_size")
        if settings.object["head_dim"]?.integer == nil, !width.isMultiple(of: heads) {
            throw InterchangeError(
                place: settings.place("num_attention_heads"),
                "the width hidden_size = \(width) cannot be cut into \(heads) heads of the same width")
        }
        headWidth = try settings.count("head_dim", default: width / heads, upTo: 1 << 16)
        innerWidth = try settings.count("intermediate_size")
        vocabularySize = try settings.count("vocab_size")
        context = try settings.count("max_position_embeddings")
        normEpsilon = try settings.positive("rms_norm_eps", default: 1e-6)
        rotary = try RotaryEmbedding(settings)
        tiesEmbeddings = try settings.flag("tie_word_embeddings", default: false)
        beginTokens = try settings.tokens("bos_token_id")
        endTokens = try settings.tokens("eos_token_id")
        guard heads.isMultiple(of: keyValueHeads) else {
            throw InterchangeError(
                place: settings.place("num_key_value_heads"),
                "\(heads) query heads cannot share \(keyValueHeads) key and value heads evenly")
        }
        guard headWidth.isMultiple(of: 2) else {
            throw InterchangeError(
                place: settings.place("head_dim"), "the rotary embedding turns pairs of numbers, but a head has \(headWidth)")
        }
        for (key, value) in Self.fixed { try settings.require(key, value) }
        otherSettings = settings.object
        for key in own.keys + ["architectures", "model_type", "rope_scaling"] { otherSettings[key] = nil }
    }

    /// Settings of the family that change what is computed and are supported with this value only.
    private static let fixed: [(String, JSON)] = [
        ("attention_bias", false), ("hidden_act", "silu"), ("mlp_bias", false), ("pretraining_tp", 1),
    ]

    private var own: JSONObject {
        JSONObject(
            [
                ("num_hidden_layers", .integer(layers)), ("num_attention_heads", .integer(heads)),
                ("num_key_value_heads", .integer(keyValueHeads)), ("head_dim", .integer(headWidth)),
                ("hidden_size", .integer(width)),
                ("intermediate_size", .integer(innerWidth)), ("vocab_size", .integer(vocabularySize)),
                ("max_position_embeddings", .integer(context)), ("rms_norm_eps", .number(normEpsilon)),
                ("rope_parameters", .object(rotary.settings)), ("rope_theta", .number(rotary.base)),
                ("tie_word_embeddings", .bool(tiesEmbeddings)), ("bos_token_id", JSONSettings.json(beginTokens)),
                ("eos_token_id", JSONSettings.json(endTokens)),
            ] + Self.fixed)
    }

    public var settings: JSONObject {
        var all = otherSettings
        for member in own.members { all[member.key] = member.value }
        all["model_type"] = .string(Self.modelType)
        all["architectures"] = ["LlamaForCausalLM"]
        return all.sorted
    }

    public var storesInputsFirst: Bool { false }

    public var weights: [(name: String, shape: [Int])] {
        let (query, keyValue) = (heads * headWidth, keyValueHeads * headWidth)
        var list = [("model.embed_tokens.weight", [vocabularySize, width])]
        for layer in 0..<layers {
            let block = "model.layers.\(layer)"
            list += [
                ("\(block).input_layernorm.weight", [width]),
                ("\(block).self_attn.q_proj.weight", [query, width]), ("\(block).self_attn.k_proj.weight", [keyValue, width]),
                ("\(block).self_attn.v_proj.weight", [keyValue, width]), ("\(block).self_attn.o_proj.weight", [width, query]),
                ("\(block).post_attention_layernorm.weight", [width]),
                ("\(block).mlp.gate_proj.weight", [innerWidth, width]), ("\(block).mlp.up_proj.weight", [innerWidth, width]),
                ("\(block).mlp.down_proj.weight", [width, innerWidth]),
            ]
        }
        list.append(("model.norm.weight", [width]))
        if !tiesEmbeddings { list.append((Self.headName, [vocabularySize, width])) }
        return list.map { (name: $0.0, shape: $0.1) }
    }

    public func canonicalName(of name: String) -> String {
        name.hasPrefix("model.") || name == Self.headName ? name : "model.\(name)"
    }

    /// The rotary embedding's frequencies.
    public func isBuffer(_ name: String) -> Bool { name.hasSuffix(".rotary_emb.inv_freq") }

    public var tiedEmbeddings: String? { tiesEmbeddings ? "model.embed_tokens.weight" : nil }
}
