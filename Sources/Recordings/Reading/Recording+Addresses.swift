/// A value that an address names, and which of its numbers are meant.
public struct LocatedValue: Sendable, Hashable {
    /// The address with run and step filled in.
    public let address: Address
    /// The whole value.
    public let value: RecordedValue

    /// The numbers that the address names: one, if it gives an index for every axis.
    public var numbers: [Float] {
        let extents = [value.rowCount] + value.shape.inner
        var offsets = [0]
        for (axis, extent) in extents.enumerated() {
            let chosen = axis < address.element.count ? address.element[axis].map { $0...$0 } : nil
            offsets = offsets.flatMap { start in (chosen ?? 0...(extent - 1)).map { start * extent + $0 } }
        }
        return offsets.map { value.numbers[$0] }
    }
}

extension Recording {
    /// Finds what an address names: a value of a frame, of the journal, of a checkpoint, of a probe, an evaluation, or the model's embeddings.
    ///
    /// - Parameters:
    ///   - address: What to find.
    ///   - run: The run that is meant where the address gives none.
    ///   - step: The step that is meant where the address gives none.
    /// - Throws: ``RecordingError/address(_:)``, with near names.
    public func locate(_ address: Address, run: String? = nil, step: Int? = nil) throws(RecordingError) -> LocatedValue {
        if address.value == .vocabularyEmbeddings, let value = try vocabularyEmbeddings() {
            return try located(Address(address.value, element: address.element), value)
        }
        let meant = inRun(address)
        let run = try self.run(meant.run ?? run)
        guard let step = meant.step ?? step else { throw .address(.stepNeeded(meant.value.rawValue)) }
        guard (0...run.journal.stepCount).contains(step) else {
            throw .address(.stepOutOfRange(step, run: run.id, steps: 0...run.journal.stepCount))
        }
        let full = Address(run: run.id, step: step, meant.value, element: meant.element)
        if let value = try value(meant.value, of: run, atStep: step) { return try located(full, value) }
        throw .address(try unknown(meant.value, in: run, atStep: step))
    }

    /// Reads an address and finds what it names.
    public func locate(_ text: String, run: String? = nil, step: Int? = nil) throws(RecordingError) -> LocatedValue {
        let address: Address
        do { address = try Address(parsing: text) } catch { throw .address(error) }
        return try locate(address, run: run, step: step)
    }

    /// Without a step, the first part of a path may still be a run: `prompt-tuning-7/loss`.
    private func inRun(_ address: Address) -> Address {
        let parts = address.value.rawValue.split(separator: "/", maxSplits: 1)
        guard address.run == nil, parts.count == 2, runs.contains(where: { $0.id == parts[0] }) else { return address }
        return Address(run: String(parts[0]), step: address.step, ValueName(String(parts[1])), element: address.element)
    }

    private func located(_ address: Address, _ value: RecordedValue) throws(RecordingError) -> LocatedValue {
        let extents = [value.rowCount] + value.shape.inner
        let fits =
            address.element.count <= extents.count
            && zip(address.element, extents).allSatisfy { index, extent in index.map { $0 < extent } ?? true }
        guard fits else { throw .address(.elementOutOfRange(address, shape: extents)) }
        return LocatedValue(address: address, value: value)
    }

    private func value(_ name: ValueName, of run: RecordedRun, atStep step: Int) throws(RecordingError) -> RecordedValue? {
        if let frame = try run.frame(step: step), frame.has(name) { return try frame.value(name) }
        if let value = try run.probed(name, atStep: step) { return value }
        let journal = run.journal
        func scalar(_ number: Float) -> RecordedValue {
            RecordedValue(name: name, shape: RecordedShape(.fixed(1), 1), numbers: [number])
        }
        if let measured = MeasuredValue(name) { return try measured.number(of: run, atStep: step).map { scalar(Float($0)) } }
        for evaluation in journal.evaluations where evaluation.step == step {
            if name == .evaluationLoss(evaluation.split) { return scalar(evaluation.loss) }
            if name == .evaluationAccuracy(evaluation.split) { return scalar(evaluation.accuracy) }
            if name == .evaluationProbabilities(evaluation.split) { return evaluation.probabilities }
        }
        if let parameter = try journal.parameter(name, atStep: step) { return parameter }
        if step < journal.stepCount {
            switch name {
            case .loss: return scalar(journal.losses[step])
            case .learningRate: return scalar(journal.learningRates[step])
            case .gradientNorm: return scalar(journal.gradientNorms[step])
            default: break
            }
            if let subject = name.subject {
                switch name {
                case subject.gradient: if let value = try journal.gradient(of: subject, atStep: step) { return value }
                case subject.firstMoment: if let value = try journal.firstMoment(of: subject, atStep: step) { return value }
                case subject.secondMoment: if let value = try journal.secondMoment(of: subject, atStep: step) { return value }
                default: break
                }
            }
        }
        return run.description.isTrained(name.subject ?? name) ? try run.checkpoint(name, atStep: step) : nil
    }

    /// Says whether a name is unknown, or known but not recorded at this step.
    private func unknown(_ name: ValueName, in run: RecordedRun, atStep step: Int) throws(RecordingError) -> AddressError {
        let graph = try run.graph()
        if graph.node(name) != nil {
            var steps: [Int] = []
            for frame in run.description.frames where try run.frame(step: frame.step)?.has(name) ?? false {
                steps.append(frame.step)
            }
            return .notRecorded(name, step: step, run: run.id, recordedAt: steps)
        }
        let journal = run.journal.parameters.map(\.name).flatMap { [$0, $0.gradient, $0.firstMoment, $0.secondMoment] }
        let evaluations = Set(run.journal.evaluations.map(\.split)).flatMap {
            [ValueName.evaluationLoss($0), .evaluationAccuracy($0), .evaluationProbabilities($0)]
        }
        let probes = run.description.probes ?? []
        if let probe = probes.first(where: { $0.value(name) != nil }) {
            return .notRecorded(name, step: step, run: run.id, recordedAt: [probe.step])
        }
        let others = probes.flatMap(\.values).map(\.name) + MeasuredValue.allCases.map(\.name)
        let known = Set(graph.nodes.map(\.name) + journal + evaluations + [.loss, .learningRate, .gradientNorm] + others)
        return .unknownValue(name.rawValue, step: nil, near: NearNames.of(name.rawValue, among: known.map(\.rawValue)))
    }
}
