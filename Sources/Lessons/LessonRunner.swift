public import Drawing
public import Experiments
internal import Figures
public import Foundation
public import LinearAlgebra
public import Recordings
internal import TinyWorld

/// Runs a lesson: trains, records, measures, judges the claims.
public struct LessonRunner: Sendable {
    public let lesson: Lesson
    public let base: BaseModel
    public let task: TaskData
    /// Where the seeds start; those of the lesson where it is `nil`.
    public let firstSeed: UInt64?
    private let pool: WorkerPool

    public init(_ lesson: Lesson, model: String? = nil, firstSeed: UInt64? = nil, pool: WorkerPool = WorkerPool()) throws {
        self.lesson = lesson
        self.firstSeed = firstSeed
        self.pool = pool
        base = try BaseModel(opening: ModelLibrary.url(of: model ?? lesson.model))
        let world = World(seed: World.standardSeed)
        task = TaskData(try world.task(lesson.task), of: world)
    }

    /// What came out.
    public struct Result: Sendable {
        public let recording: Recording
        public let measurements: [String: Measurement]
        public let verdicts: [Verdict]

        public var allHold: Bool { verdicts.allSatisfy(\.holds) }
    }

    /// - Parameter folder: The recording's place.
    public func run(
        recordingTo folder: URL, version: String, language: Drawing.Language, progress: (Experiment.Progress) -> Void = { _ in }
    ) throws -> Result {
        let specifications = lesson.specifications(firstSeed: firstSeed)
        let experiment = Experiment(base: base, task: task, runs: specifications)
        let recording = try experiment.record(to: folder, version: version, pool: pool, progress: progress)
        let measurements = try measure(recording)
        var verdicts: [Verdict] = []
        for claim in lesson.claims { verdicts.append(try claim.verdict(measurements, in: language)) }
        return Result(recording: recording, measurements: measurements, verdicts: verdicts)
    }

    private func measure(_ recording: Recording) throws -> [String: Measurement] {
        var measurements: [String: Measurement] = [:]
        for (name, measure) in lesson.measures {
            guard let run = lesson.runs.first(where: { $0.id == measure.run }) else { continue }
            let runs = try run.seeds(startingAt: firstSeed).map { try recording.run(run.recordedID(seed: $0)) }
            measurements[name] = try measure.measurement(in: runs, of: recording)
        }
        return measurements
    }
}
