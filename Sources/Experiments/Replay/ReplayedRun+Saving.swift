internal import Foundation
internal import Interchange
internal import LinearAlgebra
internal import Recordings
internal import Transformer
internal import Tuning

extension ReplayedRun {
    /// How an adapter is used after training.
    public enum SavedUse: Sendable, Hashable {
        /// Written as PEFT would, and opened again.
        case opened
        /// Written, opened, and merged into the weights of a model of its own.
        case merged
    }

    /// The largest difference between the logits that the run gives as it was trained and those that its result gives when it is used
    /// again, over the next tokens behind the first training batch's prompts.
    ///
    /// - Returns: `nil` if the result is no adapter, or nothing was trained.
    /// - Throws: ``obstacle`` if the run cannot be made again; an error that says why the adapter cannot be merged.
    public func logitDifference(using use: SavedUse) throws -> Double? {
        guard let replay else { throw obstacle ?? ReplayError.noUpdate(step: 0, run: run.id) }
        let (method, base) = (replay.setup.method, replay.setup.base)
        guard method.hasAdapter, run.journal.stepCount > 0 else { return nil }
        let parameters = try replay.parameters(atStep: run.journal.stepCount)
        let folder = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let place = folder.appending(path: "adapter")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try method.writeAdapter(
            parameters, on: base, called: base.name, labels: [], notes: [AdapterFolder.baseWeightsNote: base.weightsHash.hex],
            to: place)
        var tuned = try TunedModel(base, adapters: AdapterFolder.all(in: place))
        if use == .merged {
            let merged = folder.appending(path: "merged")
            try tuned.writeMerged(to: merged)
            tuned = TunedModel(try BaseModel(opening: merged))
        }
        let batch = try run.journal.batch(atStep: 0)
        let longest = base.model.context
        let pool = WorkerPool(threads: 1)
        let trained = try Generator(model: base.model, method: method, parameters: parameters, longest: longest, pool: pool)
        let again = try Generator(
            model: tuned.base.model, method: tuned.method, parameters: tuned.parameters, longest: longest, pool: pool)
        var largest = 0.0
        for sequence in 0..<batch.sequenceCount {
            // Up to the first row that is counted, which is the prompt's last token.
            let end = batch.counted(ofSequence: sequence).first.map { Int(batch.countedRows[$0]) + 1 }
            let rows = batch.sequence(sequence)
            let prompt = Array(batch.tokens[rows.lowerBound..<(end ?? rows.upperBound)])
            let (a, b) = (try trained.nextLogits(after: prompt), try again.nextLogits(after: prompt))
            largest = zip(a, b).reduce(largest) { max($0, Double(abs($1.0 - $1.1))) }
        }
        return largest
    }
}
