import Autodiff
import Foundation
import Interchange
import LinearAlgebra
import Recordings
import Testing
import TinyWorld
import Tuning

@testable import Experiments

/// Recordings of small runs that are made again.
@Suite struct ReplayedRunTests {
    /// A method, what it is told, and how it is trained.
    struct Told: Sendable, CustomTestStringConvertible {
        let kind: String
        var task: String
        var clipping: Double?
        var steps = 6
        var checkpoints = CheckpointPolicy.bounded
        var isJournalled = true
        var isLlama = false
        var frames = FramePolicy(steps: FrameSteps([0, 3, -1]), heldOutExamples: 2)
        var testDescription: String
        let tell: @Sendable (inout MethodSettings) -> Void

        init(
            _ kind: String, _ what: String = "", task: String = "opposite-en", clipping: Double? = nil,
            checkpoints: CheckpointPolicy = .bounded, isJournalled: Bool = true, isLlama: Bool = false,
            tell: @escaping @Sendable (inout MethodSettings) -> Void = { _ in }
        ) {
            self.kind = kind
            self.task = task
            self.clipping = clipping
            self.checkpoints = checkpoints
            self.isJournalled = isJournalled
            self.isLlama = isLlama
            self.tell = tell
            testDescription = what.isEmpty ? kind : "\(kind), \(what)"
        }
    }

    /// Records a run of a small model, and hands over the model's folder and the recording's.
    static func withRecording(
        _ told: Told, threads: Int = 2, _ body: (_ model: URL, _ recording: URL) throws -> Void
    ) throws {
        try PretrainingTests.withFolder { folder in
            let model = try told.isLlama ? SmallModel.llama(in: folder) : SmallModel.words(in: folder)
            let kind = try #require(MethodSpecification.Kind(rawValue: told.kind))
            var request = TrainingRequest(
                model: model.path, source: .skill(told.task), method: MethodSpecification(kind))
            request.method.settings.virtualTokens = 3
            told.tell(&request.method.settings)
            request.length = .steps(told.steps)
            request.batchSize = 4
            request.learningRate = 0.01
            request.schedule = .cosine
            request.warmup = 2
            request.clipping = told.clipping
            request.evaluateEvery = 3
            let (job, _) = try request.job()
            var run = job.run
            run.frames = told.frames
            run.checkpoints = told.checkpoints
            if !told.isJournalled { run.journalLimit = 0 }
            let out = folder.appending(path: "recording")
            _ = try Experiment(base: job.base, task: job.task, runs: [run])
                .record(to: out, version: "test", pool: WorkerPool(threads: threads))
            try body(model, out)
        }
    }

    static let methods = [
        Told("prompt-tuning"), Told("prompt-tuning", "random") { $0.start = .random(deviation: 0.25) },
        Told("prompt-tuning", "text") { $0.start = .text("the opposite") },
        Told("prompt-tuning", "labels of the data", task: "tone-en") { $0.start = .classLabels(nil) },
        Told("prompt-tuning", "class head", task: "tone-en") { $0.hasClassHead = true },
        Told("lora", "class head", task: "tone-en", clipping: 0.1) { $0.hasClassHead = true },
        Told("prompt-tuning", "labels given") { $0.start = .classLabels(["hot", "cold"]) },
        Told("prompt-tuning", "template") { $0.template = "[P] {prompt} the [P] [P]" },
        Told("prompt-tuning", "clipped", clipping: 0.1), Told("prefix-tuning"),
        Told("prefix-tuning", "network", clipping: 0.5) { $0.projectionWidth = 5 },
        Told("prefix-tuning", "deviation") { $0.start = .random(deviation: 0.5) }, Told("p-tuning-v2"), Told("p-tuning"),
        Told("p-tuning", "LSTM") {
            $0.encoder = .lstm
            $0.encoderWidth = 6
            $0.encoderLayers = 1
        },
        Told("p-tuning", "template") { $0.template = "{prompt} [P] [P]" }, Told("lora"),
        Told("lora", "rank-stabilised") {
            $0.isRankStabilised = true
            $0.rank = 2
            $0.alpha = 3
            $0.targets = ["c_attn", "mlp.c_proj"]
        },
        Told("qlora"), Told("adalora", clipping: 0.3) { $0.rank = 4 },
        Told("adalora", "targets") {
            $0.targets = ["c_attn", "c_fc"]
            $0.targetRank = 1
        },
        Told("lora", "too large for the journal", clipping: 0.1, checkpoints: .every(4), isJournalled: false),
        Told("adalora", "too large for the journal", checkpoints: .every(2), isJournalled: false) { $0.rank = 4 },
        Told("adalora", "without checkpoints", checkpoints: .none, isJournalled: false), Told("full-fine-tuning"),
        Told("full-fine-tuning", "clipped, every 2 steps", clipping: 0.2, checkpoints: .every(2)),
        Told("full-fine-tuning", "without checkpoints", checkpoints: .none),
        Told("hard-prompt") { $0.text = "the opposite" }, Told("prompt-tuning+lora"), Told("prefix-tuning+lora"),
        Told("p-tuning+lora"),
    ]

    @Test("Every method of the catalogue is among those tried")
    func complete() {
        #expect(Set(Self.methods.map(\.kind)) == Set(MethodCatalogue.all.map(\.id)))
    }

    @Test("What a recording says of a method and its training makes the same graph again, node for node", arguments: methods)
    func sameGraph(_ told: Told) throws {
        try Self.withRecording(told) { model, folder in
            let recording = try Recording(opening: folder)
            let run = try recording.run()
            let method = try MethodSpecification(describedBy: run.description.method)
            let base = try BaseModel(opening: model)
            #expect(method.description(for: MethodUse(of: run.description, on: base)) == run.description.method)
            let replayed = try ReplayedRun(of: recording, base: base)
            #expect(replayed.obstacle == nil)
            let replay = try #require(replayed.replay)
            let limits = replay.setup.limits
            #expect(replay.setup.specification.description(limits) == run.description.training)
            let plan = try replay.values(atStep: 0, batch: run.frame(step: 0)?.batch).plan
            let made = GraphDescription(plan)
            if run.journal.stepCount > 0 { #expect(made == replayed.graphDescription) }
        }
    }

    @Test(
        "Values computed again equal those that were kept, bit for bit, with one thread and with two", arguments: methods, [1, 2])
    func sameBits(_ told: Told, _ threads: Int) throws {
        try Self.withRecording(told, threads: 3 - threads) { model, folder in
            let recording = try Recording(opening: folder)
            let base = try BaseModel(opening: model)
            let replayed = try ReplayedRun(of: recording, base: base, pool: WorkerPool(threads: threads))
            let run = replayed.run
            // Backwards as well: parameters that are in no journal come from a checkpoint, or from the start.
            let steps = run.description.frames.map(\.step)
            #expect(steps.count == (told.kind == "hard-prompt" ? 1 : 4))
            for step in steps + steps.reversed() {
                let frame = try #require(try run.frame(step: step))
                let again = try replayed.values(atStep: step, recomputing: true)
                #expect(frame.names.count > 20 || told.kind == "hard-prompt")
                for name in frame.names {
                    let (kept, made) = (try frame.value(name), try again.value(name))
                    #expect(kept.shape == made.shape)
                    #expect(
                        kept.numbers.map(\.bitPattern) == made.numbers.map(\.bitPattern), "\(name) at step \(step)")
                }
                #expect(Set(again.names).isSuperset(of: frame.names))
                for name in again.names where replayed.isFrozen(name) {
                    #expect(try again.value(name).numbers == base.parameters[name.rawValue]?.values)
                }
            }
        }
    }
}
