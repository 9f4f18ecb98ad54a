import Foundation
import Interchange
import LinearAlgebra
import Recordings
import Testing
import Tuning

@testable import Experiments

@Suite struct SweepTests {
    static func sweep(in folder: URL, seeds: [UInt64] = [1, 2], rate: Double = 0.02) throws -> Sweep {
        var training = Sweep.Training()
        training.steps = 4
        training.batchSize = 4
        training.learningRate = rate
        return Sweep(
            name: "test", models: [try SmallModel.words(in: folder).path],
            tasks: [.init("opposite-en", source: .skill("opposite-en")), .init("next-zh", source: .skill("next-zh"))],
            entries: [
                .init("prompt", method: MethodSpecification(.promptTuning, virtualTokens: 3), training: training),
                .init("full", method: MethodSpecification(.fullFineTuning), training: training),
            ], seeds: seeds)
    }

    @Test("A sweep that was stopped does only what is missing, and ends with the same files, whatever the number of workers")
    func resumed() throws {
        try PretrainingTests.withFolder { folder in
            let (first, second) = (folder.appending(path: "a"), folder.appending(path: "b"))
            let sweep = try Self.sweep(in: folder)
            let whole = try SweepRunner(sweep, into: first, version: "test").run(workers: 1)
            #expect(whole.count == 8 && whole.allSatisfy { $0.failure == nil })

            // Half of it, then all of it.
            _ = try SweepRunner(try Self.sweep(in: folder, seeds: [2]), into: second, version: "test").run(workers: 2)
            let done = Counter()
            let rest = try SweepRunner(sweep, into: second, version: "test").run(workers: 2) { progress in
                done.add()
                #expect(progress.found == 4 && progress.count == 8)
            }
            #expect(done.count == 4)
            func timeless(_ results: [SweepResult]) -> [String] {
                results.map { "\($0.label) \($0.task) \($0.seed) \($0.splits)" }
            }
            #expect(timeless(whole) == timeless(rest))
            for name in ["results.csv", "results.json", "table.md"] {
                #expect(FileManager.default.fileExists(atPath: second.appending(path: name).path))
            }
            let again = Counter()
            _ = try SweepRunner(sweep, into: second, version: "test").run(workers: 2) { _ in again.add() }
            #expect(again.count == 0)
        }
    }

    @Test("The result is a recording for each model and task, whose runs are those of the cells")
    func recordings() throws {
        try PretrainingTests.withFolder { folder in
            let out = folder.appending(path: "out")
            let results = try SweepRunner(try Self.sweep(in: folder), into: out, version: "test").run(workers: 2)
            let model = URL(filePath: results[0].model).lastPathComponent
            let recording = try Recording(opening: out.appending(path: "recordings/\(model)/next-zh"))
            #expect(recording.runs.map(\.id) == ["prompt-1", "prompt-2", "full-1", "full-2"])
            #expect(Set(recording.runs.map(\.description.graph)) == ["prompt-1", "full-1"], "one graph for each method")
            for result in results where result.task == "next-zh" {
                let run = try recording.run("\(result.label)-\(result.seed)")
                #expect(run.journal.losses.count == 4)
                #expect(run.journal.evaluations(ofSplit: "test").last.map { Double($0.loss) } == result.reported?.lossAfter)
            }
        }
    }

    @Test("A run whose loss stops being a number is a result that says so; the others are done all the same")
    func failure() throws {
        try PretrainingTests.withFolder { folder in
            var sweep = try Self.sweep(in: folder, seeds: [1])
            var training = sweep.entries[1].training
            training.learningRate = 1e30
            training.steps = 30
            sweep = Sweep(
                name: "test", models: sweep.models, tasks: [sweep.tasks[0]],
                entries: [sweep.entries[0], .init("broken", method: MethodSpecification(.fullFineTuning), training: training)],
                seeds: [1])
            let results = try SweepRunner(sweep, into: folder.appending(path: "out"), version: "test").run(workers: 2)
            #expect(results.map { $0.failure == nil } == [true, false])
            #expect(results[1].failure?.contains("stopped being a number") == true)
            #expect(SweepTable(sweep, results).markdown.contains("failed"))
        }
    }

    @Test("A folder of something else is left as it is")
    func otherFolder() throws {
        try PretrainingTests.withFolder { folder in
            try SmallModel.write("mine", "notes.txt", in: folder)
            let error = #expect(throws: InterchangeError.self) {
                _ = try SweepRunner(try Self.sweep(in: folder), into: folder, version: "test")
            }
            #expect(error?.description.contains("sweep.json") == true)
        }
    }
}

/// Counts calls from several threads.
private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var value = 0
    func add() { lock.withLock { value += 1 } }
    var count: Int { lock.withLock { value } }
}
