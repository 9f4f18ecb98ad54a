internal import Interchange
internal import Recordings
internal import Transformer
internal import Tuning

/// The adapters of other runs in one batch; nothing is trained.
struct MixedBatchFamily: MethodFamily {
    let id = "mixed-batch"
    let name = BilingualText(english: "mixed batch", chinese: "混合批次")
    let keys: Set<MethodSettings.Key> = [.adapters]
    let defaultLearningRate = 0.02

    func method(_ settings: MethodSettings, for use: MethodUse) throws -> any TuningMethod {
        guard !use.adapters.isEmpty else {
            throw InterchangeError(
                place: "adapters", "a mixed batch needs runs of the same recording whose adapters it mixes; name them")
        }
        return try MixedBatch(use.adapters, for: use.base.model)
    }
}
