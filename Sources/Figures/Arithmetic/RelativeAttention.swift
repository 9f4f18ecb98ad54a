internal import Drawing
internal import Recordings

/// The attention that words give to words at the first layer, under two prompts of one length.
///
/// At the first layer queries and keys of words depend on the words alone, whatever stands in front. A prompt takes a part of each row's
/// attention, and what is left keeps its proportions (Petrov et al. 2024).
struct RelativeAttention {
    let run: RecordedRun
    let frame: RecordedFrame
    /// A run with as many virtual tokens of the same method, best one whose prompt is as it started.
    let otherRun: RecordedRun
    let otherFrame: RecordedFrame
    let promptLength: Int
    private let weights: RecordedValue
    private let otherWeights: RecordedValue

    private static let methods: Set<String> = ["prompt-tuning", "prefix-tuning", "p-tuning", "p-tuning-v2"]

    private static func compared(_ run: RecordedRun) -> Bool {
        let method = run.description.method
        return methods.contains(method.id) && (method.virtualTokens ?? 0) > 0 && method.settings["template"] == nil
    }

    /// The last frame of a run, if it is of a split and holds the weights.
    private static func frame(of run: RecordedRun, layer: Int = 0) throws(RecordingError) -> RecordedFrame? {
        guard let frame = try run.frame(step: run.journal.stepCount), frame.split != nil,
            frame.has(.attentionWeights(layer: layer))
        else { return nil }
        return frame
    }

    /// The first run that was trained, with one to compare it with; `nil` where there are no two.
    static func found(in runs: [RecordedRun]) throws(RecordingError) -> RelativeAttention? {
        let candidates = runs.filter(compared)
        for run in candidates where run.journal.stepCount > 0 {
            guard let frame = try frame(of: run) else { continue }
            // A prompt that was not trained shows best what training leaves alone.
            for other in candidates.sorted(by: { min($0.journal.stepCount, 1) < min($1.journal.stepCount, 1) })
            where other.id != run.id && other.model.name == run.model.name
                && other.description.method.id == run.description.method.id
                && other.description.method.virtualTokens == run.description.method.virtualTokens
            {
                guard let otherFrame = try Self.frame(of: other), otherFrame.split == frame.split, otherFrame.batch == frame.batch
                else { continue }
                return try RelativeAttention(run, frame, other, otherFrame)
            }
        }
        return nil
    }

    private init(_ run: RecordedRun, _ frame: RecordedFrame, _ other: RecordedRun, _ otherFrame: RecordedFrame)
        throws(RecordingError)
    {
        (self.run, self.frame, otherRun, self.otherFrame) = (run, frame, other, otherFrame)
        promptLength = run.description.method.virtualTokens ?? 0
        weights = try frame.value(.attentionWeights(layer: 0))
        otherWeights = try otherFrame.value(.attentionWeights(layer: 0))
    }

    var headCount: Int { weights.shape.inner[0] }

    /// A row of a head: the part of the prompt, each word's, and each word's of what the words get together.
    struct Row {
        let prompt: Double
        let words: [Double]
        var together: Double { words.reduce(0, +) }
        var relative: [Double] { words.map { $0 / together } }
    }

    private func row(_ value: RecordedValue, _ row: Int, head: Int, words: Int) -> Row {
        Row(
            prompt: (0..<promptLength).reduce(0.0) { $0 + Double(value[row, head, $1]) },
            words: (0..<words).map { Double(value[row, head, promptLength + $0]) })
    }

    /// The words that a row of the batch sees: those of its sequence up to itself.
    private func seen(_ row: Int) -> Int {
        let sequence = (0..<frame.batch.sequenceCount).map(frame.batch.sequence).first { $0.contains(row) }
        return sequence.map { row - $0.lowerBound + 1 } ?? 0
    }

    func trained(_ row: Int, head: Int) -> Row { self.row(weights, row, head: head, words: seen(row)) }
    func other(_ row: Int, head: Int) -> Row { self.row(otherWeights, row, head: head, words: seen(row)) }

    /// The largest difference over all rows, heads and words of what words get relative to each other at a layer; `nil` where it is not
    /// kept.
    func largestDifference(layer: Int = 0) throws(RecordingError) -> (difference: Double, row: Int, head: Int)? {
        let name = ValueName.attentionWeights(layer: layer)
        guard frame.has(name), otherFrame.has(name) else { return nil }
        let (values, others) = (try frame.value(name), try otherFrame.value(name))
        var largest = (difference: 0.0, row: 0, head: 0)
        for row in frame.batch.tokens.indices {
            for head in 0..<headCount {
                let count = seen(row)
                let pair = (
                    self.row(values, row, head: head, words: count).relative,
                    self.row(others, row, head: head, words: count).relative
                )
                for (a, b) in zip(pair.0, pair.1) {
                    let difference = abs(a - b)
                    // What is not a number is not equal either.
                    if !(difference <= largest.difference) { largest = (difference.isNaN ? .infinity : difference, row, head) }
                }
            }
        }
        return largest
    }
}
