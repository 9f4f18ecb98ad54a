import Experiments
import Foundation

/// What was timed, as a table.
struct BenchTable {
    /// Whether each work is followed by the operations its time goes to.
    let showsParts: Bool

    func show(_ report: BenchmarkReport) {
        let machine = report.machine
        Console.output("\(machine.processor), \(machine.threads) threads, \(machine.arithmetic)")
        if !machine.isOptimised {
            Console.output("Built without optimisation: these times say nothing. Use swift build -c release.")
        }
        if machine.isBusy, let load = machine.load {
            Console.output("Other work was going on (load \(load)): these times are too long, and ratios may be far off.")
        }
        for sentence in report.absentPeers { Console.output(sentence) }
        Console.output("")
        table(
            ["work", "step", "least", "GFLOP/s", "products", "requests", "memory", "journal"],
            report.results.map { result in
                [
                    result.work, milliseconds(result.milliseconds.median), milliseconds(result.milliseconds.minimum),
                    String(format: "%.1f", result.gigaflops), percent(result.productShare),
                    result.allocations.map { String(format: "%g", $0) } ?? "–", result.peakBytes.map(megabytes) ?? "–",
                    result.journalShare.map(percent) ?? "–",
                ]
            })
        let compared = report.results.filter { !$0.peers.isEmpty }
        if !compared.isEmpty {
            Console.output("")
            table(
                ["work", "peer", "step", "least", "ratio", "of least", "memory", "ours"],
                compared.flatMap { result in
                    result.peers.map { peer in
                        let ratio = result.ratio(to: peer)
                        return [
                            result.work, peer.version, milliseconds(peer.milliseconds.median),
                            milliseconds(peer.milliseconds.minimum), String(format: "%.1f", ratio.median),
                            String(format: "%.1f", ratio.minimum), peer.peakBytes.map(megabytes) ?? "–",
                            result.peakBytes.flatMap { own in peer.peakBytes.map { percent(Double(own) / Double($0)) } } ?? "–",
                        ]
                    }
                })
        }
        if showsParts {
            for result in report.results {
                Console.output("\n\(result.work), milliseconds of all threads together")
                for part in result.parts.prefix(12) {
                    Console.output(
                        "  \(percent(part.share).leftPadded(6)) \(milliseconds(part.milliseconds).leftPadded(10))  \(part.operation)"
                    )
                }
            }
        }
        if let first = report.firstFigureSeconds, let whole = report.lessonSeconds {
            Console.output(String(format: "\nlesson one: first figure after %.2f s, all of it after %.2f s", first, whole))
        }
    }

    private func table(_ head: [String], _ rows: [[String]]) {
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        for row in [head] + rows {
            // Words at the left, numbers at the right.
            let cells = row.enumerated().map { column, cell in
                column == 0 || head[column] == "peer"
                    ? cell.padding(toLength: widths[column], withPad: " ", startingAt: 0) : cell.leftPadded(widths[column])
            }
            Console.output(cells.joined(separator: "  "))
        }
    }

    private func milliseconds(_ value: Double) -> String { String(format: value < 100 ? "%.2f ms" : "%.0f ms", value) }
    private func percent(_ share: Double) -> String { String(format: "%.0f %%", share * 100) }
    private func megabytes(_ bytes: Int) -> String { "\(Int((Double(bytes) / 1e6).rounded())) MB" }
}

extension String {
    fileprivate func leftPadded(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
