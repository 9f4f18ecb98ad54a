internal import Drawing
internal import Recordings

/// A set of runs that differ in one thing, and from several seeds each.
struct MeasuredRuns {
    /// Runs that have the thing in common, in the order of the recording.
    let runs: [RecordedRun]

    /// The split whose accuracy is reported: the last of the task's that all were evaluated on.
    static func split(of runs: [RecordedRun]) -> SplitDescription? {
        runs.first?.task.splits.last { split in runs.allSatisfy { !$0.journal.evaluations(ofSplit: split.id).isEmpty } }
    }

    /// The runs that differ from one in some settings and the seed only.
    static func like(_ run: RecordedRun, in recording: Recording, beside settings: Set<String>) -> [RecordedRun] {
        recording.runs.filter { difference(between: [run, $0], beside: settings) == nil }
    }

    /// What is different between runs that should differ in some settings and the seed only: `nil` if nothing is.
    ///
    /// - Parameters:
    ///   - settings: The settings that may differ.
    static func difference(between runs: [RecordedRun], beside settings: Set<String>) -> String? {
        if let first = runs.first {
            for run in runs where run.task.id != first.task.id || run.model.name != first.model.name {
                return "\(run.id) and \(first.id) are of other tasks or models"
            }
        }
        guard let first = runs.first?.description else { return nil }
        func kept(_ run: RunDescription) -> [String: Setting] { run.method.settings.filter { !settings.contains($0.key) } }
        for run in runs.dropFirst().map(\.description) {
            if run.method.id != first.method.id {
                return "\(run.id) trains by \(run.method.id), and \(first.id) by \(first.method.id)"
            }
            let (own, others) = (kept(run), kept(first))
            if let key = Set(own.keys).union(others.keys).sorted().first(where: { own[$0] != others[$0] }) {
                return "\(run.id) and \(first.id) have other settings of \(key)"
            }
            if run.training != first.training { return "\(run.id) and \(first.id) were not trained in the same way" }
            if run.weightsSha256.before != first.weightsSha256.before {
                return "\(run.id) and \(first.id) did not start from the same weights"
            }
        }
        return nil
    }

    /// `1–5` where they follow each other, else all of them.
    static func seeds(_ seeds: [UInt64], separator: String) -> String {
        guard seeds.count > 2, let first = seeds.first, let last = seeds.last,
            zip(seeds, seeds.dropFirst()).allSatisfy({ $0 &+ 1 == $1 })
        else { return seeds.map { String($0) }.joined(separator: separator) }
        return "\(first)–\(last)"
    }

    /// `seed 1`, `seeds 1–5`.
    static func told(_ seeds: [UInt64]) -> String {
        (seeds.count == 1 ? "seed " : "seeds ") + self.seeds(seeds, separator: ", ")
    }

    /// The mean of numbers, and the address that says of which: of the only one, or the derivation.
    static func mean(_ numbers: [Double], _ addresses: [Address]) -> (number: Double, address: String) {
        (
            numbers.reduce(0, +) / Double(max(numbers.count, 1)),
            addresses.count == 1 ? addresses[0].text : Derivation("mean", arguments: addresses).description
        )
    }
}
