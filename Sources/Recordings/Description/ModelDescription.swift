/// The base model that the runs of a recording started from.
public struct ModelDescription: Codable, Hashable, Sendable {
    /// What people call it, for example `tiny-world-4x64`.
    public var name: String
    /// The architecture, as Hugging Face's `model_type`: `gpt2`, `llama`.
    public var family: String
    public var configuration: ModelConfiguration
    /// How many numbers the model holds.
    public var parameterCount: Int
    /// SHA-256 of its weights as loaded, in hexadecimal.
    public var weightsSha256: String

    public init(name: String, family: String, configuration: ModelConfiguration, parameterCount: Int, weightsSha256: String) {
        self.name = name
        self.family = family
        self.configuration = configuration
        self.parameterCount = parameterCount
        self.weightsSha256 = weightsSha256
    }
}

/// The sizes of a model.
public struct ModelConfiguration: Codable, Hashable, Sendable {
    /// Blocks, L.
    public var layers: Int
    /// Query heads of a block, H.
    public var heads: Int
    /// Key and value heads of a block; as many as query heads where they are not grouped.
    public var keyHeads: Int
    /// Width of a hidden state, d.
    public var width: Int
    /// Width of the hidden layer of the feed-forward network.
    public var innerWidth: Int
    /// Tokens in the vocabulary, V.
    public var vocabularySize: Int
    /// The most positions of a sequence, virtual tokens counted.
    public var context: Int

    public init(
        layers: Int, heads: Int, keyHeads: Int? = nil, width: Int, innerWidth: Int, vocabularySize: Int, context: Int
    ) {
        self.layers = layers
        self.heads = heads
        self.keyHeads = keyHeads ?? heads
        self.width = width
        self.innerWidth = innerWidth
        self.vocabularySize = vocabularySize
        self.context = context
    }
}
