internal import Recordings

/// A seed decides every random number.
struct StartCheck: RunCheck {
    let id = "start"
    let claim = BilingualText(
        english: "the trained parameters start as the method and the seed say, bit for bit",
        chinese: "可训练参数的初始值与方法和随机种子逐位一致")

    func examine(_ run: ReplayedRun, into finding: inout Finding) throws {
        let journal = run.run.journal
        guard !journal.parameters.isEmpty else { return }
        guard let replay = run.replay else { throw run.obstacle ?? ReplayError.noUpdate(step: 0, run: run.run.id) }
        for (name, numbers) in try replay.start() {
            guard let recorded = try journal.parameter(ValueName(name), atStep: 0) else { continue }
            finding.compareBits(
                recorded.numbers, numbers, "the seed gives", at: Address(run: run.run.id, step: 0, ValueName(name)))
        }
    }
}
