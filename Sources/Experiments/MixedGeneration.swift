internal import Autodiff
public import Foundation
internal import Interchange
public import LinearAlgebra
internal import Transformer
internal import Tuning

/// How one loaded model goes on with many texts at once, each under an adapter of its own.
public struct MixedGeneration: Sendable, Hashable, Codable {
    /// A text, and what it is asked under.
    public struct Row: Sendable, Hashable, Codable {
        /// The adapter's folder as the file names it; empty for the bare model.
        public let adapter: String
        public let prompt: String
        /// What the model added.
        public let completion: String
        /// Whether that is what the file expects; `nil` where it expects nothing.
        public let isRight: Bool?
    }

    public let rows: [Row]
    /// Bytes of the base model's weights, which are there once.
    public let baseBytes: Int
    /// Bytes of all adapters together.
    public let adapterBytes: Int
    /// The largest difference between a logit of the mixed batch and the same logit when its adapter is asked apart, as a share of the
    /// largest logit; `nil` where that was not compared.
    public let largestDifference: Float?

    /// A row of the file.
    struct Question {
        let adapter: String
        let prompt: String
        let tokens: [Int32]
        let expected: String?
    }

    /// Texts that go through the model together.
    private static let batchSize = 32

    /// - Parameters:
    ///   - url: A file of rows with the columns `adapter` and `prompt`, and perhaps `completion`: what is expected.
    ///   - open: Opens the model under the adapter that a row names; called once for each.
    ///   - limit: The most tokens to add.
    ///   - stop: A text of one token at which to stop, besides the model's end token.
    ///   - isChecked: Whether every adapter is also asked apart, and the logits compared.
    /// - Throws: An error that names the line, the adapter and what is wrong.
    public init(
        rowsOf url: URL, on base: BaseModel, open: (String) throws -> TunedModel, limit: Int, stop: String? = nil,
        isChecked: Bool = false, pool: WorkerPool
    ) throws {
        let questions = try Self.questions(in: url, for: base)
        let names = questions.map(\.adapter).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let models = try names.map { try $0.isEmpty ? TunedModel(base) : open($0) }
        let adapters = zip(names, models).map { name, model in
            name.isEmpty ? .none : MixedAdapters.Adapter(model.method, parameters: model.parameters)
        }
        let ends = try base.ends(with: stop)
        let longest = min((questions.map(\.tokens.count).max() ?? 0) + limit, base.model.context)
        let limits = BatchLimits(sequences: min(Self.batchSize, questions.count), length: longest, counted: 1)
        let mixed = try MixedAdapters(
            model: base.model, base: base.parameters, adapters: adapters, limits: limits, pool: pool)
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let asked = questions.compactMap { question in
            places[question.adapter].map { (text: question.tokens, adapter: $0) }
        }
        let apart = try (isChecked ? models : []).map { model in
            try Generator(model: base.model, method: model.method, parameters: model.parameters, longest: longest, pool: pool)
        }
        var completions: [String] = []
        var difference: Float = 0
        for start in stride(from: 0, to: asked.count, by: Self.batchSize) {
            let part = Array(asked[start..<min(start + Self.batchSize, asked.count)])
            completions += try mixed.generate(after: part, limit: limit, ends: ends)
                .map { base.tokenizer.decode($0, skippingSpecialTokens: true) }
            guard isChecked else { continue }
            for (question, logits) in zip(part, try mixed.nextLogits(after: part)) {
                let alone = try apart[question.adapter].nextLogits(after: question.text)
                let largest = alone.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
                difference = zip(logits, alone).reduce(difference) { max($0, abs($1.0 - $1.1) / largest) }
            }
        }
        rows = zip(questions, completions).map { question, completion in
            Row(
                adapter: question.adapter, prompt: question.prompt, completion: completion,
                isRight: question.expected.map { $0.trimmed == completion.trimmed })
        }
        baseBytes = base.heldBytes
        adapterBytes = mixed.parameterCount * MemoryLayout<Float>.size - base.model.parameterCount * MemoryLayout<Float>.size
        largestDifference = isChecked ? difference : nil
    }

    private static func questions(in url: URL, for base: BaseModel) throws(InterchangeError) -> [Question] {
        var rows = try DataRows(opening: url, format: DataFormat(of: url))
        var questions: [Question] = []
        while let row = try rows.next() {
            do throws(InterchangeError) {
                let prompt = try row.text("prompt")
                let tokens = try base.tokenizer.encode(prompt)
                guard !tokens.isEmpty else {
                    throw InterchangeError(place: "line \(row.line), column \"prompt\"", "it is empty; give a text to go on with")
                }
                questions.append(
                    Question(
                        adapter: try row.text("adapter"), prompt: prompt, tokens: tokens,
                        expected: row.values["completion"] == nil ? nil : try row.text("completion")))
            } catch {
                // Errors of a row's columns say the line already; those of its words do not.
                let place = error.place.map { $0.hasPrefix("line") ? $0 : "line \(row.line), \($0)" }
                throw InterchangeError(file: url.relativePath, place: place ?? "line \(row.line)", error.problem)
            }
        }
        guard !questions.isEmpty else { throw InterchangeError(file: url.relativePath, "the file holds no rows of data") }
        return questions
    }
}

extension BaseModel {
    /// The tokens at which a text ends: the model's own, and one more that a reader names.
    func ends(with stop: String?) throws(InterchangeError) -> Set<Int32> {
        var ends = Set(endTokens)
        guard let stop else { return ends }
        let tokens = try tokenizer.encode(stop)
        guard let token = tokens.first, tokens.count == 1 else {
            throw InterchangeError(
                place: "stop \"\(stop)\"", "it is \(tokens.count) tokens of \(name); expected a text of one token")
        }
        ends.insert(token)
        return ends
    }
}
