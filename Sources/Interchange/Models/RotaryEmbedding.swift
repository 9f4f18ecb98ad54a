/// The settings of a rotary position embedding (Su et al. 2021, "RoFormer"), with the ways to stretch it over longer texts.
public struct RotaryEmbedding: Hashable, Sendable {
    /// `rope_theta`: pair i of a head of width w turns by base^(−2i / w) a position.
    public var base: Double
    public var scaling: Scaling

    public enum Scaling: Hashable, Sendable {
        case none
        /// Every frequency divided by the factor.
        case linear(factor: Double)
        /// Low frequencies divided by the factor, high ones kept, those between interpolated (Llama 3.1).
        case llama3(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContext: Int)
    }

    public init(base: Double = 10_000, scaling: Scaling = .none) {
        self.base = base
        self.scaling = scaling
    }

    /// Reads `rope_parameters` (since version 5 of Transformers), or `rope_theta` and `rope_scaling` (before).
    init(_ settings: JSONSettings) throws(InterchangeError) {
        let key = settings.object["rope_parameters"]?.object != nil ? "rope_parameters" : "rope_scaling"
        let group = try settings.group(key)
        do throws(InterchangeError) {
            let outer = try settings.positive("rope_theta", default: 10_000)
            base = try group?.positive("rope_theta", default: outer) ?? outer
            scaling = try group.map { group throws(InterchangeError) in try Scaling(group) } ?? .none
        } catch {
            throw InterchangeError(place: "\(error.place ?? "") of \(key.quoted)", error.problem)
        }
    }

    var settings: JSONObject {
        var object = JSONObject([("rope_theta", .number(base))])
        switch scaling {
        case .none:
            object["rope_type"] = "default"
        case .linear(let factor):
            object["rope_type"] = "linear"
            object["factor"] = .number(factor)
        case .llama3(let factor, let low, let high, let original):
            object["rope_type"] = "llama3"
            object["factor"] = .number(factor)
            object["low_freq_factor"] = .number(low)
            object["high_freq_factor"] = .number(high)
            object["original_max_position_embeddings"] = .integer(original)
        }
        return object.sorted
    }
}

extension RotaryEmbedding.Scaling {
    fileprivate init(_ group: JSONSettings) throws(InterchangeError) {
        try group.require("partial_rotary_factor", 1.0)
        let key = group.object["rope_type"] == nil ? "type" : "rope_type"
        switch try group.text(key, default: "default") {
        case "default": self = .none
        case "linear": self = .linear(factor: try group.positive("factor"))
        case "llama3":
            let (low, high) = (try group.positive("low_freq_factor"), try group.positive("high_freq_factor"))
            guard low < high else {
                throw InterchangeError(place: group.place("high_freq_factor"), "expected a number above low_freq_factor = \(low)")
            }
            self = .llama3(
                factor: try group.positive("factor"), lowFrequencyFactor: low, highFrequencyFactor: high,
                originalContext: try group.count("original_max_position_embeddings"))
        case let other:
            throw InterchangeError(
                place: group.place(key),
                "the scaling \(other.quoted) is not supported; expected one of \"default\", \"linear\", \"llama3\"")
        }
    }
}
