/// Which steps of a run a frame is kept of.
public struct FrameSteps: Sendable, Hashable, ExpressibleByArrayLiteral {
    /// Steps counted from 0; negative ones from the end, −1 for the last.
    public var steps: [Int]
    /// One frame every so many steps, the first step's included; `nil` for none beside ``steps``.
    public var every: Int?

    public init(_ steps: [Int] = [], every: Int? = nil) {
        self.steps = steps
        self.every = every
    }

    public init(arrayLiteral steps: Int...) { self.init(steps) }

    /// Every step.
    public static let all = FrameSteps(every: 1)

    func holds(_ step: Int, of total: Int) -> Bool {
        steps.contains(step) || steps.contains(step - total) || every.map { step.isMultiple(of: $0) } ?? false
    }
}
