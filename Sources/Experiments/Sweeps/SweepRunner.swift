public import Foundation
internal import Interchange
internal import LinearAlgebra
internal import Recordings
internal import Synchronization
internal import Transformer
internal import Tuning

/// Runs a sweep into a folder, several runs at a time, and goes on where it was stopped.
///
/// Every run that is done lies whole in `cells/`, under a name that depends on all that decides its numbers. So a sweep that was killed,
/// or to which seeds or methods were added, only does what is missing. At the end the folder also holds `results.csv`, `results.json`,
/// `table.md`, and under `recordings/<model>/<task>/` a recording of all runs, from which figures are drawn.
public struct SweepRunner: Sendable {
    public let sweep: Sweep
    private let folder: URL
    private let version: String

    enum Part {
        static let marker = "sweep.json"
        static let cells = "cells"
        static let result = "result.json"
        static let recording = "recording"
        static let recordings = "recordings"
    }

    /// - Parameters:
    ///   - folder: Where all goes. One of an earlier sweep is gone on with.
    ///   - version: Of foreword, for the recordings' provenance.
    /// - Throws: An error that says why nothing can be written there.
    public init(_ sweep: Sweep, into folder: URL, version: String) throws {
        self.sweep = sweep
        self.folder = folder
        self.version = version
        let files = FileManager.default
        let held = (try? files.contentsOfDirectory(atPath: folder.path)) ?? []
        guard held.isEmpty || held.contains(Part.marker) else {
            throw InterchangeError(
                file: folder.relativePath, "the folder is not that of a sweep (it has no \(Part.marker)); choose an empty one")
        }
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        try AtomicFile.write("{\"name\": \(JSON.string(sweep.name).text(.compact))}\n", to: folder.appending(path: Part.marker))
    }

    /// How far it is.
    public struct Progress: Sendable {
        /// Runs that are done, those of earlier times included.
        public let done: Int
        /// Of those, how many were found done.
        public let found: Int
        public let count: Int
        /// The run that ended last.
        public let last: String
    }

    /// Runs what is missing.
    ///
    /// - Parameters:
    ///   - workers: Runs at a time. It changes no number: each run's bits depend on its seed alone.
    ///   - progress: Called after every run, from one thread at a time.
    /// - Throws: The first error that concerns all runs, such as a model that cannot be opened. A run whose loss stops being a number is
    ///   a result of its own (``SweepResult/failure``).
    public func run(workers: Int, progress: @Sendable (Progress) -> Void = { _ in }) throws -> [SweepResult] {
        var bases: [String: BaseModel] = [:]
        for model in sweep.models { bases[model] = try BaseModel(opening: ModelLibrary.url(of: model)) }
        let jobs = try sweep.cells.compactMap { cell in try bases[cell.model].map { try Job(cell, on: $0, version: version) } }
        let state = Mutex(State(results: Array(repeating: nil, count: jobs.count)))
        for (index, job) in jobs.enumerated() {
            guard let result = done(job) else { continue }
            state.withLock {
                $0.results[index] = result
                $0.found += 1
            }
        }
        DispatchQueue.concurrentPerform(iterations: max(1, workers)) { _ in
            while let index = state.withLock({ $0.next() }) {
                do {
                    let result = try perform(jobs[index])
                    state.withLock {
                        $0.results[index] = result
                        progress($0.progress(last: jobs[index].cell.run))
                    }
                } catch {
                    state.withLock { $0.error = $0.error ?? error }
                }
            }
        }
        let (results, error) = state.withLock { ($0.results.compactMap(\.self), $0.error) }
        if let error { throw error }
        try write(results, jobs)
        return results
    }

    private struct State {
        var results: [SweepResult?]
        var found = 0
        var started: Set<Int> = []
        var error: (any Error)?

        mutating func next() -> Int? {
            guard error == nil, let index = results.indices.first(where: { results[$0] == nil && !started.contains($0) }) else {
                return nil
            }
            started.insert(index)
            return index
        }

        func progress(last: String) -> Progress {
            Progress(done: results.count { $0 != nil }, found: found, count: results.count, last: last)
        }
    }

    /// A run, ready to be done.
    private struct Job {
        let cell: Sweep.Cell
        let job: TrainingJob
        let id: String

        init(_ cell: Sweep.Cell, on base: BaseModel, version: String) throws {
            var request = TrainingRequest(model: cell.model, source: cell.task.source, method: cell.entry.method)
            let training = cell.entry.training
            request.length = .steps(training.steps)
            request.batchSize = training.batchSize
            request.learningRate = training.learningRate
            request.schedule = training.schedule
            request.warmup = training.warmup
            request.weightDecay = training.weightDecay
            request.clipping = training.clipping
            request.seed = cell.seed
            request.frames = []
            request.keepsParameters = false
            request.runID = cell.run
            let job = try request.job(on: base).job
            self.job = job
            self.cell = cell
            // The examples themselves are part of what decides a run.
            let data = TaskData.Split.allCases.map { job.task[$0].contentHash }.joined(separator: " ")
            let run = job.run
            id = String(
                ContentHash(
                    of: "\(version) \(base.weightsHash.hex) \(data) \(run.method) \(run.training) \(run.seed) \(cell.run)"
                ).hex.prefix(16))
        }
    }

    private func place(of job: Job) -> URL { folder.appending(path: Part.cells).appending(path: job.id) }

    private func done(_ job: Job) -> SweepResult? {
        guard let data = try? Data(contentsOf: place(of: job).appending(path: Part.result)) else { return nil }
        return try? JSONDecoder().decode(SweepResult.self, from: data)
    }

    private func perform(_ job: Job) throws -> SweepResult {
        let cell = try AtomicFolder(replacing: place(of: job), marker: Part.result)
        let pool = WorkerPool(threads: 1)
        let result: SweepResult
        do {
            let run = try job.job.searched(pool: pool).run
            let experiment = Experiment(base: job.job.base, task: job.job.task, runs: [run])
            let recording = try experiment.record(
                to: cell.location.appending(path: Part.recording), version: version, pool: pool)
            let summary = TrainingSummary(
                try recording.run(run.id), model: job.cell.model, base: job.job.base, task: job.job.task, part: "")
            result = SweepResult(job.cell, id: job.id, run: run, summary: summary)
        } catch let error as TuningError {
            guard case .lossNotFinite = error else { throw error }
            result = SweepResult(job.cell, id: job.id, run: job.job.run, failure: error.description)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try AtomicFile.write(try encoder.encode(result), to: cell.location.appending(path: Part.result))
        try cell.commit()
        return result
    }

    private func write(_ results: [SweepResult], _ jobs: [Job]) throws {
        let lines = [SweepResult.columns] + results.flatMap(\.csv)
        try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: folder.appending(path: "results.csv"))
        try AtomicFile.write(try results.readableJSON(snakeCase: true), to: folder.appending(path: "results.json"))
        try AtomicFile.write(SweepTable(sweep, results).markdown, to: folder.appending(path: "table.md"))
        // One recording for each model and task, with the runs as they were recorded.
        let failed = Set(results.filter { $0.failure != nil }.map(\.id))
        let groups = Dictionary(grouping: jobs.filter { !failed.contains($0.id) }) { [$0.cell.model, $0.cell.task.name] }
        for (key, jobs) in groups {
            let parts = try jobs.map { job in try Recording(opening: place(of: job).appending(path: Part.recording)) }
            try Recording.join(
                parts,
                at: folder.appending(path: Part.recordings).appending(path: key[0].asFileName).appending(path: key[1].asFileName))
        }
    }
}

extension SweepResult {
    fileprivate init(
        _ cell: Sweep.Cell, id: String, run: RunSpecification, summary: TrainingSummary? = nil, failure: String? = nil
    ) {
        self.id = id
        model = cell.model
        task = cell.task.name
        label = cell.entry.label
        method = run.method.kind.rawValue
        settings = run.method.description.settings
        learningRate = run.training.schedule.peak
        steps = run.training.steps
        batchSize = run.training.batchSize
        seed = run.seed
        self.failure = failure
        trainedCount = summary?.trainedCount ?? 0
        adapterBytes = summary?.resultBytes ?? 0
        secondsPerStep = summary?.secondsPerStep ?? 0
        splits = summary?.splits ?? []
    }
}

extension String {
    /// The last part of a path, as the name of a folder.
    fileprivate var asFileName: String { URL(filePath: self).lastPathComponent }
}
