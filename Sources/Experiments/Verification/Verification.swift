internal import Interchange
public import LinearAlgebra
public import Recordings

/// What holds of a recording, and what does not: its runs held against their invariants, and computed again.
public struct Verification: Codable, Sendable {
    /// One run.
    public struct Run: Codable, Sendable {
        public let run: String
        /// The steps that were looked at: those with frames, and a sample of all others.
        public let steps: [Int]
        public let checks: [CheckResult]
    }

    public let runs: [Run]
    /// Whether nothing fails. What could not be looked at is no failure.
    public var holds: Bool { runs.allSatisfy { $0.checks.allSatisfy { $0.outcome != .fails } } }

    /// Which steps are looked at beside those that have frames.
    public enum Steps: Sendable, Hashable {
        /// The first, the last, and some between.
        case sample
        case all
        case chosen([Int])
    }

    /// How many steps a sample has.
    private static let sampleSize = 5

    /// - Parameters:
    ///   - base: The model it was made with; looked for if it is `nil`.
    ///   - runs: The ids of the runs to look at; `nil` for all.
    ///   - checks: The ids of the checks to make; `nil` for all.
    ///   - progress: Called with the share that is done.
    /// - Throws: ``RecordingError`` if a graph cannot be read, or a chosen step is not one of a run.
    public init(
        of recording: Recording, base: BaseModel? = nil, steps: Steps = .sample, runs chosenRuns: Set<String>? = nil,
        checks chosenChecks: Set<String>? = nil, pool: WorkerPool = WorkerPool(threads: 1),
        progress: (Double) -> Void = { _ in }
    ) throws(RecordingError) {
        var runs: [Run] = []
        var bases: [String: BaseModel] = [:]
        let all = RunChecks.all.filter { chosenChecks?.contains($0.id) ?? true }
        let wanted = recording.runs.filter { chosenRuns?.contains($0.id) ?? true }
        for (index, recorded) in wanted.enumerated() {
            let hash = recorded.model.weightsSha256
            if bases[hash] == nil {
                let isGiven = base.map { $0.weightsHash.hex == hash || recording.description.allModels.count == 1 } ?? false
                bases[hash] = isGiven ? base : try? BaseModel(of: recording, run: recorded)
            }
            let run = try ReplayedRun(recorded.id, of: recording, base: bases[hash], pool: pool)
            let chosen = try Self.steps(steps, of: run.run)
            var findings = all.map { _ in Finding() }
            for (place, check) in all.enumerated() {
                Self.note(in: &findings[place]) { finding in try check.examine(run, into: &finding) }
            }
            for (done, step) in chosen.enumerated() {
                for (place, check) in all.enumerated() {
                    Self.note(in: &findings[place]) { finding in
                        try check.examine(try run.values(atStep: step), of: run, into: &finding)
                    }
                }
                progress((Double(index) + Double(done + 1) / Double(chosen.count)) / Double(wanted.count))
            }
            runs.append(Run(run: run.run.id, steps: chosen, checks: zip(all, findings).map { CheckResult($0, $1) }))
        }
        self.runs = runs
    }

    /// An error is what a check found, unless it says that something was not kept.
    private static func note(in finding: inout Finding, _ body: (inout Finding) throws -> Void) {
        do { try body(&finding) } catch let error as ReplayError {
            switch error {
            case .journalDiffers, .graphDiffers: finding.fail("\(error)")
            default: finding.skip("\(error)")
            }
        } catch { finding.fail("\(error)") }
    }

    private static func steps(_ wanted: Steps, of run: RecordedRun) throws(RecordingError) -> [Int] {
        let count = run.journal.stepCount
        let kept = Set(run.description.frames.map(\.step))
        let others: [Int]
        switch wanted {
        case .all: others = Array(0..<count)
        case .sample:
            others = count == 0 ? [] : (0..<sampleSize).map { $0 * (count - 1) / (sampleSize - 1) }
        case .chosen(let steps):
            for step in steps where !(0..<max(count, 1)).contains(step) && !kept.contains(step) {
                throw .address(.stepOutOfRange(step, run: run.id, steps: 0...count))
            }
            others = count == 0 ? [] : steps
        }
        return kept.union(others).sorted()
    }
}
