internal import Autodiff
internal import Interchange
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
        let hasHead = !model.labels.isEmpty
        let labels = hasHead ? model.labels : labels
        let classes = try data.completions(for: labels).map { try data.completion(of: $0, by: model.base) }
        if hasHead, let other = examples.indices.first(where: { !classes.contains(Array(examples.parts($0).completion)) }) {
            let text = model.base.tokenizer.decode(examples.parts(other).completion, skippingSpecialTokens: true)
            throw InterchangeError(
                place: "completion \"\(text.trimmed)\"",
                "the adapter answers with one of the classes \(labels.joined(separator: ", ")); evaluate it on rows of these")
        }
        let method = hasHead ? model.method.naming(classes) : model.method
        let longestClass = hasHead ? 0 : classes.map(\.count).max() ?? 0
        let length = (classes.isEmpty ? examples.longest : examples.longest + longestClass)
        let evaluator = try Evaluator(
            model: model.base.model, method: method, parameters: model.parameters,
            limits: BatchLimits(
                evaluating: min(length, model.base.model.context - method.addedTokens),
                counted: max(examples.longestCompletion, longestClass), by: model.base.model), pool: pool)
        let passes = Double(examples.count * (hasHead ? 1 : 1 + classes.count))
        var done = 0
        var best = [Double](repeating: -.infinity, count: examples.count)
        var chosen = [Int](repeating: 0, count: examples.count)
        let score = try evaluator.score(examples) { answer in
            if hasHead { chosen[done] = Int(answer.tokens.first ?? 0) }
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

        for (index, completion) in (hasHead ? [] : classes).enumerated() {
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

extension TuningMethod {
    /// The method with a head whose classes stand for these completions.
    fileprivate func naming(_ classes: [[Int32]]) -> any TuningMethod {
        guard let parts = (self as? Combination)?.parts else { return self }
        return Combination(parts.map { $0 is ClassificationHead ? ClassificationHead(classes: classes) : $0 })
    }
}
