internal import Autodiff
internal import Foundation
internal import Interchange
public import LinearAlgebra
internal import Transformer
internal import Tuning

/// The words that help most in front of a text, found by trying: the baseline that soft prompts are measured against.
///
/// Every candidate is tried as the first word; behind the best one, every candidate as the second; and so on. So one word is the best
/// there is, and several are the best that greedy choice finds.
public struct HardPromptSearch: Sendable, Hashable {
    /// How a candidate did on the tuning examples.
    public struct Trial: Sendable, Hashable {
        /// The whole prompt.
        public let text: String
        /// Mean cross-entropy of the completions' tokens.
        public let loss: Float
        public let accuracy: Double
    }

    /// All trials, one list a word, the lowest loss first.
    public let rounds: [[Trial]]
    /// The best prompt.
    public let text: String

    /// Examples that a candidate is tried on: the first ones of the tuning examples.
    private static let triedExamples = 256
    /// Of a larger vocabulary only tokens that occur in the data are tried.
    private static let largeVocabulary = 4_096

    /// - Parameters:
    ///   - words: How many to find.
    ///   - progress: Called after each trial with the share that is done, and its loss.
    public init(
        on base: BaseModel, task: TaskData, words: Int, pool: WorkerPool, progress: (Double, Float) -> Void = { _, _ in }
    ) throws {
        let examples = task[.train].prefix(Self.triedExamples)
        guard !examples.isEmpty else { throw TuningError.noExamples("search a hard prompt with") }
        let candidates = Self.candidates(of: base, task: task)
        guard let embeddings = base.parameters[base.model.tokenEmbeddings] else {
            throw TuningError.missingParameter(base.model.tokenEmbeddings)
        }
        var chosen: [Int32] = []
        var rounds: [[Trial]] = []
        for word in 0..<words {
            let method = HardPrompt(tokens: chosen + [0])
            try MethodUse(base: base, steps: 0).checkRoom(for: method.virtualTokens + task.longest)
            let added = ParameterStore(method.addedParameters(for: base.model))
            let parameters = base.parameters.joined(with: added)
            try method.initialise(parameters, for: base.model, seed: 0)
            let evaluator = try Evaluator(
                model: base.model, method: method, parameters: parameters,
                limits: BatchLimits(evaluating: task.longest, counted: task.longestCompletion, by: base.model), pool: pool)
            var trials: [(token: Int32, trial: Trial)] = []
            for (index, token) in candidates.enumerated() {
                let row = Int(token)
                added[PromptTuning.parameter]?.rows(word..<(word + 1)).copy(embeddings.rows(row..<(row + 1)))
                let score = try evaluator.score(examples)
                let text = base.tokenizer.decode(chosen + [token], skippingSpecialTokens: false)
                trials.append((token, Trial(text: text, loss: score.loss, accuracy: score.accuracy)))
                progress(Double(word * candidates.count + index + 1) / Double(words * candidates.count), score.loss)
            }
            // Of equals, the one with the lower id.
            trials.sort { ($0.trial.loss, $0.token) < ($1.trial.loss, $1.token) }
            if let best = trials.first { chosen.append(best.token) }
            rounds.append(trials.map(\.trial))
        }
        self.rounds = rounds
        text = base.tokenizer.decode(chosen, skippingSpecialTokens: false)
    }

    private static func candidates(of base: BaseModel, task: TaskData) -> [Int32] {
        let special = Set(base.tokenizer.specialTokens.map { Int32($0.id) })
        let all = (0..<Int32(base.model.vocabularySize)).filter { !special.contains($0) }
        guard all.count > largeVocabulary else { return all }
        let met = Set(task[.train].indices.flatMap { task[.train][$0].tokens })
        return all.filter(met.contains)
    }

    /// All trials as CSV, with the number of words of each.
    var csv: String {
        let lines = rounds.enumerated().flatMap { index, trials in
            trials.map { "\(index + 1),\"\($0.text.replacing("\"", with: "\"\""))\",\($0.loss),\($0.accuracy)" }
        }
        return (["words,prompt,loss,accuracy"] + lines).joined(separator: "\n") + "\n"
    }
}
