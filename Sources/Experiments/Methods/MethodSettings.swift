internal import Recordings

/// What tuning methods can be told, under the names that the command line, lessons and sweeps share. A method reads those that concern
/// it (``MethodFamily/keys``).
public struct MethodSettings: Sendable, Hashable {
    /// Virtual tokens, P.
    public var virtualTokens = 8
    /// How a soft prompt starts; `nil` for the method's own way.
    public var start: Start?
    /// Where virtual tokens stand, such as `[P] {prompt} [P]`; `nil` for in front.
    public var template: String?
    /// The width of the layer between a prefix's embedding and the prefix; `nil` trains the prefix itself.
    public var projectionWidth: Int?
    /// What makes P-tuning's virtual tokens.
    public var encoder = Encoder.mlp
    /// The width of its hidden layers; `nil` for the model's.
    public var encoderWidth: Int?
    /// Layers of an LSTM.
    public var encoderLayers = 2
    /// r.
    public var rank = 8
    /// α; `nil` for 2r.
    public var alpha: Double?
    /// Whether a low-rank change is scaled by α/√r.
    public var isRankStabilised = false
    /// The projections that are changed, such as `attn.c_attn`; `nil` for those of queries, keys and values.
    public var targets: [String]?
    /// The rank that AdaLoRA leaves on average; `nil` for half of ``rank``.
    public var targetRank: Int?
    /// The words of a hard prompt; `nil` to search for them.
    public var text: String?
    /// The runs whose adapters are mixed.
    public var adapters: [String] = []
    /// Whether the answer is a class, told by a head of its own, instead of a next token.
    public var hasClassHead = false

    public init() {}

    /// How a soft prompt starts.
    public enum Start: Sendable, Hashable {
        case random(deviation: Double)
        case sampledVocabulary
        case text(String)
        /// From these labels, or from those of the data.
        case classLabels([String]?)
    }

    public enum Encoder: String, Sendable, Hashable, CaseIterable {
        case mlp, lstm
    }

    /// The name of a setting in lessons, sweeps and recordings. On the command line it has hyphens.
    public enum Key: String, Sendable, Hashable, CaseIterable {
        case virtualTokens = "virtual_tokens"
        case start = "initialisation"
        case template
        case projectionWidth = "projection_width"
        case encoder
        case encoderWidth = "encoder_width"
        case encoderLayers = "encoder_layers"
        case rank
        case alpha
        case isRankStabilised = "rank_stabilised"
        case targets
        case targetRank = "target_rank"
        case text
        case adapters
        case hasClassHead = "class_head"
    }

    /// α.
    var scaleAlpha: Double { alpha ?? 2 * Double(rank) }

    /// What a recording says of the settings; nothing of what was left open.
    func described(_ keys: Set<Key>) -> [String: Setting] {
        var settings: [String: Setting] = [:]
        for key in keys {
            let value: Setting? =
                switch key {
                case .virtualTokens: .number(Double(virtualTokens))
                case .start: start.map { .text($0.name) }
                case .template: template.map { .text($0) }
                case .projectionWidth: projectionWidth.map { .number(Double($0)) }
                case .encoder: .text(encoder.rawValue)
                case .encoderWidth: encoderWidth.map { .number(Double($0)) }
                case .encoderLayers: encoder == .lstm ? .number(Double(encoderLayers)) : nil
                case .rank: .number(Double(rank))
                case .alpha: .number(scaleAlpha)
                case .isRankStabilised: isRankStabilised ? .flag(true) : nil
                case .targets: targets.map { .text($0.joined(separator: " ")) }
                case .targetRank: .number(Double(targetRank ?? max(1, rank / 2)))
                case .text: text.map { .text($0) }
                case .adapters: .text(adapters.joined(separator: " "))
                case .hasClassHead: hasClassHead ? .flag(true) : nil
                }
            settings[key.rawValue] = value
        }
        guard keys.contains(.start) else { return settings }
        switch start {
        case .random(let deviation)?: settings["deviation"] = .number(deviation)
        case .text(let text)?: settings["initial_text"] = .text(text)
        case .classLabels(let labels?)?: settings["labels"] = .list(labels)
        case .classLabels(nil)?, .sampledVocabulary?, nil: break
        }
        return settings
    }
}

extension MethodSettings.Start {
    /// The ways to start, as the command line, lessons and recordings call them.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case random
        case sampledVocabulary = "sampled-vocabulary"
        case text
        case classLabels = "class-labels"
    }

    public var kind: Kind {
        switch self {
        case .random: .random
        case .sampledVocabulary: .sampledVocabulary
        case .text: .text
        case .classLabels: .classLabels
        }
    }

    public var name: String { kind.rawValue }
}
