internal import Foundation
internal import Recordings

/// A sweep's results as tables in Markdown: how well each way to tune answers each task, and what each way costs.
public struct SweepTable: Sendable {
    let sweep: Sweep
    let results: [SweepResult]

    public init(_ sweep: Sweep, _ results: [SweepResult]) {
        self.sweep = sweep
        self.results = results
    }

    public var markdown: String { sweep.models.map { answers(of: $0) + "\n" + costs(of: $0) }.joined(separator: "\n") }

    private func answers(of model: String) -> String {
        let own = results.filter { $0.model == model }
        let seeds = sweep.seeds.count
        let labels = sweep.entries.map(\.label)
        // What the model does by itself is told by a way to tune whose start changes nothing.
        let unchanged = own.first { ["full-fine-tuning", "lora"].contains($0.method) }?.label
        let columns = (unchanged == nil ? [] : ["untuned"]) + labels
        var lines = [
            "Per cent answered exactly by \(model), of held-out examples where the task has any; mean over \(seeds) "
                + "\(seeds == 1 ? "seed" : "seeds"), lowest and highest where they differ by 10 or more.", "",
            "| task | \(columns.joined(separator: " | ")) |", "|---|\(columns.map { _ in "---:|" }.joined())",
        ]
        for task in sweep.tasks.map(\.name) {
            let rows = own.filter { $0.task == task }
            let before = unchanged.map { label in [share(of: rows.filter { $0.label == label }) { $0.accuracyBefore }] } ?? []
            let after = labels.map { label in share(of: rows.filter { $0.label == label }) { $0.accuracyAfter } }
            lines.append("| \(task) | \((before + after).joined(separator: " | ")) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func costs(of model: String) -> String {
        var lines = [
            "| | method | settings | learning rate | trained numbers | file | a step |", "|---|---|---|---:|---:|---:|---:|",
        ]
        for entry in sweep.entries {
            let rows = results.filter { $0.model == model && $0.label == entry.label }
            guard let first = rows.first else { continue }
            // What a search found differs from task to task and seed to seed.
            let told = first.settings.filter { name, _ in !(entry.method.kind == .hardPrompt && name == "text") }
                .sorted { $0.key < $1.key }.map { "\($0.key.replacing("_", with: " ")) \($0.value.text)" }
            let seconds = rows.map(\.secondsPerStep).filter { $0 > 0 }.median
            let isTrained = first.steps > 0
            lines.append(
                "| \(entry.label) | \(first.method) | \(told.joined(separator: ", ")) | \(isTrained ? "\(first.learningRate)" : "–") | "
                    + "\(grouped(rows.map(\.trainedCount).max() ?? 0)) | \(size(rows.map(\.adapterBytes).max() ?? 0)) | "
                    + "\(seconds > 0 ? "\(rounded(seconds * 1000)) ms" : "–") |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The mean, with the lowest where the seeds differ by a tenth or more.
    private func share(of results: [SweepResult], _ value: (TrainingSummary.Split) -> Double) -> String {
        let shares = results.compactMap(\.reported).map(value)
        guard !shares.isEmpty, shares.count == results.count else { return results.isEmpty ? "–" : "failed" }
        let mean = shares.reduce(0, +) / Double(shares.count)
        let (low, high) = (shares.min() ?? mean, shares.max() ?? mean)
        return high - low >= 0.1 ? "\(percent(mean)) (\(percent(low))–\(percent(high)))" : percent(mean)
    }

    private func percent(_ share: Double) -> String { "\(Int((share * 100).rounded()))" }

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
