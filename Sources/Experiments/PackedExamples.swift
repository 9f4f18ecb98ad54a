internal import Interchange
internal import RandomStreams
public import Tuning

/// Examples of a data set, their token ids behind each other in one array: 4 bytes a token and 12 an example, so that a million rows
/// of 20 tokens take 92 MB. An element is made when it is asked for.
public struct PackedExamples: Sendable {
    private var tokens: [Int32] = []
    /// Where each example begins, and at the end the number of tokens.
    private var starts: [Int] = [0]
    /// How many tokens of each are the prompt.
    private var promptLengths: [Int32] = []
    /// The most tokens of an example.
    public private(set) var longest = 0
    /// The most tokens of a completion.
    public private(set) var longestCompletion = 0

    public init() {}

    public mutating func append(prompt: some Collection<Int32>, completion: some Collection<Int32>) {
        tokens.append(contentsOf: prompt)
        tokens.append(contentsOf: completion)
        starts.append(tokens.count)
        promptLengths.append(Int32(prompt.count))
        longest = Swift.max(longest, prompt.count + completion.count)
        longestCompletion = Swift.max(longestCompletion, completion.count)
    }

    /// The tokens of an example's prompt and completion.
    public func parts(_ index: Int) -> (prompt: ArraySlice<Int32>, completion: ArraySlice<Int32>) {
        let middle = starts[index] + Int(promptLengths[index])
        return (tokens[starts[index]..<middle], tokens[middle..<starts[index + 1]])
    }

    /// SHA-256 of all tokens, and of where examples and completions begin.
    var contentHash: String {
        ContentHash(of: "\(tokens) \(starts) \(promptLengths)").hex
    }

    /// How many tokens all examples have.
    public var tokenCount: Int { tokens.count }
}

extension PackedExamples: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { promptLengths.count }

    public subscript(index: Int) -> Tuning.Example {
        let (prompt, completion) = parts(index)
        return Tuning.Example(prompt: Array(prompt), completion: Array(completion))
    }
}

extension PackedExamples {
    /// Two sets: one of a share of the examples, drawn at random, and one of the others; both in the order of this one.
    ///
    /// - Parameter share: 0…1. At least one example is drawn, and at least one is left.
    /// - Precondition: There are at least two examples.
    public func divided(drawing share: Double, seed: UInt64) -> (drawn: PackedExamples, others: PackedExamples) {
        precondition(count >= 2, "one example for each")
        let size = Swift.min(Swift.max(1, Int((Double(count) * share).rounded())), count - 1)
        var stream = RandomStream(seed: seed, path: "data/split")
        var isDrawn = [Bool](repeating: false, count: count)
        for index in stream.shuffled(indices).prefix(size) { isDrawn[index] = true }
        var (drawn, others) = (PackedExamples(), PackedExamples())
        for index in indices {
            let (prompt, completion) = parts(index)
            if isDrawn[index] {
                drawn.append(prompt: prompt, completion: completion)
            } else {
                others.append(prompt: prompt, completion: completion)
            }
        }
        return (drawn, others)
    }
}
