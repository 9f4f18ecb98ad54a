internal import Experiments
internal import LinearAlgebra
internal import Recordings

/// A recording that is measured, with what several metrics share.
final class Measuring {
    let recording: Recording
    /// The recorded runs of each run of the lesson, by its name.
    let recorded: [String: [String]]
    private let bases: [String: BaseModel]
    private let pool: WorkerPool
    private var checks: [String: CheckResult] = [:]
    private var words: RecordedValue??

    /// - Parameter bases: Opened models, by name.
    init(_ recording: Recording, recorded: [String: [String]], bases: [String: BaseModel], pool: WorkerPool) {
        self.recording = recording
        self.recorded = recorded
        self.bases = bases
        self.pool = pool
    }

    /// What a check of `foreword verify` finds in a run; `nil` for a check that there is not.
    func check(_ id: String, of run: String) throws -> CheckResult? {
        let key = "\(run) \(id)"
        if let known = checks[key] { return known }
        let base = bases[try recording.run(run).model.name]
        let verification = try Verification(of: recording, base: base, runs: [run], checks: [id], pool: pool)
        checks[key] = verification.runs.first?.checks.first
        return checks[key]
    }

    /// A run of which everything can be computed again.
    func replayed(_ run: String) throws -> ReplayedRun {
        try ReplayedRun(run, of: recording, base: bases[try recording.run(run).model.name], pool: pool)
    }

    /// The main model's token embeddings.
    func embeddings() throws -> RecordedValue? {
        if let words { return words }
        let read = try recording.vocabularyEmbeddings()
        words = .some(read)
        return read
    }

    /// - Returns: `nil` if a run that it is of was left out.
    func measurement(of measure: MetricMeasure) throws -> Measurement? {
        var ids: [String] = []
        for run in measure.runs {
            guard let own = recorded[run] else { return nil }
            ids += own
        }
        let subjects = try ids.map { Metric.Subject(run: try recording.run($0), measure: measure, context: self) }
        return try measure.metric.measurement(of: subjects, summary: measure.summary)
    }
}
