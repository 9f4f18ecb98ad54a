import Foundation
import Interchange
import LinearAlgebra
import Recordings
import Testing
import TinyWorld
import Tuning

@testable import Experiments

@Suite struct ExperimentTests {
    /// A small untrained model: what is tested here does not depend on how much it knows.
    static func withExperiment(
        frames: FramePolicy = FramePolicy(steps: [0, -1], heldOutExamples: 2), steps: Int = 4,
        _ body: (Experiment, URL) throws -> Void
    ) throws {
        try PretrainingTests.withFolder { folder in
            let model = folder.appending(path: "small")
            _ = try Pretraining(PretrainingTests.recipe).save(to: model, loss: 0)
            let world = World(seed: World.standardSeed)
            let training = TrainingSpecification(
                steps: steps, batchSize: 4, schedule: LearningRateSchedule(peak: 0.05), evaluateEvery: 2)
            let experiment = Experiment(
                base: try BaseModel(opening: model), task: TaskData(try world.task("opposite-en"), of: world),
                runs: [
                    RunSpecification(
                        id: "prompt", method: MethodSpecification(.promptTuning, virtualTokens: 3), training: training, seed: 1,
                        frames: frames),
                    RunSpecification(id: "full", method: MethodSpecification(.fullFineTuning), training: training, seed: 1),
                ])
            try body(experiment, folder.appending(path: "recording"))
        }
    }

    @Test("A recording holds every step, the frames that were asked for, and both hashes")
    func recording() throws {
        try Self.withExperiment { experiment, folder in
            var steps = 0
            let recording = try experiment.record(to: folder, version: "test", pool: WorkerPool(threads: 2)) { _ in steps += 1 }
            #expect(steps == 8)
            let prompt = try recording.run("prompt")
            #expect(prompt.journal.stepCount == 4)
            #expect(prompt.description.frames.map(\.step) == [0, 3, 4])
            #expect(prompt.description.weightsSha256.before == prompt.description.weightsSha256.after)
            #expect(prompt.description.weightsSha256.before == experiment.base.weightsHash.hex)
            #expect(prompt.description.trainedCount == 3 * 16)
            #expect(Set(prompt.journal.evaluations.map(\.step)) == [0, 2, 4])
            let full = try recording.run("full")
            #expect(full.description.weightsSha256.before != full.description.weightsSha256.after)
            #expect(full.description.frozenCount == 0)
            #expect(full.description.checkpoints == [4])
        }
    }

    @Test("What a frame holds agrees with the journal, and an update is what AdamW's numbers say")
    func consistency() throws {
        try Self.withExperiment { experiment, folder in
            let recording = try experiment.record(to: folder, version: "test", pool: WorkerPool(threads: 1))
            let run = try recording.run("prompt")
            for step in [0, 3] {
                let frame = try #require(try run.frame(step: step))
                #expect(try frame.value(.loss).numbers == [run.journal.losses[step]])
                #expect(try frame.value(.softPrompt).numbers == run.journal.parameter(.softPrompt, atStep: step)?.numbers)
                #expect(
                    try frame.value(ValueName.softPrompt.updated).numbers
                        == run.journal.parameter(.softPrompt, atStep: step + 1)?.numbers)
                #expect(
                    try frame.value(ValueName.softPrompt.gradient).numbers
                        == run.journal.gradient(of: .softPrompt, atStep: step)?.numbers)
                #expect(try frame.batch == run.journal.batch(atStep: step))
                #expect(!frame.has("transformer.wte.weight"), "frozen weights are in the model, not in a frame")
            }
            let after = try #require(try run.frame(step: 4))
            #expect(after.split == "test" && after.phases == [.forward])
            #expect(try after.value(.softPrompt).numbers == run.journal.parameter(.softPrompt, atStep: 4)?.numbers)
        }
    }

    @Test("Keeping frames changes no number of a run, and neither does the number of threads")
    func sameBits() throws {
        var losses: [[UInt32]] = []
        for (frames, threads) in [(FramePolicy.none, 1), (FramePolicy(steps: [0, 1, 2, 3]), 2)] {
            try Self.withExperiment(frames: frames) { experiment, folder in
                let recording = try experiment.record(to: folder, version: "test", pool: WorkerPool(threads: threads))
                losses.append(recording.runs.flatMap { $0.journal.losses.map(\.bitPattern) })
            }
        }
        #expect(losses[0] == losses[1])
    }

    @Test("A learning rate that makes the loss overflow stops the run and names the step; no recording is left")
    func overflow() throws {
        try Self.withExperiment(steps: 40) { experiment, folder in
            var runs = experiment.runs
            runs[0].training.schedule = LearningRateSchedule(peak: 1e30)
            let broken = Experiment(base: experiment.base, task: experiment.task, runs: runs)
            #expect(throws: TuningError.self) { try broken.record(to: folder, version: "test", pool: WorkerPool(threads: 1)) }
            #expect(!FileManager.default.fileExists(atPath: folder.path))
        }
    }

    @Test("A text that does not fit behind the virtual tokens is refused")
    func tooLong() throws {
        try Self.withExperiment { experiment, folder in
            var runs = experiment.runs
            runs[0].method.settings.virtualTokens = 62
            let long = Experiment(base: experiment.base, task: experiment.task, runs: runs)
            let error = #expect(throws: TuningError.self) {
                try long.record(to: folder, version: "test", pool: WorkerPool(threads: 1))
            }
            #expect(error?.description.contains("64 positions") == true)
        }
    }
}
