internal import Interchange
public import LinearAlgebra
internal import Transformer
public import Tuning

/// How a model goes on with a text.
public struct Generation: Sendable, Hashable {
    /// The tokens that were added.
    public let tokens: [Int32]
    /// Their text.
    public let completion: String
    public let ending: Generator.Ending

    /// - Parameters:
    ///   - prompt: The text to go on with, at least one token.
    ///   - limit: The most tokens to add.
    ///   - stop: A text of one token at which to stop, besides the model's end token.
    /// - Throws: An error that names the word of the prompt that the tokenizer does not know, or says that it is empty or too long.
    public init(
        of model: TunedModel, after prompt: String, limit: Int, stop: String? = nil, sampling: Sampling = .greedy,
        pool: WorkerPool
    ) throws {
        let base = model.base
        guard model.labels.isEmpty else {
            throw InterchangeError("the adapter answers with a class, not with text; see its answers with foreword evaluate")
        }
        let ids: [Int32]
        do throws(InterchangeError) { ids = try base.tokenizer.encode(prompt) } catch {
            throw InterchangeError(place: ["prompt", error.place].compactMap { $0 }.joined(separator: ", "), error.problem)
        }
        guard !ids.isEmpty else { throw InterchangeError(place: "prompt", "it is empty; give at least one word to go on with") }
        let virtual = model.method.addedTokens
        guard ids.count + virtual <= base.model.context else {
            throw TuningError.textTooLong(tokens: ids.count, virtualTokens: virtual, context: base.model.context)
        }
        let generator = try Generator(
            model: base.model, method: model.method, parameters: model.parameters, longest: ids.count + limit, pool: pool)
        let result = try generator.generate(after: ids, limit: limit, ends: try base.ends(with: stop), sampling: sampling)
        tokens = result.tokens
        ending = result.ending
        completion = base.tokenizer.decode(tokens, skippingSpecialTokens: true)
    }
}
