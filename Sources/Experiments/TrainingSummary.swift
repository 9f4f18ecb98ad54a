internal import Foundation
public import Recordings

/// What a training run did, for a reader and for programs.
public struct TrainingSummary: Codable, Sendable, Hashable {
    public let model: String
    public let method: String
    /// What the method was told.
    public let settings: [String: Setting]
    public let steps: Int
    public let seed: UInt64
    public let trainedCount: Int
    public let frozenCount: Int
    /// Before the first update, on the first batch, and before the last one, on its batch; `nil` where nothing is trained.
    public let firstLoss: Double?
    public let lastLoss: Double?
    /// How well each part of the data was answered, before and after.
    public let splits: [Split]
    public let seconds: Double
    /// Of one step, the median.
    public let secondsPerStep: Double
    /// SHA-256 of the model's weights, before and after: equal if they were frozen.
    public let weightsSha256: [String]
    /// What the base model's weights take in memory, in bytes: QLoRA holds most of them in 4 bits.
    public let baseBytes: Int
    /// What in the folder holds the result: `adapter` or `model`.
    public let result: String
    /// Its numbers' size as a file.
    public let resultBytes: Int

    /// One part of the data.
    public struct Split: Codable, Sendable, Hashable {
        public let name: String
        public let rows: Int
        /// Rows that were answered: all of a held-out part, the first of the one that tuning sees.
        public let evaluated: Int
        /// Share of rows answered exactly.
        public let accuracyBefore: Double
        public let accuracyAfter: Double
        /// Mean cross-entropy of the completions' tokens.
        public let lossBefore: Double
        public let lossAfter: Double
    }

    init(_ run: RecordedRun, model: String, base: BaseModel, task: TaskData, part: String) {
        let description = run.description
        self.model = model
        method = description.method.id
        steps = description.training.steps
        seed = description.seed
        trainedCount = description.trainedCount
        frozenCount = description.frozenCount
        firstLoss = run.journal.losses.first.map(Double.init)
        lastLoss = run.journal.losses.last.map(Double.init)
        settings = Dictionary(uniqueKeysWithValues: description.method.settings.map { ($0.key, $0.value) })
        splits = task.description.splits.compactMap { split in
            let evaluations = run.journal.evaluations(ofSplit: split.id)
            guard let first = evaluations.first, let last = evaluations.last else { return nil }
            let evaluated = TaskData.Split(rawValue: split.id).map { task.evaluated($0).count } ?? split.size
            // The recording keeps the share as float32; the count behind it gives the share that an evaluation would.
            let share = { (accuracy: Float) in (Double(accuracy) * Double(evaluated)).rounded() / Double(evaluated) }
            return Split(
                name: split.id, rows: split.size, evaluated: evaluated, accuracyBefore: share(first.accuracy),
                accuracyAfter: share(last.accuracy), lossBefore: Double(first.loss), lossAfter: Double(last.loss))
        }
        seconds = description.seconds?.total ?? 0
        secondsPerStep = description.seconds?.step ?? 0
        weightsSha256 = [description.weightsSha256.before, description.weightsSha256.after]
        baseBytes = base.heldBytes
        result = part
        resultBytes = description.adapterBytes ?? 0
    }
}
