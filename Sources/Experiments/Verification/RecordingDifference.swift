public import LinearAlgebra
public import Recordings

/// Where two recordings first part, run by run, and by how much.
public struct RecordingDifference: Codable, Sendable {
    public let runs: [RunDifference]
    /// Runs that only one of the two has.
    public let onlyInA: [String]
    public let onlyInB: [String]
    /// What the two say differently of the model and the task.
    public let told: [String]

    /// Whether both hold the same numbers, bit for bit. How long it took does not count.
    public var isEqual: Bool { told.isEmpty && onlyInA.isEmpty && onlyInB.isEmpty && runs.allSatisfy(\.isEqual) }

    /// Compares the runs of the same names.
    ///
    /// - Parameter names: One run of each, to compare these; `nil` for all that both have.
    /// - Throws: ``RecordingError`` if there is no such run, or a file cannot be read.
    public init(
        _ a: Recording, _ b: Recording, runs names: (a: String, b: String)? = nil,
        bases: (a: BaseModel?, b: BaseModel?) = (nil, nil),
        pool: WorkerPool = WorkerPool(threads: 1)
    ) throws {
        var pairs: [(String, String)] = []
        if let names {
            pairs = [(try a.run(names.a).id, try b.run(names.b).id)]
            (onlyInA, onlyInB) = ([], [])
        } else {
            let (inA, inB) = (a.runs.map(\.id), b.runs.map(\.id))
            pairs = inA.filter(inB.contains).map { ($0, $0) }
            (onlyInA, onlyInB) = (inA.filter { !inB.contains($0) }, inB.filter { !inA.contains($0) })
        }
        var told: [String] = []
        let (first, second) = (a.description, b.description)
        if first.allModels.map(\.weightsSha256) != second.allModels.map(\.weightsSha256) {
            let names = [first, second].map { $0.allModels.map(\.name).joined(separator: ", ") }
            told.append("base model: \(names[0]) and \(names[1]), with other weights")
        }
        if first.allTasks.map(\.id) != second.allTasks.map(\.id) {
            let ids = [first, second].map { $0.allTasks.map(\.id).joined(separator: ", ") }
            told.append("task: \(ids[0]) and \(ids[1])")
        }
        self.told = told
        let baseOfA = bases.a ?? (try? BaseModel(of: a))
        let isSameBase = first.model.weightsSha256 == second.model.weightsSha256
        let baseOfB = bases.b ?? (isSameBase ? baseOfA : try? BaseModel(of: b))
        runs = try pairs.map { pair in
            try RunDifference(
                ReplayedRun(pair.0, of: a, base: baseOfA, pool: pool), ReplayedRun(pair.1, of: b, base: baseOfB, pool: pool))
        }
    }
}

/// Where two runs first part.
public struct RunDifference: Codable, Sendable {
    /// A value that differs.
    public struct Difference: Codable, Sendable {
        public let value: String
        public let by: NumberDifference
    }

    public let a: String
    public let b: String
    /// What the runs were told differently: method, settings, training, seed.
    public let told: [String]
    /// The first step, of those both have, at which the journals or the kept values differ.
    public let step: Int?
    /// What the journals say differently of that step, in the order in which a step uses it.
    public let journal: [Difference]
    /// The first value of that step, in the order of computation, that differs.
    public let first: Difference?
    /// The first evaluation that differs.
    public let evaluation: String?
    /// Why ``first`` is not known, or in what else the runs differ.
    public let note: String?

    /// Whether both hold the same numbers.
    public var isEqual: Bool {
        told.isEmpty && step == nil && journal.isEmpty && first == nil && evaluation == nil && note == nil
    }

    init(_ a: ReplayedRun, _ b: ReplayedRun) throws {
        self.a = a.run.id
        self.b = b.run.id
        told = Self.told(a.run, b.run)
        evaluation = Self.evaluation(a.run.journal, b.run.journal)
        let steps = (a.run.journal.stepCount, b.run.journal.stepCount)
        var parting: (step: Int, entries: [Difference])?
        for step in 0..<min(steps.0, steps.1) {
            let entries = try Self.entries(a, b, step: step)
            if !entries.isEmpty {
                parting = (step, entries)
                break
            }
        }
        // What was kept beside the journal: of runs that agree in it, only an edit can make it differ.
        var first: Difference?
        var note: String?
        if let parting {
            do {
                first = try Self.firstValue(a, b, step: parting.step)
                if first == nil { note = "all values of the step are equal when they are computed again: a journal was edited" }
            } catch { note = "\(error)" }
        } else {
            for step in Set(a.run.description.frames.map(\.step)).intersection(b.run.description.frames.map(\.step)).sorted() {
                guard let kept = try Self.keptValue(a, b, step: step) else { continue }
                parting = (step, [])
                first = kept
                break
            }
            let checkpoints = Set(a.run.description.checkpoints).intersection(b.run.description.checkpoints).sorted()
            for step in checkpoints where parting.map({ step < $0.step }) ?? true {
                guard let kept = try Self.checkpointValue(a, b, step: step) else { continue }
                parting = (step, [])
                first = kept
                break
            }
        }
        if parting == nil {
            if steps.0 != steps.1 {
                note = "they are equal as far as both go: \(self.a) has \(steps.0) steps, \(self.b) has \(steps.1)"
            } else if let end = try Self.parameters(a, b, step: steps.0).first {
                parting = (steps.0, [end])
                first = end
            } else if a.run.description.weightsSha256 != b.run.description.weightsSha256 {
                note =
                    "the hashes of the model's weights differ: afterwards \(a.run.description.weightsSha256.after) and "
                    + "\(b.run.description.weightsSha256.after)"
            }
        }
        step = parting?.step
        journal = parting?.entries ?? []
        self.first = first
        self.note = note
    }

    private static func told(_ one: RecordedRun, _ other: RecordedRun) -> [String] {
        let (a, b) = (one.description, other.description)
        var told: [String] = []
        func compare(_ key: String, _ a: String?, _ b: String?) {
            if a != b { told.append("\(key): \(a ?? "not said") and \(b ?? "not said")") }
        }
        if !one.isOfMainModel || !other.isOfMainModel { compare("model", one.model.name, other.model.name) }
        if a.task != nil || b.task != nil { compare("task", one.task.id, other.task.id) }
        compare("method", a.method.id, b.method.id)
        for key in Set(a.method.settings.keys).union(b.method.settings.keys).sorted() {
            compare(key, a.method.settings[key]?.text, b.method.settings[key]?.text)
        }
        compare("seed", "\(a.seed)", "\(b.seed)")
        let (first, second) = (a.training, b.training)
        compare("steps", "\(first.steps)", "\(second.steps)")
        compare("batch size", "\(first.batchSize)", "\(second.batchSize)")
        compare("learning rate", "\(first.optimizer.learningRate)", "\(second.optimizer.learningRate)")
        compare("weight decay", "\(first.optimizer.weightDecay)", "\(second.optimizer.weightDecay)")
        compare("betas", "\(first.optimizer.betas)", "\(second.optimizer.betas)")
        compare("epsilon", "\(first.optimizer.epsilon)", "\(second.optimizer.epsilon)")
        compare("schedule", first.schedule, second.schedule)
        compare("warm-up", "\(first.warmup)", "\(second.warmup)")
        compare("clipping", first.gradientClip.map { "\($0)" }, second.gradientClip.map { "\($0)" })
        return told
    }

    private static func evaluation(_ a: Journal, _ b: Journal) -> String? {
        for (first, second) in zip(a.evaluations, b.evaluations) {
            guard first.step == second.step, first.split == second.split else {
                return "evaluation of \(first.split) at step \(first.step) and of \(second.split) at step \(second.step)"
            }
            if first.loss.bitPattern != second.loss.bitPattern || first.accuracy.bitPattern != second.accuracy.bitPattern {
                return "evaluation of \(first.split) at step \(first.step): loss \(first.loss) and \(second.loss), accuracy "
                    + "\(first.accuracy) and \(second.accuracy)"
            }
            if first.predictions != second.predictions {
                return "evaluation of \(first.split) at step \(first.step): other predictions, with the same loss"
            }
        }
        guard a.evaluations.count != b.evaluations.count else { return nil }
        return "\(a.evaluations.count) and \(b.evaluations.count) evaluations"
    }

    /// What the journals say differently of a step.
    private static func entries(_ a: ReplayedRun, _ b: ReplayedRun, step: Int) throws -> [Difference] {
        let (one, other) = (a.run.journal, b.run.journal)
        var entries = try parameters(a, b, step: step)
        func compare(_ name: ValueName, _ a: [Float]?, _ b: [Float]?) {
            guard let a, let b, let by = NumberDifference(a, b) else { return }
            entries.append(Difference(value: name.rawValue, by: by))
        }
        let (batch, otherBatch) = (try one.batch(atStep: step), try other.batch(atStep: step))
        if batch != otherBatch {
            let lists = [
                ("batch.tokens", batch.tokens, otherBatch.tokens), ("batch.positions", batch.positions, otherBatch.positions),
                ("batch.targets", batch.targets, otherBatch.targets),
                ("batch.counted-rows", batch.countedRows, otherBatch.countedRows),
                ("batch.sequence-starts", batch.sequenceStarts, otherBatch.sequenceStarts),
            ]
            for (name, a, b) in lists { compare(ValueName(name), a.map { Float($0) }, b.map { Float($0) }) }
        }
        compare(.learningRate, [one.learningRates[step]], [other.learningRates[step]])
        compare(.loss, [one.losses[step]], [other.losses[step]])
        compare(.gradientNorm, [one.gradientNorms[step]], [other.gradientNorms[step]])
        for name in common(one, other) {
            compare(
                name.gradient, try one.gradient(of: name, atStep: step)?.numbers,
                try other.gradient(of: name, atStep: step)?.numbers)
            compare(
                name.firstMoment, try one.firstMoment(of: name, atStep: step)?.numbers,
                try other.firstMoment(of: name, atStep: step)?.numbers)
            compare(
                name.secondMoment, try one.secondMoment(of: name, atStep: step)?.numbers,
                try other.secondMoment(of: name, atStep: step)?.numbers)
        }
        return entries
    }

    private static func parameters(_ a: ReplayedRun, _ b: ReplayedRun, step: Int) throws -> [Difference] {
        try common(a.run.journal, b.run.journal).compactMap { name in
            guard let first = try a.run.journal.parameter(name, atStep: step)?.numbers,
                let second = try b.run.journal.parameter(name, atStep: step)?.numbers
            else { return nil }
            return NumberDifference(first, second).map { Difference(value: name.rawValue, by: $0) }
        }
    }

    private static func common(_ a: Journal, _ b: Journal) -> [ValueName] {
        let names = Set(b.parameters.map(\.name))
        return a.parameters.map(\.name).filter(names.contains)
    }

    /// The first value of a step that differs, computed again where it was not kept.
    private static func firstValue(_ a: ReplayedRun, _ b: ReplayedRun, step: Int) throws -> Difference? {
        let (one, other) = (try a.values(atStep: step), try b.values(atStep: step))
        let names = Set(other.names)
        for name in one.names where names.contains(name) {
            if let by = NumberDifference(try one.value(name).numbers, try other.value(name).numbers) {
                return Difference(value: name.rawValue, by: by)
            }
        }
        return nil
    }

    private static func checkpointValue(_ a: ReplayedRun, _ b: ReplayedRun, step: Int) throws -> Difference? {
        guard let one = try a.run.checkpoint(step: step), let other = try b.run.checkpoint(step: step) else { return nil }
        let names = Set(other.names)
        for name in one.names where names.contains(name) {
            if let by = NumberDifference(try one.value(name).numbers, try other.value(name).numbers) {
                return Difference(value: name.rawValue, by: by)
            }
        }
        return nil
    }

    private static func keptValue(_ a: ReplayedRun, _ b: ReplayedRun, step: Int) throws -> Difference? {
        guard let one = try a.run.frame(step: step),
            let other = try b.run.frame(step: step)
        else { return nil }
        for name in one.names where other.has(name) {
            if let by = NumberDifference(try one.value(name).numbers, try other.value(name).numbers) {
                return Difference(value: name.rawValue, by: by)
            }
        }
        return nil
    }
}
