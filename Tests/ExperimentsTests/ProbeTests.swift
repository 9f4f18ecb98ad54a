import Autodiff
import CairoRendering
import Drawing
import Figures
import Foundation
import LinearAlgebra
import Recordings
import Testing
import TinyWorld
import Transformer
import Tuning

@testable import Experiments

/// What is measured of a run beside its steps.
@Suite struct ProbeTests {
    private static func withRun(
        _ kind: String = "prompt-tuning", steps: Int = 5, _ tell: (inout RunSpecification) -> Void = { _ in },
        _ body: (BaseModel, URL) throws -> Void
    ) throws {
        try PretrainingTests.withFolder { folder in
            let base = try BaseModel(opening: SmallModel.words(in: folder))
            let world = World(seed: World.standardSeed)
            var settings = MethodSettings()
            settings.virtualTokens = 3
            settings.rank = 2
            var run = RunSpecification(
                id: "run", method: MethodSpecification(try #require(.init(rawValue: kind)), settings: settings),
                training: TrainingSpecification(
                    steps: steps, batchSize: 4, schedule: LearningRateSchedule(peak: 0.05), evaluateEvery: 2),
                seed: 1)
            tell(&run)
            let out = folder.appending(path: "recording")
            _ = try Experiment(base: base, task: TaskData(try world.task("opposite-en"), of: world), runs: [run])
                .record(to: out, version: "test", pool: WorkerPool(threads: 2))
            try body(base, out)
        }
    }

    @Test("A landscape has the recorded loss at its centre, orthonormal directions, and the path's end at 0")
    func landscape() throws {
        try Self.withRun {
            $0.landscape = LandscapeSpecification(split: .validation, points: 5)
        } _: { base, folder in
            let recording = try Recording(opening: folder)
            let run = try recording.run()
            let probe = try #require(try run.probe(ProbeDescription.landscape))
            #expect(probe.description.step == 5 && probe.description.split == "validation")
            let losses = try probe.value(LandscapeValue.losses)
            let (first, second) = (try probe.value(LandscapeValue.first).numbers, try probe.value(LandscapeValue.second).numbers)
            #expect(losses.rowCount == 5 && losses.columns == 5)
            let zero = (try #require(second.firstIndex(of: 0)), try #require(first.firstIndex(of: 0)))
            let recorded = run.journal.evaluations(ofSplit: "validation").last
            #expect(losses[zero.0, zero.1] == recorded?.loss)
            let centre = try probe.value(LandscapeValue.centre).numbers
            #expect(centre == (try run.journal.parameter(.softPrompt, atStep: 5))?.numbers)
            let directions = try probe.value(LandscapeValue.directions)
            func dot(_ a: Int, _ b: Int) -> Double {
                zip(directions.row(a), directions.row(b)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            }
            #expect(abs(dot(0, 0) - 1) < 1e-5 && abs(dot(1, 1) - 1) < 1e-5 && abs(dot(0, 1)) < 1e-5)
            let path = try probe.value(LandscapeValue.path)
            #expect(path.rowCount == 6 && path.row(5).allSatisfy { $0 == 0 })
            #expect(try probe.batch()?.sequenceCount == recording.description.task.split("validation")?.size)
            // Every number is found by its address, and only at the step it belongs to.
            #expect(try recording.locate("s5/landscape.losses[2,3]").numbers == [losses[2, 3]])
            #expect(throws: RecordingError.self) { try recording.locate("s4/landscape.losses[2,3]") }
            let explained = try Explainer(recording, base: base).explain("s5/landscape.losses[2,3]")
            #expect(explained.origin == .note && explained.isKept)
            let verification = try Verification(of: recording, base: base)
            #expect(verification.holds)
            #expect(verification.runs[0].checks.first { $0.id == "landscape" }?.outcome == .holds)
        }
    }

    @Test(
        "A landscape with a changed number does not verify",
        arguments: ["landscape.losses", "landscape.centre", "landscape.directions"])
    func spoiledLandscape(_ tensor: String) throws {
        try Self.withRun {
            $0.landscape = LandscapeSpecification(points: 5)
        } _: { base, folder in
            try Spoiling.number(0, of: tensor, in: "runs/run/probes/landscape.safetensors", of: folder)
            try Spoiling.reseal(folder)
            let verification = try Verification(of: Recording(opening: folder), base: base)
            #expect(verification.runs[0].checks.first { $0.id == "landscape" }?.outcome == .fails)
        }
    }

    @Test(
        "A landscape that cannot be measured is refused before training, with the reason",
        arguments: [("lora", 5, 5, "no soft prompt"), ("prompt-tuning", 1, 5, "1 updates"), ("prompt-tuning", 5, 2, "2 points")])
    func refused(_ kind: String, _ steps: Int, _ points: Int, _ reason: String) throws {
        let error = #expect(throws: ProbeError.self) {
            try Self.withRun(kind, steps: steps) {
                $0.landscape = LandscapeSpecification(points: points)
            } _: { _, _ in
            }
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "none")")
    }

    @Test("A weight in 4 bits is recorded as it was, its codes, and what they stand for")
    func quantisation() throws {
        try Self.withRun("qlora") { _ in
        } _: { base, folder in
            let recording = try Recording(opening: folder)
            let probe = try #require(try recording.run().probe(ProbeDescription.quantisation))
            let name = try #require(probe.description.subject?.rawValue)
            let (weights, dequantised) = (
                try probe.value(QuantisationValue.weights), try probe.value(QuantisationValue.dequantised)
            )
            let original = try #require(base.parameters[name])
            #expect(weights.numbers == Array(original.values.prefix(weights.numbers.count)))
            let (levels, codes) = (
                try probe.value(QuantisationValue.levels).numbers, try probe.value(QuantisationValue.codes).numbers
            )
            let (maxima, exact) = (
                try probe.value(QuantisationValue.maxima).numbers, try probe.value(QuantisationValue.exactMaxima).numbers
            )
            for index in codes.indices {
                let block = index / QuantisationValue.blockSize
                #expect(dequantised.numbers[index] == levels[Int(codes[index])] * maxima[block])
                #expect(abs(weights.numbers[index]) <= exact[block])
            }
            let address = "s0/quantisation.codes[1,2]"
            #expect(try recording.locate(address).numbers == [codes[weights.columns + 2]])
            let verification = try Verification(of: recording, base: base)
            #expect(verification.holds)
            #expect(verification.runs[0].checks.first { $0.id == "quantisation" }?.outcome == .holds)
            try Spoiling.number(3, of: "quantisation.weights", in: "runs/run/probes/quantisation.safetensors", of: folder)
            try Spoiling.reseal(folder)
            #expect(try !Verification(of: Recording(opening: folder), base: base).holds)
        }
    }

    @Test(
        "Memory is counted from what was allocated, and its parts add up",
        arguments: ["prompt-tuning", "lora", "qlora", "adalora", "full-fine-tuning", "prefix-tuning"])
    func memory(_ kind: String) throws {
        try Self.withRun(kind) { _ in
        } _: { base, folder in
            let recording = try Recording(opening: folder)
            let run = try recording.run().description
            let memory = try #require(run.memory)
            let parts = [memory.baseWeights, memory.addedWeights, memory.optimizer, memory.gradients, memory.activations]
            #expect(parts.reduce(0, +) == memory.total)
            #expect(parts.allSatisfy { $0 >= 0 } && memory.activations > 0)
            let trained = 4 * run.trainedCount
            let whole = 4 * base.model.parameterCount
            // Two moments of each trained number and three rates; AdaLoRA remembers more.
            if kind != "adalora" {
                #expect(memory.optimizer == 2 * trained + 3 * 4)
            } else {
                #expect(memory.optimizer > 4 * trained)
            }
            // Blocks begin at a cache line, so that each gradient may take a little more than its numbers.
            #expect((trained...trained + 64 * run.parameters.count).contains(memory.gradients))
            #expect(memory.addedWeights == (kind == "full-fine-tuning" ? 0 : trained))
            #expect(kind == "qlora" ? memory.baseWeights < whole : memory.baseWeights == whole)
            #expect(try recording.locate("s2/measured/memory.total").numbers == [Float(memory.total)])
        }
    }

    @Test("A journal may hold some of what is trained, and the run is made again all the same")
    func partialJournal() throws {
        let chosen = "transformer.h.0.attn.c_attn.lora_E"
        try Self.withRun("adalora", steps: 10) {
            $0.journalled = [chosen]
        } _: { base, folder in
            let recording = try Recording(opening: folder)
            let run = try recording.run()
            #expect(run.journal.parameters.map(\.name.rawValue) == [chosen])
            #expect(run.description.parameters.count > 1)
            #expect(run.description.method.count(MethodDescription.budgetStart) == 1)
            #expect(try Verification(of: recording, base: base, steps: .all).holds)
        }
    }

    @Test("Runs that differ in their start alone share one graph")
    func sharedGraph() throws {
        try PretrainingTests.withFolder { folder in
            let base = try BaseModel(opening: SmallModel.words(in: folder))
            let world = World(seed: World.standardSeed)
            let starts: [MethodSettings.Start] = [.sampledVocabulary, .random(deviation: 0.1)]
            let runs = starts.enumerated().map { index, start in
                RunSpecification(
                    id: "run-\(index)", method: MethodSpecification(.promptTuning, virtualTokens: 2, start: start),
                    training: TrainingSpecification(
                        steps: 2, batchSize: 4, schedule: LearningRateSchedule(peak: 0.05), evaluateEvery: 2), seed: 1)
            }
            let recording = try Experiment(base: base, task: TaskData(try world.task("opposite-en"), of: world), runs: runs)
                .record(to: folder.appending(path: "recording"), version: "test", pool: WorkerPool(threads: 1))
            #expect(recording.runs.map(\.description.graph) == ["run-0", "run-0"])
        }
    }

    @Test(
        "The figures of what was measured are drawn of a Llama too, and keep the rules of layout",
        arguments: [
            ("lora", ["lora", "optimizer-memory"]), ("qlora", ["nf4", "lora", "optimizer-memory"]),
            ("adalora", ["adalora", "optimizer-memory"]), ("prompt-tuning", ["loss-landscape", "optimizer-memory"]),
            ("prompt-tuning+lora", ["lora", "loss-landscape"]),
            ("prefix-tuning", ["prefix-tuning", "prefix-key-value"]), ("p-tuning", ["p-tuning"]),
        ])
    func llama(_ kind: String, _ figures: [String]) throws {
        try PretrainingTests.withFolder { folder in
            let base = try BaseModel(opening: SmallModel.llama(in: folder))
            let world = World(seed: World.standardSeed)
            var settings = MethodSettings()
            settings.virtualTokens = 3
            settings.rank = 3
            if kind == "prefix-tuning" { settings.virtualTokens = 20 }
            if kind == "p-tuning" {
                settings.encoder = .lstm
                settings.template = "[P] english [P] {prompt} [P]"
            }
            var run = RunSpecification(
                id: "run", method: MethodSpecification(try #require(.init(rawValue: kind)), settings: settings),
                training: TrainingSpecification(
                    steps: 10, batchSize: 4, schedule: LearningRateSchedule(peak: 0.05), evaluateEvery: 5),
                seed: 1)
            if kind.hasPrefix("prompt") { run.landscape = LandscapeSpecification(points: 4) }
            if kind == "prefix-tuning" || kind == "p-tuning" { run.frames = FramePolicy(steps: [], heldOutExamples: 3) }
            let recording = try Experiment(
                base: base, task: TaskData(try world.task("opposite-en"), of: world), runs: [run]
            ).record(to: folder.appending(path: "recording"), version: "test", pool: WorkerPool(threads: 1))
            let fonts = try FontLibrary()
            for id in figures {
                for language in Drawing.Language.allCases {
                    let scene = try FigureCatalogue.figure(id).scene(
                        of: recording, type: Typesetter(measurer: fonts, language: language))
                    #expect(SceneAudit(measurer: fonts).findings(in: scene, theme: .light).map(\.description) == [], "\(id)")
                }
            }
        }
    }
}
