internal import Foundation
internal import Recordings

/// A sweep's results as tables in Markdown: a row for each way to tune, a column for each task, the mean accuracy over the seeds.
public struct SweepTable: Sendable {
    let sweep: Sweep
    let results: [SweepResult]

    public init(_ sweep: Sweep, _ results: [SweepResult]) {
        self.sweep = sweep
        self.results = results
    }

    public var markdown: String { sweep.models.map(table).joined(separator: "\n") }

    private func table(ofModel model: String) -> String {
        let own = results.filter { $0.model == model }
        let tasks = sweep.tasks.map(\.name)
        let seeds = sweep.seeds.count
        var lines = [
            "\(model), mean over \(seeds) \(seeds == 1 ? "seed" : "seeds") of the share answered exactly"
                + ", held-out examples where there are any:", "",
            "| method | \(tasks.joined(separator: " | ")) | trained numbers | file | a step |",
            "|---|\(tasks.map { _ in "---:|" }.joined())---:|---:|---:|",
        ]
        if let before = row(before: own, tasks: tasks) { lines.append(before) }
        for entry in sweep.entries {
            let rows = own.filter { $0.label == entry.label }
            let shares = tasks.map { task in share(of: rows.filter { $0.task == task }) { $0.accuracyAfter } }
            let seconds = rows.map(\.secondsPerStep).filter { $0 > 0 }.median
            let trained = rows.map(\.trainedCount).max() ?? 0
            let bytes = rows.map(\.adapterBytes).max() ?? 0
            lines.append(
                "| \(entry.label) | \(shares.joined(separator: " | ")) | \(grouped(trained)) | \(size(bytes)) | "
                    + "\(seconds > 0 ? "\(rounded(seconds * 1000)) ms" : "–") |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What the model does before any tuning: the same for every method that starts from it unchanged, so taken from those whose start
    /// changes nothing.
    private func row(before own: [SweepResult], tasks: [String]) -> String? {
        let unchanged = own.filter { $0.method == "full-fine-tuning" || $0.method == "lora" }
        guard let label = unchanged.first?.label else { return nil }
        let shares = tasks.map { task in
            share(of: unchanged.filter { $0.task == task && $0.label == label }) { $0.accuracyBefore }
        }
        return "| before tuning | \(shares.joined(separator: " | ")) | 0 | – | – |"
    }

    /// The mean, with the lowest where the seeds differ by a tenth or more.
    private func share(of results: [SweepResult], _ value: (TrainingSummary.Split) -> Double) -> String {
        let shares = results.compactMap(\.reported).map(value)
        guard !shares.isEmpty, shares.count == results.count else { return results.isEmpty ? "–" : "failed" }
        let mean = shares.reduce(0, +) / Double(shares.count)
        let (low, high) = (shares.min() ?? mean, shares.max() ?? mean)
        return high - low >= 0.1 ? "\(percent(mean)) (\(percent(low))–\(percent(high)))" : percent(mean)
    }

    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

    private func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }

    private func size(_ bytes: Int) -> String { bytes == 0 ? "–" : "\(rounded(Double(bytes) / 1000)) kB" }

    private func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
