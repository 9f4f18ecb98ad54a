/// One training step that is timed: a model's shape, a batch and a tuning method.
public struct BenchmarkWork: Sendable, Hashable {
    /// A GPT-2 by its sizes; its weights are random.
    public struct Shape: Sendable, Hashable, Encodable {
        public var vocabularySize: Int
        /// d.
        public var width: Int
        /// L.
        public var layers: Int
        /// H.
        public var heads: Int
        /// Positions.
        public var context: Int

        public init(vocabularySize: Int = 512, width: Int, layers: Int, heads: Int = 4, context: Int = 256) {
            self.vocabularySize = vocabularySize
            self.width = width
            self.layers = layers
            self.heads = heads
            self.context = context
        }
    }

    public enum Source: Sendable, Hashable {
        /// A random model and random tokens: sequences of one length, of which the last tokens are counted in the loss.
        case random(Shape, sequences: Int, tokens: Int, counted: Int)
        /// A model that comes with the project, on a task of the tiny world: completions are counted.
        case shipped(model: String, task: String, sequences: Int)
    }

    public enum Method: Sendable, Hashable {
        case prompt(virtualTokens: Int)
        case prefix(virtualTokens: Int)
        /// With a prompt encoder as wide as the model.
        case pTuning(virtualTokens: Int)
        /// On the projection to queries, keys and values, as PEFT does by default.
        case lora(rank: Int)
        case full

        var name: String {
            switch self {
            case .prompt(let count): "prompt-\(count)"
            case .prefix(let count): "prefix-\(count)"
            case .pTuning(let count): "p-tuning-\(count)"
            case .lora(let rank): "lora-\(rank)"
            case .full: "full"
            }
        }
    }

    /// `d64-prompt-8`.
    public let id: String
    public let source: Source
    public let method: Method

    public init(_ family: String, _ source: Source, _ method: Method) {
        id = "\(family)-\(method.name)"
        self.source = source
        self.method = method
    }

    /// What is counted in the loss.
    public enum Counting: String, Sendable, CaseIterable {
        /// The last quarter of each sequence, as where a prompt and its completion are learned.
        case completion
        /// Every token but the first, as in pretraining.
        case all

        func count(of tokens: Int) -> Int { self == .all ? tokens : tokens / 4 }
    }

    /// All that `foreword bench` measures where no work is named.
    public static func all(counting: Counting = .completion) -> [BenchmarkWork] {
        func random(_ shape: Shape, sequences: Int, tokens: Int) -> Source {
            .random(shape, sequences: sequences, tokens: tokens, counted: counting.count(of: tokens))
        }
        let small = random(Shape(width: 64, layers: 2), sequences: 16, tokens: 24)
        let wider = random(Shape(width: 128, layers: 4), sequences: 16, tokens: 24)
        let gpt2 = random(
            Shape(vocabularySize: 50_257, width: 768, layers: 12, heads: 12, context: 1_024), sequences: 2, tokens: 64)
        let tiny = Source.shipped(model: ModelLibrary.main, task: "opposite-en", sequences: 16)
        let smallMethods: [Method] = [
            .prompt(virtualTokens: 8), .prompt(virtualTokens: 100), .prefix(virtualTokens: 8), .prefix(virtualTokens: 100),
            .pTuning(virtualTokens: 8), .lora(rank: 8), .full,
        ]
        return smallMethods.map { BenchmarkWork("d64", small, $0) }
            + [.prompt(virtualTokens: 8), .full].map { BenchmarkWork("d128", wider, $0) }
            + [BenchmarkWork("tiny-world", tiny, .prompt(virtualTokens: 8))]
            + [.prompt(virtualTokens: 20), .lora(rank: 8), .full].map { BenchmarkWork("gpt2-124m", gpt2, $0) }
    }

    /// The work of an id.
    ///
    /// - Throws: ``BenchmarkError/unknownWork(_:)``.
    public static func named(_ id: String, counting: Counting = .completion) throws(BenchmarkError) -> BenchmarkWork {
        guard let work = all(counting: counting).first(where: { $0.id == id }) else { throw .unknownWork(id) }
        return work
    }
}

/// Why something cannot be timed.
public enum BenchmarkError: Error, Sendable, Equatable {
    case unknownWork(String)
    case peerScriptMissing(String)
    case peerBroke(String, work: String)
    case childFailed(work: String, status: Int32)
    case badResult(String, problem: String)
}

extension BenchmarkError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownWork(let id):
            "There is no work \"\(id)\" to time; expected one of \(BenchmarkWork.all().map(\.id).joined(separator: ", "))."
        case .peerScriptMissing(let path):
            "The script \(path) that times the peers is not there; run from the root of a checkout or name it with --peer-script."
        case .peerBroke(let problem, let work): "The peer stopped at the work \(work): \(problem)"
        case .childFailed(let work, let status):
            "The process that times the work \(work) ended with status \(status); run \"foreword bench \(work)\" to see why."
        case .badResult(let path, let problem):
            "\(path) holds no measured growth (\(problem)); write one with \"foreword bench --growth\"."
        }
    }
}
