internal import Autodiff
internal import Transformer
internal import Tuning

/// A work as a peer is told of it: sizes, method and the very batch. Its weights are its own; they change nothing in the time.
struct PeerRequest: Encodable {
    var vocabularySize: Int
    var width: Int
    var innerWidth: Int
    var layers: Int
    var heads: Int
    var context: Int
    var method: String
    /// Virtual tokens, or the rank.
    var size: Int
    var learningRate: Double
    /// Padded at the end, as libraries of dense tensors need it.
    var inputIds: [[Int32]]
    var attentionMask: [[Int]]
    /// −100 where nothing is counted.
    var labels: [[Int32]]
    var threads = 1

    init(_ work: BenchmarkWork, _ subject: BenchmarkSubject) {
        let model = subject.model
        (vocabularySize, width, innerWidth, layers) = (model.vocabularySize, model.width, model.innerWidth, model.layers)
        (heads, context) = (model.heads, model.context)
        (method, size) =
            switch work.method {
            case .prompt(let count): ("prompt", count)
            case .prefix(let count): ("prefix", count)
            case .pTuning(let count): ("p-tuning", count)
            case .lora(let rank): ("lora", rank)
            case .full: ("full", 0)
            }
        learningRate = subject.learningRate
        let length = subject.examples.map(\.tokens.count).max() ?? 0
        func padded<Number>(_ numbers: [Number], with filler: Number) -> [Number] {
            numbers + Array(repeating: filler, count: length - numbers.count)
        }
        inputIds = subject.examples.map { padded($0.tokens, with: 0) }
        attentionMask = subject.examples.map { padded($0.tokens.map { _ in 1 }, with: 0) }
        labels = subject.examples.map { example in
            padded(zip(example.tokens, example.isTarget).map { $1 ? $0 : -100 }, with: -100)
        }
    }
}
