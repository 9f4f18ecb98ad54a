import Experiments
import Recordings

/// Carries out commands on a session, and draws where one stands after them.
final class Stepper {
    let session: SteppingSession
    let words: StepperWords
    private let vocabulary: [String]
    private(set) var mode = ViewMode.numbers
    /// The text that was searched for last.
    private(set) var lastSearch: String?

    init(_ session: SteppingSession, words: StepperWords) {
        self.session = session
        self.words = words
        vocabulary = (try? session.recording.vocabulary()) ?? []
    }

    /// What a command leads to.
    enum Answer {
        /// One stands somewhere else, or sees it otherwise: draw it, with a remark if there is one.
        case stop(String?)
        /// Lines to be read, and nothing to be drawn.
        case lines([String])
        /// A remark only: nothing was moved.
        case remark(String)
        case quit
    }

    /// What has to be said before the first step: why nothing can be computed again, or why not bit for bit.
    var opening: String? {
        let replayed = session.reader.replayed
        return replayed.obstacle.map(words.onlyKept) ?? replayed.otherArithmetic.map(words.otherArithmetic)
    }

    /// - Parameters:
    ///   - width: What lines that are answered fit.
    ///   - isCancelled: Asked at every step of a run that is continued.
    func carryOut(_ command: StepperCommand, width: Int, isCancelled: () -> Bool = { false }) throws -> Answer {
        let run = session.outline
        switch command {
        case .move(let move, let count):
            let level = session.cursor.level
            if try session.move(move, count: count) { return .stop(nil) }
            switch move {
            case .into: return .remark(words.nothingDeeper)
            case .out: return .remark(words.nothingAbove)
            case .over: return .remark(words.nothingBeside(level, isForward: true))
            case .previous: return .remark(words.nothingBeside(level, isForward: false))
            }
        case .back: return session.back() ? .stop(nil) : .remark(words.nothingToUndo)
        case .shift(let count):
            let step = min(max(session.cursor.step + count, run.steps.lowerBound), run.steps.upperBound)
            guard step != session.cursor.step else { return .remark(words.nothingBeside(.step, isForward: count > 0)) }
            try session.jump(toStep: step)
        case .step(let step):
            try session.jump(toStep: step)
        case .firstStep: try session.jump(toStep: run.steps.lowerBound)
        case .lastStep: try session.jump(toStep: run.steps.upperBound)
        case .phase(let phase): try session.jump(toPhase: phase)
        case .go(let address): try go(to: address)
        case .element(let index): try session.jump(toElement: index)
        case .run(let id):
            guard let id else { return .lines(session.recording.runs.map { ($0.id == run.run ? "* " : "  ") + $0.id }) }
            try session.open(run: id)
        case .search(let text, let backwards):
            lastSearch = text
            try session.search(text, backwards: backwards)
        case .show(let mode): self.mode = mode
        case .watch(let text): return .stop(words.watching(try session.watch(text)))
        case .unwatch(let text):
            try session.unwatch(text)
            return .remark(words.unwatched(text))
        case .setBreakpoint(let text): return .remark(words.set(try session.setBreakpoint(text)))
        case .listBreakpoints:
            return session.breakpoints.isEmpty ? .remark(words.noBreakpoints) : .lines(session.breakpoints.map(words.set))
        case .removeBreakpoint(let number):
            try session.removeBreakpoint(number)
            return .remark(words.removed(number))
        case .continuing(let backwards):
            return .stop(words.stopped(try session.run(backwards: backwards, isCancelled: isCancelled)))
        case .place: return .lines([screen(width: width).path.text])
        case .changes: return .lines(try screen(width: width).changes(try session.changes()).map(\.text))
        case .contents: return .lines(try screen(width: width).contents().map(\.text))
        case .help: return .lines(words.help)
        case .quit: return .quit
        }
        return .stop(nil)
    }

    private func go(to address: Address) throws {
        if let run = address.run, run != session.outline.run { try session.open(run: run) }
        var place = session.cursor
        if let step = address.step { place = try place.jump(toStep: step, in: session.outline) }
        place = try place.jump(toValue: address.value, in: session.outline)
        if !address.element.isEmpty {
            let extents = try session.reader.extents(of: address.value, atStep: place.step)
            let index = address.element + Array(repeating: nil, count: max(0, extents.count - address.element.count))
            // What is left open is looked at from its first element on.
            place = try place.jump(toElement: index.map { $0 ?? 0 }, extents: extents)
        }
        session.go(to: place)
    }

    // MARK: Drawing

    func screen(width: Int, height: Int? = nil, hasColours: Bool = false) -> StepScreen {
        StepScreen(
            session: session, words: words, vocabulary: vocabulary, mode: mode, width: width, height: height,
            hasColours: hasColours)
    }
}
