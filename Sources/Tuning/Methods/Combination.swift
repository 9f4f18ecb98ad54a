public import Autodiff
public import Transformer

/// Several methods at once, such as a soft prompt and LoRA: all their parameters are trained together, and each puts its own part
/// into the forward pass.
public struct Combination: TuningMethod {
    public let parts: [any TuningMethod]

    /// - Precondition: At most one part puts something in front of the text, no weight is changed by two, and at most one part adds a
    ///   penalty or acts after a step.
    public init(_ parts: [any TuningMethod]) { self.parts = parts }

    /// The parts' names: `prompt-tuning+lora`.
    public var name: String { parts.map(\.name).joined(separator: "+") }
    public var virtualTokens: Int { parts.reduce(0) { $0 + $1.virtualTokens } }
    public var placedTokens: Int { parts.reduce(0) { $0 + $1.placedTokens } }

    public var answersWithClass: Bool { parts.contains(where: \.answersWithClass) }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] {
        parts.flatMap { $0.addedParameters(for: model) }
    }

    public func trainedParameters(for model: any LanguageModel) -> [String] {
        parts.flatMap { $0.trainedParameters(for: model) }
    }

    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError) {
        for part in parts { try part.initialise(parameters, for: model, seed: seed) }
    }

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        var all = Conditioning()
        for part in parts { all.merge(part.conditioning(in: &graph, for: model)) }
        return all
    }

    public func penalty(in graph: inout Graph, for model: any LanguageModel) -> Value? {
        let penalties = parts.compactMap { $0.penalty(in: &graph, for: model) }
        precondition(penalties.count <= 1, "the penalty comes from one method")
        return penalties.first
    }

    public func stepHook(for model: any LanguageModel) -> (any StepHook)? {
        let hooks = parts.compactMap { $0.stepHook(for: model) }
        precondition(hooks.count <= 1, "one method acts after a step")
        return hooks.first
    }

    public func prepared(_ example: Example, for model: any LanguageModel) -> Example {
        parts.reduce(example) { $1.prepared($0, for: model) }
    }
}
