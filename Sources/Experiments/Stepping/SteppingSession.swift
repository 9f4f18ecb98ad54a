public import Recordings

/// Moving about in a recording: where one stands, where one stood, what is watched and what stops a run.
public final class SteppingSession {
    public let recording: Recording
    public private(set) var outline: RunOutline
    public private(set) var reader: StepReader
    public private(set) var cursor: StepCursor
    public private(set) var watches: [StepQuantity] = []
    public private(set) var breakpoints: [StepBreakpoint] = []
    /// Where one stood before, the last place at the end.
    private var trail: [StepCursor] = []
    /// Where one stood before the last move, whichever way it led.
    private var lastStop: StepCursor?
    private var breakpointCount = 0
    private let base: BaseModel?
    private let explainer: Explainer

    /// - Parameters:
    ///   - run: May be left out where there is one.
    ///   - base: The base model, if it is loaded already; else it is looked for, and without it only what was kept is shown.
    /// - Throws: ``RecordingError``, ``SteppingError/runNeeded(_:)`` or ``SteppingError/nothingToStep(run:)``.
    public init(_ recording: Recording, run: String? = nil, base: BaseModel? = nil) throws {
        guard run != nil || recording.runs.count == 1 else { throw SteppingError.runNeeded(recording.runs.map(\.id)) }
        self.recording = recording
        let replayed = try ReplayedRun(run, of: recording, base: base)
        self.base = base ?? replayed.base
        explainer = Explainer(recording, base: self.base)
        outline = try RunOutline(replayed)
        reader = StepReader(replayed)
        cursor = StepCursor(step: outline.steps.lowerBound)
    }

    /// Goes to another run of the recording, to the same step if it has it.
    public func open(run: String) throws {
        let replayed = try ReplayedRun(run, of: recording, base: base)
        outline = try RunOutline(replayed)
        reader = StepReader(replayed)
        cursor = StepCursor(step: min(cursor.step, outline.steps.upperBound))
        trail = []
        lastStop = nil
    }

    // MARK: Where one stands

    /// How long the axes of the value are that one stands at; empty at no value.
    public func extents() throws -> [Int] {
        try cursor.value.map { try reader.extents(of: $0, atStep: cursor.step) } ?? []
    }

    /// What differs from where one stood before the last move; `nil` before the first one.
    public func changes() throws -> StepChanges? {
        try lastStop.map { try StepChanges(from: $0, to: cursor, in: outline, watching: watches, reader: reader) }
    }

    /// How the element one stands at came about; `nil` at no element.
    ///
    /// - Throws: What ``Explainer/explain(_:depth:run:step:)`` throws, ``ReplayError`` where nothing can be computed again.
    public func explanation() throws -> NumberExplanation? {
        guard case .element(let name, let index) = cursor.place else { return nil }
        let address = Address(step: cursor.step, name, element: index.map { $0 })
        return try explainer.explain(address.description, run: outline.run)
    }

    // MARK: Moves

    /// Goes to a place.
    public func go(to place: StepCursor) {
        guard place != cursor else { return }
        trail.append(cursor)
        lastStop = cursor
        cursor = place
    }

    /// Undoes the last move; `false` if there is none.
    public func back() -> Bool {
        guard let place = trail.popLast() else { return false }
        lastStop = cursor
        cursor = place
        return true
    }

    public enum Move: Hashable, Sendable {
        case into, over, previous, out
    }

    /// Makes a move up to a number of times; `false` if there is nowhere to go even once.
    public func move(_ move: Move, count: Int = 1) throws -> Bool {
        var place = cursor
        for _ in 0..<max(1, count) {
            let extents = try place.value.map { try reader.extents(of: $0, atStep: place.step) } ?? []
            let next =
                switch move {
                case .into: place.into(outline, extents: extents)
                case .over: place.over(outline, extents: extents)
                case .previous: place.previous(outline, extents: extents)
                case .out: place.out(of: outline)
                }
            guard let next else { break }
            place = next
        }
        guard place != cursor else { return false }
        go(to: place)
        return true
    }

    public func jump(toStep step: Int) throws(SteppingError) { go(to: try cursor.jump(toStep: step, in: outline)) }

    public func jump(toPhase phase: SteppedPhase) throws(SteppingError) { go(to: try cursor.jump(toPhase: phase, in: outline)) }

    public func jump(toValue name: ValueName) throws(SteppingError) { go(to: try cursor.jump(toValue: name, in: outline)) }

    public func jump(toElement index: [Int]) throws {
        go(to: try cursor.jump(toElement: index, extents: try extents()))
    }

    /// - Throws: ``SteppingError/notFound(_:step:)``.
    public func search(_ text: String, backwards: Bool = false) throws(SteppingError) {
        guard let place = cursor.occurrence(of: text, in: outline, backwards: backwards) else {
            throw .notFound(text, step: cursor.step)
        }
        go(to: place)
    }

    // MARK: Breakpoints and watches

    /// Goes on until a breakpoint's condition holds.
    public func run(backwards: Bool = false, isCancelled: () -> Bool = { false }) throws -> StopReason {
        let (place, reason) = try outline.stop(
            from: cursor, backwards: backwards, at: breakpoints, reading: { try reader.number($0, atStep: $1) },
            isCancelled: isCancelled)
        go(to: place)
        return reason
    }

    /// - Throws: ``SteppingError/malformed(_:column:problem:)``.
    public func setBreakpoint(_ text: String) throws(SteppingError) -> StepBreakpoint {
        let condition = try StepCondition(parsing: text, in: outline)
        breakpointCount += 1
        let breakpoint = StepBreakpoint(number: breakpointCount, condition: condition)
        breakpoints.append(breakpoint)
        return breakpoint
    }

    /// - Throws: ``SteppingError/unknownBreakpoint(_:known:)``.
    public func removeBreakpoint(_ number: Int) throws(SteppingError) {
        guard let place = breakpoints.firstIndex(where: { $0.number == number }) else {
            throw .unknownBreakpoint(number, known: breakpoints.map(\.number))
        }
        breakpoints.remove(at: place)
    }

    /// - Throws: ``SteppingError/malformed(_:column:problem:)``.
    public func watch(_ text: String) throws(SteppingError) -> StepQuantity {
        let quantity = try StepQuantity(parsing: text, in: outline)
        if !watches.contains(quantity) { watches.append(quantity) }
        return quantity
    }

    /// Ends a watch, or all of them.
    ///
    /// - Throws: ``SteppingError/malformed(_:column:problem:)``.
    public func unwatch(_ text: String? = nil) throws(SteppingError) {
        guard let text else {
            watches = []
            return
        }
        let quantity = try StepQuantity(parsing: text, in: outline)
        watches.removeAll { $0 == quantity }
    }
}
