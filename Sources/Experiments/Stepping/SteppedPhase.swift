/// The parts of a step, in their order: the forward pass up to the logits, the loss behind them, the backward pass, the optimizer.
public enum SteppedPhase: String, CaseIterable, Hashable, Sendable, Comparable {
    case forward, loss, backward, optimizer

    public static func < (a: SteppedPhase, b: SteppedPhase) -> Bool { a.place < b.place }

    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
