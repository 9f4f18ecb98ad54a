internal import Interchange
internal import Recordings
internal import Transformer

/// The model that was found is the one that was recorded.
struct BaseModelCheck: RunCheck {
    let id = "base-model"
    let claim = BilingualText(
        english: "the base model has the weights that were recorded", chinese: "基座模型的权重就是所记录的权重")

    func examine(_ run: ReplayedRun, into finding: inout Finding) throws {
        let recorded = run.run.model
        if let error = run.obstacle as? ReplayError {
            switch error {
            case .modelDiffers: return finding.require(false, error.description)
            case .modelGone: return finding.skip(error.description)
            default: break
            }
        }
        guard let base = run.base else { return finding.skip(run.obstacle.map { "\($0)" } ?? "there is no base model") }
        finding.require(base.weightsHash.hex == recorded.weightsSha256, "its hash is \(base.weightsHash.hex)")
        finding.require(
            base.model.parameterCount == recorded.parameterCount,
            "it has \(base.model.parameterCount) weights, and \(recorded.parameterCount) were recorded")
        if let obstacle = run.obstacle { throw obstacle }
    }
}
