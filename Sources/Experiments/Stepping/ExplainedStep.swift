public import Recordings

/// A training step of which every value can be had, kept or made again bit for bit, and every number explained: the same that the
/// stepper and `explain` say of it.
public final class ExplainedStep: WalkedStep {
    public let recording: Recording
    public let run: RecordedRun
    public let graph: GraphDescription
    public let step: Int
    public let batch: RecordedBatch
    private let reader: StepReader
    private let explainer: Explainer

    /// - Parameters:
    ///   - run: May be left out where there is one.
    ///   - step: The last training step that a frame was kept of, or the last one, if left out.
    ///   - base: The base model, if it is loaded already; else it is looked for.
    /// - Throws: ``SteppingError/phaseNotThere(_:step:run:)`` for the state behind the last update,
    ///   ``SteppingError/stepOutOfRange(_:run:steps:)``, ``SteppingError/runNeeded(_:)``, or what opening the run throws.
    public init(_ recording: Recording, run id: String? = nil, step: Int? = nil, base: BaseModel? = nil) throws {
        guard id != nil || recording.runs.count == 1 else { throw SteppingError.runNeeded(recording.runs.map(\.id)) }
        let replayed = try ReplayedRun(id, of: recording, base: base)
        let run = replayed.run
        let count = run.journal.stepCount
        guard count > 0 else { throw SteppingError.nothingToStep(run: run.id) }
        let kept = run.description.frames.last { $0.phases.contains(.optimizer) }?.step
        let step = step ?? kept ?? count - 1
        if step == count { throw SteppingError.phaseNotThere(.optimizer, step: step, run: run.id) }
        guard (0..<count).contains(step) else { throw SteppingError.stepOutOfRange(step, run: run.id, steps: 0...count - 1) }
        self.recording = recording
        self.run = run
        self.step = step
        graph = replayed.graphDescription
        reader = StepReader(replayed)
        explainer = Explainer(recording, base: base ?? replayed.base)
        batch = try reader.values(atStep: step).batch
    }

    public func value(_ name: ValueName) throws -> RecordedValue? {
        guard reader.replayed.node(name) != nil else { return nil }
        return try reader.value(name, atStep: step)
    }

    public func working(of name: ValueName, at index: [Int]) throws -> Working? {
        guard reader.replayed.obstacle == nil else { return nil }
        let address = Address(step: step, name, element: index.map { $0 })
        let explanation = try explainer.explain(address.description, run: run.id)
        guard let arithmetic = explanation.arithmetic, let result = explanation.recomputed else { return nil }
        let shown = explanation.operands.filter(\.isShown)
        return Working(
            arithmetic: arithmetic, result: result, agrees: explanation.agrees ?? false,
            operands: shown.map { Working.Operand(address: $0.address, number: $0.number) },
            otherOperands: explanation.operands.count - shown.count + explanation.omittedOperands)
    }
}
