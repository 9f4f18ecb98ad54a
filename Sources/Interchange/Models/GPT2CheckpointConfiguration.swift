/// The `config.json` of a GPT-2 checkpoint (`GPT2Config` of Hugging Face Transformers).
public struct GPT2CheckpointConfiguration: CheckpointConfiguration {
    public static let modelType = "gpt2"
    public static let familyName = "GPT-2"

    /// `n_layer`: blocks, L.
    public var layers: Int
    /// `n_head`: attention heads of a block, H.
    public var heads: Int
    /// `n_embd`: width of a hidden state, d.
    public var width: Int
    /// `n_inner`: width of the hidden layer of the feed-forward network; 4d where it is null.
    public var innerWidth: Int
    /// `vocab_size`: tokens in the vocabulary, V.
    public var vocabularySize: Int
    /// `n_positions`: the most tokens of a sequence.
    public var context: Int
    /// `layer_norm_epsilon`: ε of the layer normalisations.
    public var normEpsilon: Double
    /// `bos_token_id`: the token that a text may begin with.
    public var beginTokens: [Int]
    /// `eos_token_id`: the tokens at which generation ends.
    public var endTokens: [Int]
    /// The other members, which are written back as they were.
    public var otherSettings: JSONObject

    /// A configuration of our own: without dropout, which Foreword does not use.
    public init(
        layers: Int, heads: Int, width: Int, innerWidth: Int? = nil, vocabularySize: Int, context: Int,
        normEpsilon: Double = 1e-5,
        beginTokens: [Int] = [], endTokens: [Int] = []
    ) {
        self.layers = layers
        self.heads = heads
        self.width = width
        self.innerWidth = innerWidth ?? 4 * width
        self.vocabularySize = vocabularySize
        self.context = context
        self.normEpsilon = normEpsilon
        self.beginTokens = beginTokens
        self.endTokens = endTokens
        otherSettings = JSONObject([("attn_pdrop", 0.0), ("embd_pdrop", 0.0), ("resid_pdrop", 0.0)])
    }

    init(_ settings: JSONSettings) throws(InterchangeError) {
        layers = try settings.count("n_layer", upTo: 10_000)
        heads = try settings.count("n_head")
        width = try settings.count("n_embd")
        innerWidth = try settings.count("n_inner", default: 4 * width)
        vocabularySize = try settings.count("vocab_size")
        context = try settings.count("n_positions")
        normEpsilon = try settings.positive("layer_norm_epsilon", default: 1e-5)
        beginTokens = try settings.tokens("bos_token_id")
        endTokens = try settings.tokens("eos_token_id")
        guard width.isMultiple(of: heads) else {
            throw InterchangeError(
                place: settings.place("n_head"), "the width n_embd = \(width) cannot be cut into \(heads) heads of the same width"
            )
        }
        for (key, value) in Self.fixed { try settings.require(key, value) }
        otherSettings = settings.object
        for key in own.keys + ["architectures", "model_type"] { otherSettings[key] = nil }
    }

    /// Settings of the family that change what is computed and are supported with this value only. (`reorder_and_upcast_attn` changes
    /// nothing in float32.)
    private static let fixed: [(String, JSON)] = [
        ("activation_function", "gelu_new"), ("add_cross_attention", false), ("scale_attn_by_inverse_layer_idx", false),
        ("scale_attn_weights", true), ("tie_word_embeddings", true),
    ]

    private var own: JSONObject {
        JSONObject(
            [
                ("n_layer", .integer(layers)), ("n_head", .integer(heads)), ("n_embd", .integer(width)),
                ("n_inner", innerWidth == 4 * width ? .null : .integer(innerWidth)), ("vocab_size", .integer(vocabularySize)),
                ("n_positions", .integer(context)), ("layer_norm_epsilon", .number(normEpsilon)),
                ("bos_token_id", JSONSettings.json(beginTokens)), ("eos_token_id", JSONSettings.json(endTokens)),
            ] + Self.fixed)
    }

    public var settings: JSONObject {
        var all = otherSettings
        for member in own.members { all[member.key] = member.value }
        all["model_type"] = .string(Self.modelType)
        all["architectures"] = ["GPT2LMHeadModel"]
        return all.sorted
    }

    public var keyValueHeads: Int { heads }

    public var headWidth: Int { width / heads }

    public var storesInputsFirst: Bool { true }

    public var weights: [(name: String, shape: [Int])] {
        var list = [("transformer.wte.weight", [vocabularySize, width]), ("transformer.wpe.weight", [context, width])]
        for layer in 0..<layers {
            let block = "transformer.h.\(layer)"
            list += [
                ("\(block).ln_1.weight", [width]), ("\(block).ln_1.bias", [width]),
                ("\(block).attn.c_attn.weight", [width, 3 * width]), ("\(block).attn.c_attn.bias", [3 * width]),
                ("\(block).attn.c_proj.weight", [width, width]), ("\(block).attn.c_proj.bias", [width]),
                ("\(block).ln_2.weight", [width]), ("\(block).ln_2.bias", [width]),
                ("\(block).mlp.c_fc.weight", [width, innerWidth]), ("\(block).mlp.c_fc.bias", [innerWidth]),
                ("\(block).mlp.c_proj.weight", [innerWidth, width]), ("\(block).mlp.c_proj.bias", [width]),
            ]
        }
        list += [("transformer.ln_f.weight", [width]), ("transformer.ln_f.bias", [width])]
        return list.map { (name: $0.0, shape: $0.1) }
    }

    public func canonicalName(of name: String) -> String {
        name.hasPrefix("transformer.") || name == Self.headName ? name : "transformer.\(name)"
    }

    /// The causal mask and the number that fills it.
    public func isBuffer(_ name: String) -> Bool { name.hasSuffix(".attn.bias") || name.hasSuffix(".attn.masked_bias") }

    public var tiedEmbeddings: String? { "transformer.wte.weight" }
}
