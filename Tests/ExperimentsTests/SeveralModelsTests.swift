import Autodiff
import Foundation
import LinearAlgebra
import Recordings
import Testing
import TinyWorld
import Transformer
import Tuning

@testable import Experiments

/// A recording of runs on two models and two tasks, with one that trains nothing and one that mixes others.
@Suite struct SeveralModelsTests {
    static func withRecording(_ body: (Experiment, Recording, URL) throws -> Void) throws {
        try PretrainingTests.withFolder { folder in
            let bases = try [3, 4].map { try BaseModel(opening: SmallModel.words(in: folder, seed: $0)) }
            let world = World(seed: World.standardSeed)
            let tasks = try ["opposite-en", "translate-en"].map { TaskData(try world.task($0), of: world) }
            let training = TrainingSpecification(
                steps: 3, batchSize: 4, schedule: LearningRateSchedule(peak: 0.05), evaluateEvery: 2)
            func run(
                _ id: String, _ method: MethodSpecification, base: String? = nil, task: String? = nil, others: [String] = []
            ) -> RunSpecification {
                RunSpecification(
                    id: id, base: base, task: task, otherTasks: others, method: method, training: training, seed: 1,
                    frames: FramePolicy(steps: [0], heldOutExamples: 3))
            }
            let prompt = MethodSpecification(.promptTuning, virtualTokens: 3)
            let experiment = Experiment(
                base: bases[0], task: tasks[0], bases: [bases[1]], tasks: [tasks[1]],
                runs: [
                    run("a", prompt, others: ["translate-en"]),
                    run("b", MethodSpecification(.promptTuning, virtualTokens: 5), task: "translate-en"),
                    run("other", prompt, base: bases[1].name),
                    run("full", MethodSpecification(.fullFineTuning), others: ["translate-en"]),
                    .bare(heldOutExamples: 3), .mixed(adapters: ["a", "b", "bare"], examples: 2),
                ])
            let url = folder.appending(path: "recording")
            _ = try experiment.record(to: url, version: "test", pool: WorkerPool(threads: 1))
            try body(experiment, Recording(opening: url), url)
        }
    }

    @Test("Every run knows its model and its task, and is computed again on it bit for bit")
    func replay() throws {
        try Self.withRecording { experiment, recording, _ in
            #expect(try recording.run("other").model.name == experiment.bases[0].name)
            #expect(try !recording.run("other").isOfMainModel)
            #expect(try recording.run("b").task.id == "translate-en")
            for id in ["other", "b", "bare", "mixed"] {
                let base = id == "other" ? experiment.bases[0] : experiment.base
                let replayed = try ReplayedRun(id, of: recording, base: base)
                #expect(replayed.obstacle == nil, "\(id)")
                for step in replayed.run.description.frames.map(\.step) {
                    let frame = try #require(try replayed.run.frame(step: step))
                    let again = try replayed.values(atStep: step, recomputing: true)
                    #expect(!frame.names.isEmpty)
                    for name in frame.names {
                        #expect(
                            try frame.value(name).numbers.map(\.bitPattern) == again.value(name).numbers.map(\.bitPattern),
                            "\(id) \(name)")
                    }
                }
            }
        }
    }

    @Test("Rows of a mixed batch equal those of the runs' own frames, and say which run they belong to")
    func mixed() throws {
        try Self.withRecording { _, recording, _ in
            let frame = try #require(try recording.run("mixed").frame(step: 0))
            let sequences = try #require(frame.sequences)
            #expect(sequences.map(\.run) == ["a", "b", "bare", "a", "b", "bare"])
            #expect(sequences.map(\.example) == [0, 0, 0, 1, 1, 1])
            let logits = try frame.value(.logits)
            for (index, sequence) in sequences.enumerated() {
                let run = try recording.run(sequence.run)
                let own = try #require(try run.frame(step: run.journal.stepCount))
                let alone = try own.value(.logits).matrix(ofSequence: sequence.example).joined()
                let together = logits.matrix(ofSequence: index).joined()
                #expect(alone.count == together.count)
                #expect(zip(alone, together).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($0)) }, "\(sequence)")
            }
        }
    }

    @Test("Evaluations on another task equal a plain evaluation of the model with the prompt, and of the model alone")
    func otherTasks() throws {
        try Self.withRecording { experiment, recording, _ in
            let run = try recording.run("a")
            #expect(run.journal.evaluations(ofSplit: SplitID.skill("translate-en")).map(\.step) == [0, 3])
            let before = run.journal.evaluations(ofSplit: SplitID.bare("translate-en"))
            #expect(Set(before.map(\.loss)).count == 1, "what is frozen answers as before")
            let base = experiment.base
            let examples = experiment.tasks[0][.test]
            let replay = try #require(try ReplayedRun("a", of: recording, base: base).replay)
            let ways: [(String, any TuningMethod)] = [
                (SplitID.skill("translate-en"), replay.setup.method), (SplitID.bare("translate-en"), BareModel()),
            ]
            for (split, method) in ways {
                let evaluator = try Evaluator(
                    model: base.model, method: method, parameters: replay.parameters(atStep: 3),
                    limits: BatchLimits(
                        evaluating: examples.longest, counted: examples.longestCompletion, by: base.model),
                    pool: WorkerPool(threads: 1))
                let score = try evaluator.score(examples)
                let address = "a/s3/evaluation/\(split)"
                #expect(try recording.locate("\(address).loss").numbers == [score.loss])
                #expect(
                    try Explainer(recording, base: base).explain("\(address).accuracy").number == Double(Float(score.accuracy)))
            }
            let full = try recording.run("full").journal.evaluations.map(\.split)
            #expect(full.contains(SplitID.skill("translate-en")) && !full.contains(SplitID.bare("translate-en")))
        }
    }

    @Test("A recording of several models and tasks is verified whole, and differs from itself in nothing")
    func verify() throws {
        try Self.withRecording { experiment, recording, _ in
            let verification = try Verification(of: recording, base: experiment.base, steps: .all)
            for run in verification.runs {
                // The second model lies in a folder that is found by no name.
                let allowed: [CheckResult.Outcome] = run.run == "other" ? [.fails] : [.fails, .unknown]
                for check in run.checks {
                    #expect(!allowed.contains(check.outcome), "\(run.run) \(check.id): \(check.reason ?? "")")
                }
            }
            #expect(verification.holds)
        }
    }

    @Test("A run that trains nothing has no step, one evaluation and nothing to keep")
    func bare() throws {
        try Self.withRecording { _, recording, _ in
            let run = try recording.run("bare")
            #expect(run.journal.stepCount == 0 && run.journal.losses.isEmpty)
            #expect(Set(run.journal.evaluations.map(\.step)) == [0])
            #expect(run.description.trainedCount == 0 && run.description.adapterBytes == 0)
            #expect(run.description.frames.map(\.step) == [0])
        }
    }

    @Test("Names that the experiment does not have are refused")
    func unknown() throws {
        try Self.withRecording { experiment, _, folder in
            for change in [
                { (run: inout RunSpecification) in run.base = "nowhere" }, { $0.task = "nothing" },
                { $0.otherTasks = ["nothing"] },
                {
                    $0.method.kind = .mixedBatch
                    $0.method.settings.adapters = ["later"]
                },
            ] as [(inout RunSpecification) -> Void] {
                var run = experiment.runs[0]
                change(&run)
                let wrong = Experiment(base: experiment.base, task: experiment.task, runs: [run])
                #expect(throws: ExperimentError.self) {
                    try wrong.record(to: folder, version: "test", pool: WorkerPool(threads: 1))
                }
            }
        }
    }
}
