internal import Autodiff
internal import LinearAlgebra
public import Recordings

/// All values of one step of a run, forward, backward and optimizer. What is asked for is read or computed then.
public struct StepValues {
    public let step: Int
    public let batch: RecordedBatch
    /// Whose batch it is, if not the step's own: a split's id.
    public let split: String?
    /// What is computed at the step: the state behind the last update has a forward pass only.
    public let phases: [RecordedPhase]
    private let replayed: ReplayedRun
    private let frame: RecordedFrame?

    init(of replayed: ReplayedRun, step: Int, frame: RecordedFrame?, batch: RecordedBatch, split: String?) throws {
        self.replayed = replayed
        self.step = step
        self.frame = frame
        self.batch = batch
        self.split = split
        phases = step < replayed.run.journal.stepCount ? RecordedPhase.allCases : [.forward]
    }

    /// Whether a value was kept in a frame.
    public func isKept(_ name: ValueName) -> Bool { frame?.has(name) ?? false }

    /// The values that can be had, in the order of computation, each behind its operands; parameters and frozen weights are among them.
    public var names: [ValueName] {
        let nodes = replayed.graphDescription.nodes
        guard replayed.replay != nil else { return nodes.map(\.name).filter { isKept($0) || isJournalled($0) } }
        if phases == RecordedPhase.allCases { return nodes.map(\.name) }
        // The rates and the moments are the update's alone, as is the penalty of training: nothing of them is in a forward pass.
        let computed = needed(by: replayed.replay?.setup.training.taskLossName ?? ValueName.loss.rawValue)
        return nodes.map(\.name).filter(computed.contains)
    }

    /// The numbers of a value.
    ///
    /// - Throws: ``RecordingError/address(_:)`` with near names if there is no such value at the step; ``ReplayError`` if it was not kept
    ///   and cannot be computed again.
    public func value(_ name: ValueName) throws -> RecordedValue {
        guard let node = replayed.node(name), phases.contains(node.phase) else {
            let near = NearNames.of(name.rawValue, among: replayed.graphDescription.nodes.map(\.name.rawValue))
            throw RecordingError.address(.unknownValue(name.rawValue, step: step, near: near))
        }
        if let frame, frame.has(name) { return try frame.value(name) }
        if replayed.isFrozen(name), let weight = replayed.base?.parameters[name.rawValue] {
            return RecordedValue(name: name, shape: node.shape, numbers: weight.values)
        }
        guard let replay = replayed.replay else {
            if let value = try journalled(name) { return value }
            throw ReplayError.notKept(
                value: name.rawValue, step: step, reason: replayed.obstacle.map { "\($0)" } ?? "nothing can be computed again.")
        }
        let executor = try replay.values(atStep: step, batch: batch)
        guard let place = replayed.graphValue(name) else {
            throw RecordingError.address(.unknownValue(name.rawValue, step: step, near: []))
        }
        let numbers = executor.numbers(place)
        guard numbers.count == batch.rowCount(node.shape.rows) * node.shape.columns else {
            throw RecordingError.address(.unknownValue(name.rawValue, step: step, near: []))
        }
        return RecordedValue(name: name, shape: node.shape, numbers: numbers, batch: batch)
    }

    private func needed(by result: String) -> Set<ValueName> {
        var needed: Set<ValueName> = [ValueName(result)]
        for node in replayed.graphDescription.nodes.reversed() where needed.contains(node.name) {
            needed.formUnion(node.operands)
        }
        return needed
    }

    // MARK: Without the base model

    private func isJournalled(_ name: ValueName) -> Bool {
        guard step < replayed.run.journal.stepCount else { return false }
        if [.loss, .gradientNorm].contains(name) { return true }
        return replayed.run.journal.parameters.contains { [$0.name, $0.name.gradient].contains(name) }
    }

    private func journalled(_ name: ValueName) throws -> RecordedValue? {
        guard isJournalled(name) else { return nil }
        let journal = replayed.run.journal
        func scalar(_ number: Float) -> RecordedValue {
            RecordedValue(name: name, shape: RecordedShape(.fixed(1), 1), numbers: [number])
        }
        switch name {
        case .loss: return scalar(journal.losses[step])
        case .gradientNorm: return scalar(journal.gradientNorms[step])
        default:
            if let value = try journal.parameter(name, atStep: step) { return value }
            return try name.subject.flatMap { try journal.gradient(of: $0, atStep: step) }
        }
    }
}
