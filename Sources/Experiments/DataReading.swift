public import Foundation
public import Interchange
internal import Transformer

/// How a reader's file of data becomes token ids.
public struct DataReading: Sendable {
    /// Columns that have a role under another name.
    public var columns: [DataLayout.Role: String] = [:]
    /// How a prompt is made of a row, instead of the layout's way.
    public var prompt: PromptTemplate?
    /// How a completion is.
    public var completion: PromptTemplate?
    /// Whether the model's end token stands behind each completion. Without a word from the reader it does, except behind the labels
    /// of a classification, which are complete as they are.
    public var endsCompletions: Bool?
    /// The most tokens of a row; the model's positions less the virtual tokens, where that is fewer or nothing is said.
    public var longest: Int?
    public var tooLong = TooLong.error

    /// What to do with a row that has too many tokens.
    public enum TooLong: String, Sendable, Hashable, CaseIterable {
        /// End with an error that names the row.
        case error
        /// Cut off the beginning of its prompt: what stands next to the completion stays.
        case truncate
        /// Leave it out.
        case skip
    }

    public init() {}

    /// Labels are counted as classes up to this many; a column of more is taken for free text.
    static let mostLabels = 64

    /// Reads a file row by row. In memory are the token ids (``PackedExamples``) and at most ``mostLabels`` different completions, but
    /// no text of the rows.
    ///
    /// - Parameter virtualTokens: How many stand in front of every text.
    /// - Throws: An error that names the file and the line, and the word or the column that is wrong.
    public func read(_ url: URL, for base: BaseModel, virtualTokens: Int = 0) throws(InterchangeError) -> ReadData {
        let file = url.relativePath
        let data = try DataSet(opening: url, columns: columns, prompt: prompt, completion: completion)
        let room = min(longest ?? .max, base.model.context - virtualTokens)
        let end = try endToken(data.layout, base)
        var result = ReadData(layout: data.layout, end: end)
        var labels: [String: [Int32]] = [:]
        try data.forEachExample { (row: PromptCompletion) throws(InterchangeError) in
            func wrong(_ part: String, _ error: InterchangeError) -> InterchangeError {
                let place = [error.place].compactMap { $0 }.reduce("line \(row.line), \(part)") { "\($0), \($1)" }
                return InterchangeError(file: file, place: place, error.problem)
            }
            var prompt: [Int32]
            do throws(InterchangeError) { prompt = try base.tokenizer.encode(row.prompt) } catch { throw wrong("prompt", error) }
            let completion: [Int32]
            if let known = labels[row.completion] {
                completion = known
            } else {
                do throws(InterchangeError) { completion = try base.tokenizer.encode(row.completion) + end } catch {
                    throw wrong("completion", error)
                }
                if labels.count <= Self.mostLabels {
                    labels[row.completion] = completion
                    result.labels.append(row.completion)
                }
            }
            if let id = (prompt + completion).first(where: { $0 >= base.model.vocabularySize }) {
                throw InterchangeError(
                    file: file, place: "line \(row.line)",
                    "the tokenizer gives the id \(id), but the model's vocabulary has \(base.model.vocabularySize) tokens; use the tokenizer "
                        + "that belongs to the model")
            }
            guard !prompt.isEmpty else {
                throw InterchangeError(
                    file: file, place: "line \(row.line)",
                    "the prompt is empty, so nothing stands before the completion to predict it from; fill it or give a template")
            }
            let excess = prompt.count + completion.count - room
            if excess > 0 {
                switch tooLong {
                case .skip:
                    result.skipped += 1
                    return
                case .truncate where excess < prompt.count:
                    result.truncated += 1
                    prompt.removeFirst(excess)
                case .truncate, .error:
                    let virtual = virtualTokens > 0 ? " behind \(virtualTokens) virtual tokens" : ""
                    let advice =
                        tooLong == .error
                        ? "shorten it, or say --too-long truncate or skip"
                        : "the completion alone is too long; shorten it, or say --too-long skip"
                    throw InterchangeError(
                        file: file, place: "line \(row.line)",
                        "the row has \(prompt.count + completion.count) tokens, and there is room for \(room)\(virtual); \(advice)"
                    )
                }
            }
            result.examples.append(prompt: prompt, completion: completion)
        }
        if result.labels.count > Self.mostLabels { result.labels = [] }
        guard !result.examples.isEmpty else {
            throw InterchangeError(
                file: file, "all \(result.skipped) rows are longer than \(room) tokens and were left out; nothing remains")
        }
        return result
    }

    private func endToken(_ layout: DataLayout, _ base: BaseModel) throws(InterchangeError) -> [Int32] {
        let isClassification = if case .classification = layout { true } else { false }
        let isWanted = endsCompletions ?? (!isClassification && !base.endTokens.isEmpty)
        guard isWanted else { return [] }
        guard let end = base.endTokens.first else {
            throw InterchangeError(
                file: base.name, place: "key \"eos_token_id\"",
                "the model names no end token that could stand behind completions; leave out --end-token")
        }
        return [end]
    }
}

/// A file of data as token ids.
public struct ReadData: Sendable {
    public let layout: DataLayout
    public internal(set) var examples = PackedExamples()
    /// The different completions in the order they are met, without end tokens; empty if they are too many to be classes.
    public internal(set) var labels: [String] = []
    /// Rows left out because they are too long.
    public internal(set) var skipped = 0
    /// Rows whose prompt was cut.
    public internal(set) var truncated = 0

    /// What stands behind each completion.
    private let end: [Int32]

    init(layout: DataLayout, end: [Int32]) {
        self.layout = layout
        self.end = end
    }

    /// Whether the completions are labels: the columns say so.
    public var isClassification: Bool { if case .classification = layout { true } else { false } }

    /// Labels as completions: those of the data where they are among them, else written as the layout writes a label.
    public func completions(for names: [String]) -> [String] {
        names.map { name in labels.first { $0.trimmed == name.trimmed } ?? (isClassification ? " \(name.trimmed)" : name) }
    }

    /// The tokens of a completion.
    func completion(of text: String, by base: BaseModel) throws(InterchangeError) -> [Int32] {
        try base.tokenizer.encode(text) + end
    }
}

extension String {
    /// Without the white space around it.
    var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
