internal import Recordings
internal import Tuning

/// Every weight of the model.
struct FullFineTuningFamily: MethodFamily {
    let id = "full-fine-tuning"
    let name = BilingualText(english: "full fine-tuning", chinese: "全参数微调")
    let keys: Set<MethodSettings.Key> = []
    let defaultLearningRate = 1e-4

    func method(_ settings: MethodSettings, for use: MethodUse) -> any TuningMethod { FullFineTuning() }
}
