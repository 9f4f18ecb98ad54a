public import Autodiff
public import LinearAlgebra
public import Transformer

/// Several adapters on one loaded base model, asked in one batch.
///
/// The sequences of a batch go through the frozen weights together, and each through its own adapter: prompts and prefixes of any
/// length, low-rank changes of any rank, none at all. What a sequence gets is what its adapter alone would give it. In memory are the
/// base model, once, and the adapters.
public final class MixedAdapters {
    /// A trained method.
    public struct Adapter: Sendable {
        /// `nil` for the bare base model.
        public let method: (any TuningMethod)?
        /// Holds what the method adds; what else it holds is not looked at.
        public let parameters: ParameterStore

        public init(_ method: any TuningMethod, parameters: ParameterStore) {
            self.method = method
            self.parameters = parameters
        }

        private init() {
            method = nil
            parameters = ParameterStore([])
        }

        /// The base model without an adapter.
        public static let none = Adapter()

        /// Virtual tokens in front of every text.
        public var virtualTokens: Int { method?.virtualTokens ?? 0 }
        /// Tokens that a template puts among those of a text.
        var placedTokens: Int { method?.placedTokens ?? 0 }
        var addedTokens: Int { method?.addedTokens ?? 0 }
    }

    public let model: any LanguageModel
    public let adapters: [Adapter]
    /// The base model's parameters, shared with who loaded them, and those of adapter k > 0 under names that begin with `adapter.k.`.
    public let parameters: ParameterStore
    private let executor: Executor
    private let pass: ForwardPass
    private let mixed: MixedBatch
    /// The most tokens of a text, without those that adapters put in.
    private let longest: Int

    /// - Parameters:
    ///   - base: Holds the model's parameters.
    ///   - adapters: At least one; a sequence names its adapter by its place in this list.
    ///   - limits: Sequences asked at a time, and the most tokens of one, without those that adapters put in.
    /// - Throws: ``MixedAdaptersError`` if an adapter changes the base model itself, or lacks a parameter.
    public init(
        model: any LanguageModel, base: ParameterStore, adapters: [Adapter], limits: BatchLimits, pool: WorkerPool
    ) throws(MixedAdaptersError) {
        let mixed = try MixedBatch(adapters, for: model)
        var graph = Graph()
        model.addParameters(to: &graph)
        for shape in mixed.addedParameters(for: model) { graph.parameter(shape) }
        let conditionings = mixed.conditionings(in: &graph, for: model)
        let parameters = base.sharing(model.parameters.map(\.name), under: "").joined(with: mixed.sharedParameters(for: model))
        longest = limits.length
        var limits = limits
        limits.length += adapters.map(\.placedTokens).max() ?? 0
        pass = model.addForward(
            to: &graph, conditionings: conditionings, textLength: limits.length, logitRows: .counted)
        self.model = model
        self.adapters = adapters
        self.mixed = mixed
        self.parameters = parameters
        do throws(ExecutorError) {
            executor = try Executor(
                Plan(graph, computing: [pass.logits], limits: limits), parameters: parameters, pool: pool)
        } catch {
            throw .executor(error)
        }
    }

    /// The numbers in memory that were loaded or trained: those of the base model, once, and of the adapters.
    public var parameterCount: Int {
        parameters.names.reduce(0) { sum, name in sum + (parameters[name].map { $0.rows * $0.columns } ?? 0) }
    }

    /// The logits `[counted, V]` of each example's counted tokens, row by row, under its adapter.
    ///
    /// - Throws: ``MixedAdaptersError`` if an adapter does not exist, or a text or the batch is too long.
    public func logits(
        of examples: some Collection<(example: Example, adapter: Int)>
    ) throws(MixedAdaptersError) -> [[Float]] {
        for (example, adapter) in examples { try check(tokens: example.tokens.count, adapter: adapter) }
        let numbers = try compute { batch in
            for (example, adapter) in examples {
                batch.append(prepared(example, adapter), virtualTokens: adapters[adapter].virtualTokens, adapter: adapter)
            }
        }
        var start = 0
        return examples.map { example, _ in
            let end = start + example.targets.count * model.vocabularySize
            defer { start = end }
            return Array(numbers[start..<end])
        }
    }

    /// The logits `[V]` of the token that follows each text, under its adapter.
    ///
    /// - Throws: ``MixedAdaptersError`` if an adapter does not exist, or a text or the batch is too long.
    /// - Precondition: Every text has at least one token.
    public func nextLogits(
        after texts: some Collection<(text: [Int32], adapter: Int)>
    ) throws(MixedAdaptersError) -> [[Float]] {
        try nextLogits(after: texts.map { (prompt: $0.text, added: [], adapter: $0.adapter) })
    }

    private func nextLogits(
        after texts: [(prompt: [Int32], added: [Int32], adapter: Int)]
    ) throws(MixedAdaptersError) -> [[Float]] {
        for (prompt, added, adapter) in texts {
            precondition(!prompt.isEmpty, "a text to go on with")
            try check(tokens: prompt.count + added.count, adapter: adapter)
        }
        let numbers = try compute { batch in
            for (prompt, added, adapter) in texts {
                let text = prepared(Example(prompt: prompt, completion: added), adapter)
                batch.appendQuestion(text.tokens, firstPosition: adapters[adapter].virtualTokens, adapter: adapter)
            }
        }
        let width = model.vocabularySize
        return texts.indices.enumerated().map { place, _ in Array(numbers[place * width..<(place + 1) * width]) }
    }

    /// Goes on with several texts at once, each under its adapter, until each has ended.
    ///
    /// - Parameters:
    ///   - prompts: The texts' tokens, at least one each.
    ///   - limit: The most tokens to add to each.
    ///   - ends: Tokens at which a text ends. The one that is met is not part of the result.
    /// - Returns: What was added to each text. A text also ends where the model or the limits have no room for another token.
    public func generate(
        after prompts: [(text: [Int32], adapter: Int)], limit: Int, ends: Set<Int32> = [], sampling: Sampling = .greedy
    ) throws(MixedAdaptersError) -> [[Int32]] {
        var added = prompts.map { _ in [Int32]() }
        var running = Array(prompts.indices)
        for step in 0..<limit where !running.isEmpty {
            let logits = try nextLogits(
                after: running.map { (prompt: prompts[$0].text, added: added[$0], adapter: prompts[$0].adapter) })
            var left: [Int] = []
            for (index, row) in zip(running, logits) {
                let token = sampling.token(from: row[...], step: step)
                guard !ends.contains(token) else { continue }
                added[index].append(token)
                let length = prompts[index].text.count + added[index].count
                if length <= room(forAdapter: prompts[index].adapter) { left.append(index) }
            }
            running = left
        }
        return added
    }

    /// The most tokens of a text beside an adapter's virtual tokens.
    private func room(forAdapter adapter: Int) -> Int {
        min(longest, model.context - adapters[adapter].addedTokens)
    }

    private func prepared(_ example: Example, _ adapter: Int) -> Example {
        mixed.prepared(example, adapter: adapter, for: model)
    }

    private func check(tokens: Int, adapter: Int) throws(MixedAdaptersError) {
        guard adapters.indices.contains(adapter) else { throw .noSuchAdapter(adapter, count: adapters.count) }
        guard tokens <= longest else {
            throw .executor(.batchTooLarge(sequences: 1, longest: tokens, limits: executor.plan.limits))
        }
        let virtualTokens = adapters[adapter].addedTokens
        guard tokens + virtualTokens <= model.context else {
            throw .tuning(.textTooLong(tokens: tokens, virtualTokens: virtualTokens, context: model.context))
        }
    }

    private func compute(_ pack: (inout Batch) -> Void) throws(MixedAdaptersError) -> [Float] {
        do throws(ExecutorError) { try executor.load(pack) } catch { throw .executor(error) }
        executor.compute()
        return executor.numbers(pass.logits)
    }
}

/// Why adapters cannot be mixed as asked.
public enum MixedAdaptersError: Error, Sendable, Equatable {
    case changesBase(adapter: Int, method: String)
    case answersWithClass(adapter: Int)
    case noSuchAdapter(Int, count: Int)
    case tuning(TuningError)
    case executor(ExecutorError)
}

extension MixedAdaptersError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .changesBase(let adapter, let method):
            "Adapter \(adapter) is made by \(method), which changes the base model's own weights and so cannot share them in a mixed "
                + "batch; load it as a model of its own."
        case .answersWithClass(let adapter):
            "Adapter \(adapter) answers with a class, told by a head of its own, which a mixed batch of texts has no place for; evaluate "
                + "it by itself."
        case .noSuchAdapter(let adapter, let count):
            "There is no adapter \(adapter); name one from 0 to \(count - 1)."
        case .tuning(let error): error.description
        case .executor(let error): error.description
        }
    }
}
