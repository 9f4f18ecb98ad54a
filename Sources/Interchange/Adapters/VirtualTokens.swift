/// The numbers that the methods with virtual tokens share: how many, how wide, for what model.
public struct VirtualTokens: Hashable, Sendable {
    /// `num_virtual_tokens`, P.
    public var count: Int
    /// `token_dim`: the width of a virtual token, d; of a prefix, that of a layer's keys (Hkv · dh).
    public var width: Int
    /// `num_layers`: blocks of the model, L.
    public var layers: Int
    /// `num_attention_heads`: heads of a block; of a prefix, its key and value heads.
    public var heads: Int

    public init(count: Int, width: Int, layers: Int, heads: Int) {
        self.count = count
        self.width = width
        self.layers = layers
        self.heads = heads
    }

    init(_ settings: JSONSettings) throws(InterchangeError) {
        try settings.require("num_transformer_submodules", 1)
        count = try settings.count("num_virtual_tokens")
        width = try settings.count("token_dim")
        layers = try settings.count("num_layers", upTo: 10_000)
        heads = try settings.count("num_attention_heads")
    }

    var settings: [(key: String, value: JSON)] {
        [
            ("num_virtual_tokens", .integer(count)), ("token_dim", .integer(width)), ("num_layers", .integer(layers)),
            ("num_attention_heads", .integer(heads)), ("num_transformer_submodules", 1),
        ]
    }

    /// Checks that the only tensor is the rows of the virtual tokens.
    func check(_ tensors: [String: Tensor], rowWidth: Int, formula: String) throws(InterchangeError) {
        let name = AdapterTensorName.promptEmbeddings
        if let other = tensors.keys.filter({ $0 != name }).min() {
            throw InterchangeError(
                place: "tensor \(other.quoted)", "it is not part of such an adapter; expected only \(name.quoted)")
        }
        guard let tensor = tensors[name] else { throw InterchangeError(place: "tensor \(name.quoted)", "it is missing") }
        guard tensor.shape == [count, rowWidth] else {
            throw InterchangeError(
                place: "tensor \(name.quoted)",
                "its shape is \(tensor.shape), but adapter_config.json asks for \([count, rowWidth]) (\(formula))")
        }
        try tensor.checkIsFloat(name)
    }

    /// Checks that the numbers are those of a model, given what width and heads of a virtual token it needs.
    func check(width: Int, heads: Int, of model: any CheckpointConfiguration) throws(InterchangeError) {
        let pairs = [
            ("token_dim", self.width, width), ("num_layers", layers, model.layers), ("num_attention_heads", self.heads, heads),
        ]
        for (key, found, expected) in pairs where found != expected {
            throw InterchangeError(
                place: "key \(key.quoted)", "the adapter was made for a model with \(found) here, but this one has \(expected)")
        }
    }
}

extension Tensor {
    func checkIsFloat(_ name: String) throws(InterchangeError) {
        guard elementType.isFloat else {
            throw InterchangeError(
                place: "tensor \(name.quoted)", "expected floating-point numbers, but found \(elementType.rawValue)")
        }
    }
}
