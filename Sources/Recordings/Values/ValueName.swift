/// The name of a value: a path that a reader can guess, such as `block.0.attention.weights` or `gradient/prompt.embeddings`.
///
/// The names are those of the graph that was run. The helpers here spell them, so that nobody else has to.
public struct ValueName: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public init(_ name: String) { rawValue = name }
}

extension ValueName: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { rawValue = value }
}

extension ValueName: CustomStringConvertible {
    public var description: String { rawValue }
}

extension ValueName: Comparable {
    public static func < (a: ValueName, b: ValueName) -> Bool { a.rawValue < b.rawValue }
}

extension ValueName: Codable {
    public init(from decoder: any Decoder) throws { rawValue = try decoder.singleValueContainer().decode(String.self) }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}

// MARK: Names that most recordings have

extension ValueName {
    /// The mean cross-entropy of a step's counted tokens, `[1, 1]`.
    public static let loss = ValueName("loss")
    /// The cross-entropy of every counted token, `[counted, 1]`.
    public static let tokenLosses = ValueName("loss.tokens")
    /// What the model gives to every word of the vocabulary, `[counted, V]`.
    public static let logits = ValueName("logits")
    /// The softmax of the logits, `[counted, V]`.
    public static let probabilities = ValueName("probabilities")
    /// A soft prompt, `[P, d]`: what prompt tuning trains.
    public static let softPrompt = ValueName("prompt.embeddings")
    /// The soft prompt with its positions added, as the first block receives it, `[P, d]`.
    public static let promptInput = ValueName("prompt.input")
    /// A prefix, `[P, 2·L·Hkv·dh]`: what prefix tuning trains, or what its network makes.
    public static let prefix = ValueName("prefix.embeddings")
    /// The embeddings of the text's tokens, `[tokens, d]`.
    public static let tokenEmbeddings = ValueName("tokens.embeddings")
    /// Token embeddings plus positions, as the first block receives them, `[tokens, d]`.
    public static let embeddings = ValueName("embeddings")
    /// The learning rate of a step.
    public static let learningRate = ValueName("learning-rate")
    /// The L2 norm of a step's gradient, over all trained parameters, before clipping.
    public static let gradientNorm = ValueName("gradient.norm")
    /// The base model's token embeddings, `[V, d]`, which are also its output matrix where the two are tied.
    public static let vocabularyEmbeddings = ValueName("model/transformer.wte.weight")

    /// A value of a block: of the rows of the text, or of the rows of the soft prompt.
    public static func block(_ layer: Int, _ part: String, ofPrompt: Bool = false) -> ValueName {
        ValueName("\(ofPrompt ? "prompt." : "")block.\(layer).\(part)")
    }

    /// Attention weights of the text's rows: `[tokens, heads, P + text length]`; the prompt's own rows: `[P, heads, P]`.
    public static func attentionWeights(layer: Int, ofPrompt: Bool = false) -> ValueName {
        block(layer, "attention.weights", ofPrompt: ofPrompt)
    }

    /// The gradient of the loss with respect to this value.
    public var gradient: ValueName { ValueName("gradient/\(rawValue)") }
    /// AdamW's moving average of this parameter's gradient, after the step.
    public var firstMoment: ValueName { ValueName("optimizer/\(rawValue).first-moment") }
    /// AdamW's moving average of this parameter's squared gradient, after the step.
    public var secondMoment: ValueName { ValueName("optimizer/\(rawValue).second-moment") }
    /// This parameter after the step.
    public var updated: ValueName { ValueName("updated/\(rawValue)") }

    /// The loss on a split of the task's data, found by an evaluation.
    public static func evaluationLoss(_ split: String) -> ValueName { ValueName("evaluation/\(split).loss") }
    /// The share of a split's examples answered right, found by an evaluation.
    public static func evaluationAccuracy(_ split: String) -> ValueName { ValueName("evaluation/\(split).accuracy") }
}

// MARK: What a name says

extension ValueName {
    /// The block a value belongs to, counted from 0; `nil` for values outside the blocks.
    public var layer: Int? {
        let parts = rawValue.split(whereSeparator: { $0 == "." || $0 == "/" })
        guard let block = parts.firstIndex(of: "block"), block + 1 < parts.count else { return nil }
        return Int(parts[block + 1])
    }

    /// Whether this is a gradient, or a part of one.
    public var isGradient: Bool { rawValue.hasPrefix("gradient/") }

    /// The value that this one is the gradient, a moment or the update of; `nil` for values of the forward pass.
    public var subject: ValueName? {
        for prefix in ["gradient/", "updated/"] where rawValue.hasPrefix(prefix) {
            return ValueName(String(rawValue.dropFirst(prefix.count)))
        }
        guard rawValue.hasPrefix("optimizer/") else { return nil }
        for suffix in [".first-moment", ".second-moment"] where rawValue.hasSuffix(suffix) {
            return ValueName(String(rawValue.dropFirst("optimizer/".count).dropLast(suffix.count)))
        }
        return nil
    }

    /// The parameter whose optimizer state this is, such as a moment or AdaLoRA's importance; `nil` for all other values.
    public var stateSubject: ValueName? {
        let prefix = "optimizer/"
        guard rawValue.hasPrefix(prefix), let dot = rawValue.lastIndex(of: ".") else { return nil }
        return ValueName(String(rawValue[..<dot].dropFirst(prefix.count)))
    }

    /// Whether the value lives in the rows of the soft prompt rather than in those of the text.
    public var isOfPrompt: Bool { (subject?.rawValue ?? rawValue).hasPrefix("prompt.") }
}
