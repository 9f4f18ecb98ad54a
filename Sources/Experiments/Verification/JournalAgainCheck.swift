internal import Recordings

/// A step that is computed again gives what the journal says of it, and the parameters of the next.
struct JournalAgainCheck: RunCheck {
    let id = "journal-again"
    let claim = BilingualText(
        english: "steps computed again give the journal's loss, gradients, moments and next parameters, bit for bit",
        chinese: "重新计算的步骤与日志中的损失、梯度、矩和下一步参数逐位一致")

    func examine(_ step: StepValues, of run: ReplayedRun, into finding: inout Finding) throws {
        let (journal, at) = (run.run.journal, step.step)
        guard at < journal.stepCount else { return }
        if let reason = run.otherArithmetic { return finding.skip(reason) }
        let again = try run.values(atStep: at, recomputing: true)
        func compare(_ name: ValueName, _ recorded: [Float]?) throws {
            guard let recorded else { return }
            let made = try again.value(name).numbers
            finding.compareBits(recorded, made, "computing it again gives", at: Address(run: run.run.id, step: at, name))
        }
        try compare(.loss, [journal.losses[at]])
        try compare(.gradientNorm, [journal.gradientNorms[at]])
        for name in journal.parameters.map(\.name) {
            try compare(name.gradient, try journal.gradient(of: name, atStep: at)?.numbers)
            try compare(name.firstMoment, try journal.firstMoment(of: name, atStep: at)?.numbers)
            try compare(name.secondMoment, try journal.secondMoment(of: name, atStep: at)?.numbers)
            if !run.isCut(name) { try compare(name.updated, try journal.parameter(name, atStep: at + 1)?.numbers) }
        }
    }
}
