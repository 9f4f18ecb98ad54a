internal import Autodiff
public import LinearAlgebra
internal import Transformer
internal import Tuning

/// How a model, with or without an adapter, does on a reader's data.
public struct ModelEvaluation: Codable, Sendable, Hashable {
    /// Rows evaluated.
    public let rows: Int
    /// Rows left out because they are too long, and rows whose prompt was cut.
    public let skipped: Int
    public let truncated: Int
    /// Rows whose completion is exactly what the model finds likeliest, token by token.
    public let right: Int
    /// Share of such rows, 0…1.
    public let accuracy: Double
    /// Mean cross-entropy of all tokens of the completions.
    public let loss: Double
    /// How often the label is the likeliest of all labels, where the rows are a classification.
    public let classification: Classification?

    /// Answers scored over the label words alone.
    public struct Classification: Codable, Sendable, Hashable {
        /// Share of rows whose label is the most probable one, 0…1.
        public let accuracy: Double
        public let labels: [Label]
    }

    /// One class.
    public struct Label: Codable, Sendable, Hashable {
        public let label: String
        /// Rows that have this label.
        public let rows: Int
        /// Those of them for which it was the most probable.
        public let right: Int
        /// Rows for which it was the most probable, whatever theirs is.
        public let predicted: Int
    }

    /// Evaluates a model on data that was read for it.
    ///
    /// - Parameters:
    ///   - labels: The classes as completions, each as it stands in the data; empty for none. A row is of the class whose completion it
    ///     has.
    ///   - progress: Called with the share that is done.
    /// - Throws: An error that names the word of a label that the tokenizer does not know.
    public init(
        of model: TunedModel, on data: ReadData, labels: [String] = [], pool: WorkerPool, progress: (Double) -> Void = { _ in }
    ) throws {
        let examples = data.examples
        let classes = try labels.map { try data.completion(of: $0, by: model.base) }
        let longestClass = classes.map(\.count).max() ?? 0
        let length = labels.isEmpty ? examples.longest : examples.longest + longestClass
        let evaluator = try Evaluator(
            model: model.base.model, method: model.method, parameters: model.parameters,
            limits: BatchLimits(
                evaluating: min(length, model.base.model.context - model.method.virtualTokens),
                counted: max(examples.longestCompletion, longestClass), by: model.base.model), pool: pool)
        let passes = Double(examples.count * (1 + classes.count))
        var done = 0
        let score = try evaluator.score(examples) { _ in
            done += 1
            progress(Double(done) / passes)
        }
        rows = examples.count
        skipped = data.skipped
        truncated = data.truncated
        right = score.right
        accuracy = score.accuracy
        loss = Double(score.loss)
        guard !classes.isEmpty else {
            classification = nil
            return
        }

        var best = [Double](repeating: -.infinity, count: examples.count)
        var chosen = [Int](repeating: 0, count: examples.count)
        for (index, completion) in classes.enumerated() {
            var row = 0
            let questions = examples.indices.lazy.map {
                Example(prompt: Array(examples.parts($0).prompt), completion: completion)
            }
            try evaluator.score(questions) { answer in
                if answer.logProbability > best[row] { (best[row], chosen[row]) = (answer.logProbability, index) }
                row += 1
                done += 1
                progress(Double(done) / passes)
            }
        }
        var counts = [(rows: Int, right: Int, predicted: Int)](repeating: (0, 0, 0), count: classes.count)
        for row in examples.indices {
            counts[chosen[row]].predicted += 1
            guard let own = classes.firstIndex(where: { $0.elementsEqual(examples.parts(row).completion) }) else { continue }
            counts[own].rows += 1
            if own == chosen[row] { counts[own].right += 1 }
        }
        classification = Classification(
            accuracy: Double(counts.reduce(0) { $0 + $1.right }) / Double(examples.count),
            labels: zip(labels, counts).map { label, count in
                Label(
                    label: label.trimmed, rows: count.rows, right: count.right, predicted: count.predicted)
            })
    }
}
