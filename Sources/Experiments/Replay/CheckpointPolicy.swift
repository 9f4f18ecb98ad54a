/// When a run keeps the parameters that are too large for its journal, with their moments. From the checkpoint before it, a step is made
/// again; the fewer there are, the longer it takes.
public enum CheckpointPolicy: Sendable, Hashable {
    /// After every so many steps, and after the last.
    case every(Int)
    /// After the last step only.
    case last
    /// Never: a step is made again from the start of the run, and the result is in the adapter or the model alone.
    case none
    /// After the last step, and between as often as fits into ``bound`` bytes, but not oftener than every ``shortest`` steps.
    case bounded

    /// What the checkpoints of a bounded run take on disk at most, in bytes; more only if the last one alone is larger.
    static let bound = 64 << 20

    /// The fewest steps between checkpoints of a bounded run: writing one takes about as long as a step, and so few steps are taken again
    /// before a reader notices.
    static let shortest = 16

    /// Steps from one checkpoint to the next; `nil` for none but the last.
    ///
    /// - Parameters:
    ///   - numbers: How many numbers are trained; a checkpoint holds each with its two moments.
    ///   - steps: Of the run.
    func interval(numbers: Int, steps: Int) -> Int? {
        switch self {
        case .every(let count): return count
        case .last, .none: return nil
        case .bounded:
            // One is after the last step. AdaLoRA's memory, two more numbers for each, counts as well: five in place of three.
            let fitting = Self.bound / (5 * MemoryLayout<Float>.size * max(1, numbers)) - 1
            guard fitting > 0, steps > 1 else { return nil }
            return max(Self.shortest, (steps + fitting) / (fitting + 1))
        }
    }
}
