internal import Dispatch
public import Drawing
internal import Experiments
public import Foundation
internal import LinearAlgebra
public import Recordings
internal import Synchronization
internal import TinyWorld

/// Runs a lesson: trains, records, measures, judges the claims.
public struct LessonRunner: Sendable {
    public let lesson: Lesson
    public let options: LessonOptions
    /// What the other lessons say of the article, where the lesson collects it.
    public var collection: [CollectedLesson]
    private let base: BaseModel
    /// Opened models, by what runs call them.
    private let bases: [String: BaseModel]
    private let task: TaskData
    private let tasks: [TaskData]
    /// The runs that are made, with the recorded runs of each.
    private let runs: [(run: LessonRun, specifications: [RunSpecification])]
    /// The runs that are not made, and why.
    public let leftOut: [(run: String, reason: Localised)]

    /// - Parameter data: What is learned instead of the lesson's tasks; `options` tells it too.
    /// - Throws: An error that says which model or which data cannot be read.
    public init(
        _ lesson: Lesson, options: LessonOptions = LessonOptions(), data: LessonData? = nil, collection: [CollectedLesson] = []
    ) throws {
        self.lesson = lesson
        self.options = options
        self.collection = collection
        let plan = Plan(lesson, options)
        leftOut = plan.leftOut
        var bases: [String: BaseModel] = [:]
        let main = options.model ?? lesson.model
        let base = try BaseModel(opening: ModelLibrary.url(of: main))
        bases[lesson.model] = base
        for model in plan.runs.compactMap(\.model) where bases[model] == nil {
            bases[model] = try BaseModel(opening: ModelLibrary.url(of: model))
        }
        self.base = base
        self.bases = bases

        var (tasks, plain): ([TaskData], TaskData)
        if let data {
            let source = TrainingRequest.Source.file(data.file, data.reading, data.heldOut)
            var method = MethodSpecification(.promptTuning)
            let counts = plan.runs.filter { $0.method.kind.family.keys.contains(.virtualTokens) }
                .map(\.method.settings.virtualTokens)
            method.settings.virtualTokens = counts.max() ?? 1
            method.settings.start = .random(deviation: 1)
            plain = try TrainingRequest(model: main, source: source, method: method).job().job.task
            tasks = []
        } else {
            let world = World(seed: World.standardSeed)
            guard base.vocabulary == world.vocabulary.words else { throw LessonError.otherWords(model: main) }
            let make = { (skill: String) in TaskData(try world.task(skill), of: world) }
            plain = try make(lesson.task)
            var known = [lesson.task]
            tasks = []
            for skill in plan.runs.flatMap({ $0.otherTasks + ($0.task.map { [$0] } ?? []) }) where !known.contains(skill) {
                known.append(skill)
                tasks.append(try make(skill))
            }
        }
        let mainTask = plain.description.id
        for run in plan.runs {
            guard let count = run.trainExamples else { continue }
            let full = run.task.flatMap { id in tasks.first { $0.description.id == id } } ?? plain
            let limited = full.limited(toTrainingExamples: count)
            if !tasks.contains(where: { $0.description.id == limited.description.id }) { tasks.append(limited) }
        }
        task = plain
        self.tasks = tasks
        let adapters = Dictionary(plan.runs.map { ($0.id, $0.recordedIDs(options).first ?? $0.id) }) { first, _ in first }
        runs = plan.runs.map { run in
            let whole = run.task.flatMap { $0 == lesson.task ? nil : $0 }
            let named = run.trainExamples.map { "\(whole ?? mainTask).first-\($0)" } ?? whole
            let other = run.model.flatMap { $0 == lesson.model ? nil : bases[$0]?.name }
            return (
                run,
                run.specifications(
                    options, base: other, task: named,
                    otherTasks: data == nil ? run.otherTasks.map { $0 == lesson.task ? mainTask : $0 } : [],
                    recordedAdapters: run.mixed.compactMap { adapters[$0] })
            )
        }
    }

    /// What is left of a lesson on a reader's own model or data.
    private struct Plan {
        var runs: [LessonRun] = []
        var leftOut: [(run: String, reason: Localised)] = []

        init(_ lesson: Lesson, _ options: LessonOptions) {
            for run in lesson.runs {
                if options.model != nil, let model = run.model, model != lesson.model {
                    leftOut.append(
                        (
                            run.id,
                            Localised(en: "it is of another model, \(model)", zhHans: "它用的是另一个模型 \(model)")
                        ))
                } else if options.data != nil, let task = run.task, task != lesson.task {
                    leftOut.append(
                        (
                            run.id,
                            Localised(en: "it is of another task, \(task)", zhHans: "它用的是另一项任务 \(task)")
                        ))
                } else if let gone = run.mixed.first(where: { name in !runs.contains { $0.id == name } }) {
                    leftOut.append(
                        (run.id, Localised(en: "it mixes \(gone), which is left out", zhHans: "它要混合的 \(gone) 被略去")))
                } else {
                    runs.append(run)
                }
            }
        }
    }

    /// The recorded runs of each run of the lesson, by its name and by that of its entry.
    public var recordedRuns: [String: [String]] {
        var recorded: [String: [String]] = [:]
        for (run, specifications) in runs { recorded[run.id] = specifications.map(\.id) }
        for (run, specifications) in runs where run.entry != run.id {
            recorded[run.entry, default: []] += specifications.map(\.id)
        }
        return recorded
    }

    /// The first of the recorded runs; `nil` if there are none.
    public var firstRun: String? { runs.lazy.flatMap(\.specifications).first?.id }

    /// What came out.
    public struct Result: Sendable {
        public let recording: Recording
        public let measurements: [String: Measurement]
        public let verdicts: [LessonReport.ClaimVerdict]
        /// How long the runs took, in seconds.
        public let seconds: Double

        public var allHold: Bool { verdicts.allSatisfy { $0.outcome != .fails } }
    }

    /// - Parameters:
    ///   - folder: The recording's place.
    ///   - workers: Runs at a time; it changes no number but measured times.
    ///   - recorded: Called as soon as some of the runs are recorded, with a recording of these alone, which is there during the call;
    ///     perhaps by several threads at once.
    ///   - progress: From 0 to 1, and which run; called from one thread at a time.
    public func run(
        recordingTo folder: URL, version: String, language: Drawing.Language, workers: Int = 2,
        recorded: @escaping @Sendable (Recording) -> Void = { _ in },
        progress: @escaping @Sendable (Double, String) -> Void = { _, _ in }
    ) throws -> Result {
        let start = ContinuousClock.now
        let recording = try record(
            to: folder, version: version, workers: lesson.runsAlone ? 1 : workers, recorded: recorded, progress: progress)
        let elapsed = (ContinuousClock.now - start).components
        let measurements = try measure(recording)
        var verdicts: [LessonReport.ClaimVerdict] = []
        for claim in lesson.claims {
            verdicts.append(try claim.verdict(measurements, in: language, isReadersOwn: options.isReadersOwn))
        }
        return Result(
            recording: recording, measurements: measurements, verdicts: verdicts,
            seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
    }

    // MARK: Recording

    /// Runs that are recorded together: one, or those that a mixed batch takes its adapters from.
    private var groups: [[RunSpecification]] {
        let all = runs.flatMap(\.specifications)
        var group = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1.id, $0) })
        for specification in all where !specification.method.settings.adapters.isEmpty {
            let joined = Set((specification.method.settings.adapters + [specification.id]).compactMap { group[$0] })
            for (id, own) in group where joined.contains(own) { group[id] = joined.min() ?? own }
        }
        return Dictionary(grouping: all) { group[$0.id] ?? 0 }.sorted { $0.key < $1.key }.map(\.value)
    }

    private func record(
        to folder: URL, version: String, workers: Int, recorded: @escaping @Sendable (Recording) -> Void,
        progress: @escaping @Sendable (Double, String) -> Void
    ) throws -> Recording {
        let groups = groups
        let parts = URL(filePath: folder.path + ".parts")
        defer { try? FileManager.default.removeItem(at: parts) }
        let count = Double(groups.reduce(0) { $0 + $1.count })
        let state = Mutex(Progress(groupCount: groups.count))
        DispatchQueue.concurrentPerform(iterations: max(1, min(workers, groups.count))) { _ in
            let pool = WorkerPool(threads: 1)
            while let index = state.withLock({ $0.take() }) {
                do {
                    let group = try groups[index].map { try resolved($0, pool: pool) }
                    let held = group.contains { $0.method.kind.family.holdsBaseIn4Bits }
                    let further = try bases.filter { $0.key != lesson.model }.sorted { $0.key < $1.key }
                        .map { held ? try $0.value.heldIn4Bits() : $0.value }
                    let experiment = Experiment(
                        base: held ? try base.heldIn4Bits() : base, task: task, bases: further, tasks: tasks, runs: group)
                    let place = parts.appending(path: "\(index)")
                    let recording = try experiment.record(to: place, version: version, pool: pool) { step in
                        let share = Double(step.step + 1) / Double(max(1, step.stepCount))
                        state.withLock { state in
                            state.done[index] = Double(step.runIndex) + share
                            progress(state.done.reduce(0, +) / count, step.run)
                        }
                    }
                    state.withLock {
                        $0.done[index] = Double(groups[index].count)
                        $0.recordings[index] = recording
                    }
                    recorded(recording)
                } catch {
                    state.withLock { $0.error = $0.error ?? error }
                }
            }
        }
        if let error = state.withLock({ $0.error }) { throw error }
        try Recording.join(state.withLock { $0.recordings.compactMap(\.self) }, at: folder)
        return try Recording(opening: folder, checking: .onUse)
    }

    private struct Progress {
        /// Runs of each group that are done.
        var done: [Double]
        var recordings: [Recording?]
        var started = 0
        var error: (any Error)?

        init(groupCount: Int) {
            done = Array(repeating: 0, count: groupCount)
            recordings = Array(repeating: nil, count: groupCount)
        }

        mutating func take() -> Int? {
            guard error == nil, started < done.count else { return nil }
            started += 1
            return started - 1
        }
    }

    /// A run with the words of its hard prompt, which are searched for where the lesson gives none.
    private func resolved(_ run: RunSpecification, pool: WorkerPool) throws -> RunSpecification {
        let base = run.base.flatMap { name in bases.values.first { $0.name == name } } ?? base
        let task = run.task.flatMap { id in tasks.first { $0.description.id == id } } ?? task
        return try TrainingJob(base: base, modelName: base.name, task: task, run: run).resolved(pool: pool)
    }

    // MARK: Measuring

    private func measure(_ recording: Recording) throws -> [String: Measurement] {
        let byName = Dictionary(bases.values.map { ($0.name, $0) }) { first, _ in first }
        // What is left of an entry says nothing of the entry.
        let broken = Set(leftOut.compactMap { left in lesson.runs.first { $0.id == left.run }?.entry })
        let measuring = Measuring(
            recording, recorded: recordedRuns.filter { !broken.contains($0.key) }, bases: byName,
            pool: WorkerPool(threads: lesson.runsAlone ? 1 : 2))
        var measurements: [String: Measurement] = [:]
        for (name, measure) in lesson.measures {
            switch measure {
            case .metric(let metric):
                do { measurements[name] = try measuring.measurement(of: metric) } catch let error as LessonError {
                    // A reader's data need not have all that the lesson's own has, such as a chance level.
                    guard options.isReadersOwn else { throw error }
                }
            case .derived(let derived): measurements[name] = try derived.measurement(measurements, name: name)
            case .collected(let number):
                let count = Double(number.count(in: collection))
                measurements[name] = Measurement(value: count, values: [count], addresses: [], unit: .count)
            }
        }
        return measurements
    }
}
