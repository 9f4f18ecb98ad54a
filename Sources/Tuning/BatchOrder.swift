internal import RandomStreams

/// Which examples each step sees: epoch after epoch, every epoch in its own random order, cut into batches.
///
/// An order is a function of seed and step, so that any step can be made again without the ones before it.
public struct BatchOrder: Sendable {
    public let exampleCount: Int
    public let batchSize: Int
    public let seed: UInt64
    private var epoch = -1
    private var order: [Int] = []

    /// - Precondition: Both counts are at least 1. A batch larger than the data is the data.
    public init(exampleCount: Int, batchSize: Int, seed: UInt64) {
        precondition(exampleCount > 0 && batchSize > 0, "a batch has at least one example")
        self.exampleCount = exampleCount
        self.batchSize = min(batchSize, exampleCount)
        self.seed = seed
    }

    /// Batches of an epoch; what is left over at the end of one is dropped, so that all batches have one size.
    public var batchesPerEpoch: Int { exampleCount / batchSize }

    /// The examples of a step, which counts from 0.
    public mutating func examples(atStep step: Int) -> ArraySlice<Int> {
        let wanted = step / batchesPerEpoch
        if wanted != epoch {
            var stream = RandomStream(seed: seed, path: "batches/epoch/\(wanted)")
            order = stream.shuffled(0..<exampleCount)
            epoch = wanted
        }
        let start = step % batchesPerEpoch * batchSize
        return order[start..<(start + batchSize)]
    }
}
