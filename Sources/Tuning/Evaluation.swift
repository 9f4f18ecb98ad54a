public import Autodiff
public import LinearAlgebra
public import Transformer

/// What a model answers to examples, and how often it is right.
public struct Evaluation: Sendable, Hashable {
    /// One example's outcome.
    public struct Answer: Sendable, Hashable {
        /// The most probable token at each counted place, given the right tokens before it.
        public let tokens: [Int32]
        /// The probability of each right token.
        public let probabilities: [Float]
        /// The logarithm of the probability of all right tokens together.
        public let logProbability: Double
        /// The likeliest first tokens of the answer, the likeliest first.
        public let likeliest: [Candidate]
        /// Whether every token is right: exactly then greedy generation gives the completion.
        public let isRight: Bool
    }

    /// A token that might follow.
    public struct Candidate: Sendable, Hashable {
        public let token: Int32
        public let probability: Float
    }

    public let answers: [Answer]
    /// Mean cross-entropy over all counted tokens.
    public let loss: Float

    /// Share of examples that are right, 0…1.
    public var accuracy: Double {
        answers.isEmpty ? 0 : Double(answers.count(where: \.isRight)) / Double(answers.count)
    }
}

/// Evaluates a model under a tuning method, chunk by chunk, in memory that is laid out once.
public final class Evaluator {
    private let executor: Executor
    private let pass: ForwardPass
    private let model: any LanguageModel
    private let method: any TuningMethod
    private let chunk: Int

    /// - Parameters:
    ///   - parameters: The model's and the method's; read anew at every evaluation, so that it follows training.
    ///   - limits: Sequences evaluated at a time, and the most tokens of one, without those that the method puts in.
    public init(
        model: any LanguageModel, method: any TuningMethod, parameters: ParameterStore, limits: BatchLimits, pool: WorkerPool
    ) throws(ExecutorError) {
        var graph = Graph()
        var limits = limits
        limits.length += method.placedTokens
        let forward = graph.addForward(of: model, method: method, textLength: limits.length, logitRows: .counted)
        pass = forward.pass
        self.model = model
        self.method = method
        chunk = limits.sequences
        executor = try Executor(Plan(graph, computing: [pass.logits], limits: limits), parameters: parameters, pool: pool)
    }

    /// - Parameter candidates: How many of the likeliest first tokens each answer names.
    /// - Throws: ``ExecutorError`` if a text is longer than the limits.
    public func evaluate(
        _ examples: some RandomAccessCollection<Example>, candidates: Int = 0
    ) throws(ExecutorError) -> Evaluation {
        var answers: [Evaluation.Answer] = []
        let score = try score(examples, candidates: candidates) { answers.append($0) }
        return Evaluation(answers: answers, loss: score.loss)
    }

    /// Evaluates examples and hands out each answer as it comes, in their order: none is kept.
    ///
    /// - Throws: ``ExecutorError`` if a text is longer than the limits.
    @discardableResult
    public func score(
        _ examples: some RandomAccessCollection<Example>, candidates: Int = 0, each: (Evaluation.Answer) -> Void = { _ in }
    ) throws(ExecutorError) -> EvaluationScore {
        var losses = 0.0
        var counted = 0
        var right = 0
        var rest = examples[...]
        while !rest.isEmpty {
            let part = rest.prefix(chunk).map { method.prepared($0, for: model) }
            rest = rest.dropFirst(chunk)
            try executor.load { batch in
                for example in part { batch.append(example, virtualTokens: method.virtualTokens) }
            }
            executor.compute()
            let logits = executor.numbers(pass.logits)
            let width = executor.plan.graph[pass.logits].shape.columns
            var row = 0
            for example in part {
                let targets = example.targets
                let rows = targets.indices.map { logits[(row + $0) * width..<(row + $0 + 1) * width] }
                let logarithms = zip(rows, targets).map { logProbability(of: $1, in: $0) }
                let tokens = rows.map(likeliest)
                let logarithm = logarithms.reduce(0, +)
                let isRight = tokens == targets
                each(
                    Evaluation.Answer(
                        tokens: tokens, probabilities: probabilities(logarithms), logProbability: logarithm,
                        likeliest: rows.first.map { likeliest(candidates, in: $0) } ?? [], isRight: isRight))
                losses -= logarithm
                counted += targets.count
                right += isRight ? 1 : 0
                row += targets.count
            }
        }
        return EvaluationScore(
            count: examples.count, right: right, loss: counted > 0 ? Float(losses / Double(counted)) : 0)
    }
}

/// How a model did on examples, in numbers.
public struct EvaluationScore: Sendable, Hashable {
    public let count: Int
    /// Examples of which every token was right.
    public let right: Int
    /// Mean cross-entropy over all counted tokens.
    public let loss: Float

    /// Share of examples that are right, 0…1.
    public var accuracy: Double { count == 0 ? 0 : Double(right) / Double(count) }
}
