/// How many triplets, each a row of A, a column of B and the singular value between them, may be left after each step (Zhang et al.
/// 2023, eq. 12): all of them at first, then fewer along a cubic curve, then as many as the target says.
public struct RankBudget: Sendable, Hashable {
    /// Triplets at the start of training, over all matrices.
    public let initial: Int
    /// Triplets at the end.
    public let target: Int
    /// Steps before the first cut (PEFT's `tinit`).
    public let initialSteps: Int
    /// Steps after the last cut (`tfinal`).
    public let finalSteps: Int
    /// Steps from one cut to the next (`deltaT`).
    public let stepsBetweenCuts: Int
    /// All steps of the training (`total_step`).
    public let totalSteps: Int

    /// The step at which the cut is final.
    public var lastCut: Int { totalSteps - finalSteps }

    /// Triplets that may be left after a step, which counts from 1.
    public func triplets(atStep step: Int) -> Int {
        if step <= initialSteps { return initial }
        if step > lastCut { return target }
        let left = 1 - Double(step - initialSteps) / Double(lastCut - initialSteps)
        return Int(Double(initial - target) * (left * left * left) + Double(target))
    }

    /// Whether triplets are chosen anew after a step. After ``lastCut`` the choice stays as it is.
    public func cuts(atStep step: Int) -> Bool {
        step == lastCut || (step > initialSteps && step < lastCut && step % stepsBetweenCuts == 0)
    }
}
