public import Autodiff
internal import LinearAlgebra
public import Transformer

/// Several adapters on one frozen model in one graph, so that each sequence of a batch can go through its own. Nothing is trained.
///
/// The parameters of the first adapter have their usual names, those of adapter k > 0 names that begin with `adapter.k.`.
public struct MixedBatch: TuningMethod {
    public let name = "mixed-batch"
    public let adapters: [MixedAdapters.Adapter]
    /// For each adapter, how many virtual tokens of earlier ones stand below the token embeddings.
    private let placedBefore: [Int32]

    /// - Parameter adapters: At least one; a sequence names its adapter by its place in this list.
    /// - Throws: ``MixedAdaptersError`` if an adapter changes the base model itself or answers with a class.
    public init(_ adapters: [MixedAdapters.Adapter], for model: any LanguageModel) throws(MixedAdaptersError) {
        precondition(!adapters.isEmpty, "at least one adapter, if only none")
        let baseNames = Set(model.parameters.map(\.name))
        var placed: [Int32] = [0]
        for (index, adapter) in adapters.enumerated() {
            let method = adapter.method
            if let method {
                guard baseNames.isDisjoint(with: method.trainedParameters(for: model)) else {
                    throw .changesBase(adapter: index, method: method.name)
                }
                guard !method.answersWithClass else { throw .answersWithClass(adapter: index) }
            }
            placed.append(placed[index] + Int32(method.map { Self.placedRows(of: $0, in: model) } ?? 0))
        }
        self.adapters = adapters
        placedBefore = placed
    }

    /// Rows of virtual tokens that stand among those of a text.
    private static func placedRows(of method: any TuningMethod, in model: any LanguageModel) -> Int {
        guard method.placedTokens > 0 else { return 0 }
        var graph = Graph()
        model.addParameters(to: &graph)
        for shape in method.addedParameters(for: model) { graph.parameter(shape) }
        return method.conditioning(in: &graph, for: model).placedPrompt.flatMap { graph[$0].shape.fixedRows } ?? 0
    }

    /// The most virtual tokens that any adapter has in front of a text.
    public var virtualTokens: Int { adapters.map(\.virtualTokens).max() ?? 0 }
    public var placedTokens: Int { adapters.map(\.placedTokens).max() ?? 0 }

    public func addedParameters(for model: any LanguageModel) -> [ParameterShape] {
        adapters.indices.flatMap { index in
            shapes(index, for: model).map { ParameterShape(Self.prefix(index) + $0.name, $0.rows, $0.columns) }
        }
    }

    public func trainedParameters(for model: any LanguageModel) -> [String] { [] }

    /// Every adapter's parameters as they are now.
    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError) {
        for (index, adapter) in adapters.enumerated() {
            for shape in shapes(index, for: model) {
                guard let source = adapter.parameters[shape.name], let own = parameters[Self.prefix(index) + shape.name] else {
                    throw .missingParameter(Self.prefix(index) + shape.name)
                }
                own.copy(source)
            }
        }
    }

    /// Every adapter's own parameters, shared with it.
    func sharedParameters(for model: any LanguageModel) -> ParameterStore {
        adapters.enumerated().reduce(ParameterStore([])) { store, adapter in
            store.joined(
                with: adapter.element.parameters.sharing(
                    shapes(adapter.offset, for: model).map(\.name), under: Self.prefix(adapter.offset)))
        }
    }

    public func conditioning(in graph: inout Graph, for model: any LanguageModel) -> Conditioning {
        preconditionFailure("a mixed batch has a conditioning for each adapter")
    }

    public func conditionings(in graph: inout Graph, for model: any LanguageModel) -> [Conditioning] {
        adapters.enumerated().map { index, adapter in
            guard let method = adapter.method else { return Conditioning() }
            return graph.under(Self.prefix(index)) { method.conditioning(in: &$0, for: model) }
        }
    }

    /// An example in its adapter's template, with virtual tokens where they stand in this batch's table.
    ///
    /// - Precondition: The adapter exists.
    public func prepared(_ example: Example, adapter index: Int, for model: any LanguageModel) -> Example {
        guard let method = adapters[index].method else { return example }
        let own = method.prepared(example, for: model)
        let first = placedBefore[index]
        guard first > 0, method.placedTokens > 0 else { return own }
        let size = Int32(model.vocabularySize)
        return Example(tokens: own.tokens.map { $0 >= size ? $0 + first : $0 }, isTarget: own.isTarget, label: own.label)
    }

    private func shapes(_ index: Int, for model: any LanguageModel) -> [ParameterShape] {
        adapters[index].method?.addedParameters(for: model) ?? []
    }

    private static func prefix(_ index: Int) -> String { index == 0 ? "" : "adapter.\(index)." }
}
