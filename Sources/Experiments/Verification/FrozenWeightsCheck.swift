internal import Autodiff
internal import Interchange
internal import Recordings

/// What training does not touch stays as it is; what it touches becomes what was recorded.
struct FrozenWeightsCheck: RunCheck {
    let id = "frozen-weights"
    let claim = BilingualText(
        english: "the base model's weights after training have the recorded hash: the one before, unless they are trained",
        chinese: "训练后基座模型权重的哈希与记录相符；未训练时与训练前相同")

    func examine(_ run: ReplayedRun, into finding: inout Finding) throws {
        let description = run.run.description
        let hashes = description.weightsSha256
        guard let replay = run.replay, let base = run.base else {
            // What is added by a method is no weight of the model, and only base weights are too large for any journal.
            if description.parameters.allSatisfy(\.inJournal) {
                finding.require(hashes.before == hashes.after, "the hash changed from \(hashes.before) to \(hashes.after)")
            } else {
                finding.skip(run.obstacle.map { "\($0)" } ?? "there is no base model")
            }
            return
        }
        let before = try [base.weightsHash.hex, base.hash(with: base.parameters)]
        finding.require(
            before.contains(hashes.before), "the base model's hash is \(before[0]), and \(hashes.before) was recorded")
        let count = run.run.journal.stepCount
        guard description.parameters.contains(where: { replay.setup.isBaseWeight($0.name.rawValue) }) else {
            finding.require(hashes.before == hashes.after, "the hash changed from \(hashes.before) to \(hashes.after)")
            return
        }
        guard description.checkpoints.contains(count) else {
            return finding.skip("the trained weights were not kept after the last step.")
        }
        let after = try base.hash(with: replay.parameters(atStep: count))
        finding.require(after == hashes.after, "the hash after the last step is \(after), and \(hashes.after) was recorded")
    }
}
