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
    /// The weights of all projections that targets name (PEFT's `target_modules`): by a whole path, or by its end from a dot on.
    func projections(named targets: [String]) -> [ProjectionWeight] {
        projectionShapes.compactMap { shape in
            let path = ProjectionWeight.path(of: shape.name)
            guard targets.contains(where: { path == $0 || path.hasSuffix(".\($0)") }) else { return nil }
            return ProjectionWeight(name: shape.name, inputs: shape.rows, outputs: shape.columns)
        }
    }
}
