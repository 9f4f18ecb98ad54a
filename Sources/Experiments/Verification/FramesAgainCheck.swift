internal import Recordings

/// A frame that is computed again is the one that was kept.
struct FramesAgainCheck: RunCheck {
    let id = "frames-again"
    let claim = BilingualText(
        english: "every value of a kept frame, computed again, is the same bit for bit",
        chinese: "保留的帧中每个值重新计算后都逐位相同")

    func examine(_ step: StepValues, of run: ReplayedRun, into finding: inout Finding) throws {
        guard let frame = try run.frame(step: step.step) else { return }
        if let reason = run.otherArithmetic { return finding.skip(reason) }
        let again = try run.values(atStep: step.step, recomputing: true)
        for name in frame.names {
            let (kept, made) = (try frame.value(name).numbers, try again.value(name).numbers)
            finding.compareBits(
                kept, made, "computing it again gives", at: Address(run: run.run.id, step: step.step, name))
        }
    }
}
