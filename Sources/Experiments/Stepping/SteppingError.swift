public import Recordings

/// Why one cannot go where one wants in a recording.
public enum SteppingError: Error, Sendable, Hashable {
    case runNeeded([String])
    case nothingToStep(run: String)
    case stepOutOfRange(Int, run: String, steps: ClosedRange<Int>)
    case phaseNotThere(SteppedPhase, step: Int, run: String)
    case unknownValue(String, near: [String])
    case valueNotThere(ValueName, step: Int)
    case noValueHere
    case elementOutOfRange([Int], of: ValueName, extents: [Int])
    case notFound(String, step: Int)
    /// A condition or a quantity that cannot be read, and where in it.
    case malformed(String, column: Int, problem: String)
    case unknownBreakpoint(Int, known: [Int])
}

extension SteppingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .runNeeded(let runs):
            "The recording holds several runs; choose one with --run: \(runs.joined(separator: ", "))."
        case .nothingToStep(let run):
            "The run \(run) made no update and no frame of it was kept, so that there is nothing to step through; choose another with --run."
        case .stepOutOfRange(let step, let run, let steps):
            "The run \(run) has no step \(step); its steps go from \(steps.lowerBound) to \(steps.upperBound)."
        case .phaseNotThere(let phase, let step, let run):
            "Step \(step) of run \(run) has no \(phase.rawValue) phase: it is the state behind the last update; choose a step before it."
        case .unknownValue(let name, let near):
            "There is no value \"\(name)\"\(NearNames.hint(near))."
        case .valueNotThere(let name, let step):
            "The value \(name) is not computed at step \(step), the state behind the last update; choose a step before it."
        case .noValueHere:
            "There is no value here whose element could be meant; go to one first, for example with: value loss."
        case .elementOutOfRange(let index, let name, let extents):
            "\(name) has no element \(index.map(String.init).joined(separator: ",")); its axes, rows first, have "
                + "\(extents.map(String.init).joined(separator: " × ")) places, each counted from 0."
        case .notFound(let text, let step):
            "No value of step \(step) has \"\(text)\" in its name or its operation."
        case .malformed(let text, let column, let problem):
            "\"\(text)\" cannot be read: at column \(column), \(problem)."
        case .unknownBreakpoint(let number, let known):
            "There is no breakpoint \(number); "
                + (known.isEmpty ? "none is set." : "set are \(known.map(String.init).joined(separator: ", ")).")
        }
    }

    /// The text with the problem and a caret under its column, to stand below the sentence; `nil` where there is no column.
    public func caret(width: (Substring) -> Int = { $0.count }) -> String? {
        guard case .malformed(let text, let column, _) = self else { return nil }
        return "  \(text)\n  \(String(repeating: " ", count: width(text.prefix(column - 1))))^"
    }
}
