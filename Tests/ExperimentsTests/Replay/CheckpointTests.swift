import Foundation
import LinearAlgebra
import Recordings
import Testing
import Tuning

@testable import Experiments

@Suite struct CheckpointTests {
    @Test(
        "Checkpoints of the bounded policy take 64 MB at most and come every 16 steps at most, but there is always the last one",
        arguments: [
            (200_000, 200), (200_000, 5_000), (3_000, 50), (1_000_000, 100), (124_439_808, 1_000), (5_000, 1), (5_000, 0),
        ])
    func bounded(_ numbers: Int, _ steps: Int) {
        let interval = CheckpointPolicy.bounded.interval(numbers: numbers, steps: steps)
        let between = interval.map { interval in (1..<max(steps, 1)).count { $0 % interval == 0 } } ?? 0
        let bytes = 5 * 4 * numbers
        #expect(between == 0 || (between + 1) * bytes <= CheckpointPolicy.bound)
        // Twice as many would not fit.
        if let interval, interval > CheckpointPolicy.shortest { #expect((2 * between + 3) * bytes > CheckpointPolicy.bound) }
        if interval == nil { #expect(steps < 2 || 2 * bytes > CheckpointPolicy.bound) }
        #expect(CheckpointPolicy.last.interval(numbers: numbers, steps: steps) == nil)
        #expect(CheckpointPolicy.every(7).interval(numbers: numbers, steps: steps) == 7)
    }

    @Test(
        "A step of a run that is not in the journal is computed from the nearest checkpoint before it, one by one",
        arguments: [
            (CheckpointPolicy.every(2), [2, 4, 6], 2), (.every(4), [4, 6], 2), (.last, [6], 6), (.none, [], 6),
            (.bounded, [6], 6),
        ])
    func work(_ policy: CheckpointPolicy, _ expected: [Int], _ most: Int) throws {
        let told = ReplayedRunTests.Told("full-fine-tuning", checkpoints: policy)
        try ReplayedRunTests.withRecording(told) { model, folder in
            let run = try ReplayedRun(of: Recording(opening: folder), base: BaseModel(opening: model))
            #expect(run.run.description.checkpoints == expected)
            #expect(run.computedSteps == 0)
            _ = try run.values(atStep: 5, recomputing: true).value(.loss)
            #expect(run.computedSteps == most)
            // Another value of the same step costs nothing, whatever was kept.
            let values = try run.values(atStep: 5, recomputing: true)
            for name in values.names { _ = try values.value(name) }
            #expect(run.computedSteps == most)
            // Going on from where it is.
            _ = try run.values(atStep: 0).value(.loss)
            let before = run.computedSteps
            _ = try run.values(atStep: 1).value(.loss)
            #expect(run.computedSteps - before <= 2)
        }
    }

    @Test("A step that is in the journal is computed alone, in any order; a kept one is read")
    func journalled() throws {
        try ReplayedRunTests.withRecording(ReplayedRunTests.Told("prompt-tuning")) { model, folder in
            let run = try ReplayedRun(of: Recording(opening: folder, checking: .onUse), base: BaseModel(opening: model))
            for (count, step) in [4, 1, 2, 1].enumerated() {
                let values = try run.values(atStep: step)
                for name in values.names { _ = try values.value(name) }
                #expect(run.computedSteps == count + 1)
                #expect(try values.value(.loss).numbers == [run.run.journal.losses[step]])
            }
            let kept = try run.values(atStep: 3)
            for name in kept.names { _ = try kept.value(name) }
            #expect(run.computedSteps == 4)
        }
    }

    @Test("What comes out of training does not depend on what is recorded of it")
    func withoutAny() throws {
        var results: [Data] = []
        for policy in [CheckpointPolicy.bounded, .none] {
            try PretrainingTests.withFolder { folder in
                var request = try TrainingJobTests.request(.fullFineTuning, in: folder)
                request.checkpoints = policy
                request.frames = policy == .none ? FrameSteps(every: 4) : .all
                let out = folder.appending(path: "out")
                _ = try request.job().job.write(to: out, version: "test", pool: WorkerPool(threads: 1))
                let run = try Recording(opening: out.appending(path: "recording")).run()
                #expect(run.description.checkpoints.isEmpty == (policy == .none))
                #expect(run.description.frames.map(\.step) == (policy == .none ? [0, 4] : [0, 1, 2, 3, 4, 5]))
                let sizes = run.sizes
                #expect(sizes.journal > 0 && sizes.frames > 0 && (sizes.checkpoints > 0) == (policy == .bounded))
                let seconds = try #require(run.description.seconds)
                let recording = try #require(seconds.recording)
                #expect(recording.journal > 0 && recording.frames > 0 && recording.total < seconds.total)
                results.append(try Data(contentsOf: out.appending(path: "model/model.safetensors")))
            }
        }
        #expect(results[0] == results[1])
    }
}
