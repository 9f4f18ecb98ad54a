public import Autodiff
public import LinearAlgebra
internal import RandomStreams
public import Transformer

/// How the next token is chosen.
public struct Sampling: Sendable, Hashable {
    /// What logits are divided by before the softmax; 0 always takes the likeliest token.
    public var temperature: Double
    /// How many of the likeliest tokens may be drawn; `nil` for all of them.
    public var topK: Int?
    /// Decides every draw.
    public var seed: UInt64

    /// - Precondition: The temperature is not negative, and `topK` at least 1.
    public init(temperature: Double = 0, topK: Int? = nil, seed: UInt64 = 0) {
        precondition(temperature >= 0 && topK ?? 1 >= 1, "a temperature from 0, and a token to choose from")
        self.temperature = temperature
        self.topK = topK
        self.seed = seed
    }

    /// Always the likeliest token.
    public static let greedy = Sampling()

    /// The token drawn from a row of logits.
    ///
    /// - Parameter step: Tokens drawn before: each draw has random numbers of its own.
    func token(from logits: ArraySlice<Float>, step: Int) -> Int32 {
        guard temperature > 0, topK != 1 else { return likeliest(logits) }
        // The likeliest first, so that what is kept does not depend on how equals are sorted.
        let order = logits.indices.sorted { (logits[$0], $1) > (logits[$1], $0) }.prefix(topK ?? logits.count)
        guard let first = order.first else { return 0 }
        let top = Double(logits[first])
        let weights = order.map { exponential((Double(logits[$0]) - top) / temperature) }
        var stream = RandomStream(seed: seed, path: "generation/\(step)")
        var left = Double(stream.uniform()) * weights.reduce(0, +)
        for (place, weight) in zip(order, weights) {
            left -= weight
            if left < 0 { return Int32(place - logits.startIndex) }
        }
        return Int32(first - logits.startIndex)
    }
}

/// Lets a model go on with a text, under a tuning method.
///
/// Each token is the end of one forward pass over all the text so far, behind the virtual tokens: what a soft prompt does to
/// generation is by construction what it does in training.
public final class Generator {
    private let executor: Executor
    private let logits: Value
    private let model: any LanguageModel
    private let method: any TuningMethod
    private let longest: Int

    /// - Parameter longest: The most tokens of a text, the generated ones included; at most what the model has positions for.
    public init(
        model: any LanguageModel, method: any TuningMethod, parameters: ParameterStore, longest: Int, pool: WorkerPool
    ) throws(ExecutorError) {
        self.model = model
        self.method = method
        self.longest = max(1, min(longest, model.context - method.addedTokens))
        var graph = Graph()
        let length = self.longest + method.placedTokens
        let forward = graph.addForward(of: model, method: method, textLength: length, logitRows: .counted)
        logits = forward.pass.logits
        let limits = BatchLimits(sequences: 1, length: length, parts: 1)
        executor = try Executor(Plan(graph, computing: [logits], limits: limits), parameters: parameters, pool: pool)
    }

    /// The logits of the token that follows a prompt and what was added to it, `[V]`.
    ///
    /// - Throws: ``ExecutorError`` if the text is longer than what the generator was made for.
    /// - Precondition: The prompt has at least one token.
    public func nextLogits(after prompt: [Int32], added: [Int32] = []) throws(ExecutorError) -> [Float] {
        precondition(!prompt.isEmpty, "a text to go on with")
        let text = method.prepared(Example(prompt: prompt, completion: added), for: model)
        try executor.load { batch in batch.appendQuestion(text.tokens, firstPosition: method.virtualTokens) }
        executor.compute()
        return executor.numbers(logits)
    }

    /// Goes on with a text until it ends, or the limit or the last position is reached.
    ///
    /// - Parameters:
    ///   - prompt: The text's tokens, at least one.
    ///   - limit: The most tokens to add.
    ///   - ends: Tokens at which to stop. The one that is met is not part of the result.
    ///   - each: Called with every token that is added.
    /// - Throws: ``ExecutorError`` if the prompt is longer than what the generator was made for.
    /// - Returns: The tokens that were added, and why no more were.
    public func generate(
        after prompt: [Int32], limit: Int, ends: Set<Int32> = [], sampling: Sampling = .greedy, each: (Int32) -> Void = { _ in }
    ) throws(ExecutorError) -> (tokens: [Int32], ending: Ending) {
        var added: [Int32] = []
        for step in 0..<limit {
            let token = sampling.token(from: try nextLogits(after: prompt, added: added)[...], step: step)
            if ends.contains(token) { return (added, .endToken) }
            added.append(token)
            each(token)
            if prompt.count + added.count > longest { return (added, .lastPosition) }
        }
        return (added, .limit)
    }

    /// Why a text ends.
    public enum Ending: String, Sendable, Hashable {
        case endToken = "end-token"
        case limit
        /// The model has no position for another token.
        case lastPosition = "last-position"
    }
}
