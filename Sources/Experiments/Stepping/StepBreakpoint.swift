internal import Recordings

/// A condition under which a run that is continued stops.
public struct StepBreakpoint: Hashable, Sendable {
    /// By which it is named; not given to another one later.
    public let number: Int
    public let condition: StepCondition
}

/// Why a run that was continued stopped.
public enum StopReason: Hashable, Sendable {
    case breakpoint(StepBreakpoint)
    /// Behind the last value of the last step, or before the first of the first, nothing stopped it.
    case end
    case start
    /// The reader did not want to wait.
    case interrupted(atStep: Int)
}

extension RunOutline {
    /// Where a run stops that is continued: the nearest place at which a breakpoint's condition holds. One of a value stops at the value,
    /// any other before the first value of a step. The place one stands at does not count, so that going on leads on, and going back
    /// from one place leads to what going forward from the place before leads to.
    ///
    /// - Parameters:
    ///   - number: The number of a quantity at a step.
    ///   - isCancelled: Asked at every step.
    public func stop(
        from cursor: StepCursor, backwards: Bool, at breakpoints: [StepBreakpoint],
        reading number: (StepQuantity, Int) throws -> Double?, isCancelled: () -> Bool = { false }
    ) throws -> (cursor: StepCursor, reason: StopReason) {
        let here = cursor.node(in: self)
        let steps =
            backwards ? Array((self.steps.lowerBound...cursor.step).reversed()) : Array(cursor.step...self.steps.upperBound)
        for step in steps {
            if isCancelled() { return (StepCursor(step: step), .interrupted(atStep: step)) }
            let outline = outline(atStep: step)
            var best: (node: Int, breakpoint: StepBreakpoint)?
            for breakpoint in breakpoints {
                let condition = breakpoint.condition
                guard let node = condition.value.map({ outline.place(of: $0) }) ?? -1 else { continue }
                if step == cursor.step, backwards ? node >= here : node <= here { continue }
                if let best, backwards ? node <= best.node : node >= best.node { continue }
                if try condition.holds(reading: { try number($0, step) }) { best = (node, breakpoint) }
            }
            if let best {
                let place = best.node < 0 ? StepCursor.Place.step : .operation(outline.nodes[best.node].name)
                return (StepCursor(step: step, place), .breakpoint(best.breakpoint))
            }
        }
        let last = backwards ? self.steps.lowerBound : self.steps.upperBound
        return (StepCursor(step: last), backwards ? .start : .end)
    }
}
