/// What a measure found.
public struct Measurement: Sendable, Hashable, Codable {
    /// Summed up over the seeds.
    public let value: Double
    /// Of every seed.
    public let values: [Double]
    /// Where each comes from.
    public let addresses: [String]
    /// How a reader wants to see it.
    public let unit: Unit
    /// How the values were summed up.
    public var summary = Measure.Summary.mean

    public enum Unit: String, Sendable, Hashable, Codable {
        case share
        case count
        case bytes
        case seconds
        case plain
    }
}

extension Measurement {
    init(value: Double, values: [Double], addresses: [String], unit: Unit) {
        self.init(value: value, values: values, addresses: addresses, unit: unit, summary: .mean)
    }

    private enum Key: String, CodingKey { case value, values, addresses, unit, summary }

    /// JSON has no infinity and nothing that is not a number: such values are null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(value.isFinite ? value : nil, forKey: .value)
        try container.encode(values.map { $0.isFinite ? $0 : nil }, forKey: .values)
        try container.encode(addresses, forKey: .addresses)
        try container.encode(unit, forKey: .unit)
        try container.encode(summary, forKey: .summary)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        value = try container.decode(Double?.self, forKey: .value) ?? .nan
        values = try container.decode([Double?].self, forKey: .values).map { $0 ?? .nan }
        addresses = try container.decode([String].self, forKey: .addresses)
        unit = try container.decode(Unit.self, forKey: .unit)
        summary = try container.decode(Measure.Summary.self, forKey: .summary)
    }
}
