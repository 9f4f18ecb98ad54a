internal import Autodiff
internal import Transformer

/// The weight matrix of a projection, whatever way round it is stored.
public struct ProjectionWeight: Sendable, Hashable {
    public let name: String
    public let inputs: Int
    public let outputs: Int

    /// The path of its module: its name without `.weight`.
    public var path: String { Self.path(of: name) }

    static func path(of weight: String) -> String {
        weight.hasSuffix(".weight") ? String(weight.dropLast(".weight".count)) : weight
    }
}

extension LanguageModel {
    /// Whether a projection's weight is stored `[in, out]`, as GPT-2 does, rather than `[out, in]`. The one place that tells tuning methods.
    func storesInputsFirst(_ weight: String) -> Bool { true }

    /// The weights of all projections that targets name (PEFT's `target_modules`): by a whole path, or by its end from a dot on.
    func projections(named targets: [String]) -> [ProjectionWeight] {
        parameters.compactMap { shape in
            guard shape.rows > 1, shape.name.hasSuffix(".weight") else { return nil }
            let path = ProjectionWeight.path(of: shape.name)
            guard targets.contains(where: { path == $0 || path.hasSuffix(".\($0)") }) else { return nil }
            return storesInputsFirst(shape.name)
                ? ProjectionWeight(name: shape.name, inputs: shape.rows, outputs: shape.columns)
                : ProjectionWeight(name: shape.name, inputs: shape.columns, outputs: shape.rows)
        }
    }
}
