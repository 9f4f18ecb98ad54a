import CairoRendering
import Drawing
import Figures
import Foundation
import LinearAlgebra
import Recordings
import Testing
import TinyWorld
import Tuning

@testable import Experiments

/// The figures of the catalogue, of runs on a Llama: grouped heads, rotary embeddings, RMSNorm and a gated feed-forward network.
@Suite struct LlamaFiguresTests {
    @Test("Every figure that has what it needs draws runs on a Llama to the rules of layout")
    func catalogue() throws {
        try PretrainingTests.withFolder { folder in
            let recording = try Self.recording(in: folder)
            let fonts = try FontLibrary()
            var drawn: Set<String> = []
            for figure in FigureCatalogue.figures where try figure.needs.lack(in: recording) == nil {
                for language in Drawing.Language.allCases {
                    let scene = try figure.scene(of: recording, type: Typesetter(measurer: fonts, language: language))
                    let findings = SceneAudit(measurer: fonts).findings(in: scene, theme: .light)
                    #expect(findings.map(\.description) == [], "\(figure.id), \(language.rawValue)")
                    #expect(!scene.addresses.isEmpty, "\(figure.id)")
                }
                drawn.insert(figure.id)
            }
            #expect(
                drawn.isSuperset(of: [
                    "soft-prompt", "prompt-tuning", "prefix-tuning", "prefix-key-value", "p-tuning", "method-comparison",
                    "computation-graph", "attention-map", "attention-close-up", "prefix-share", "attention-decomposition",
                    "embedding-updates", "gradient-flow", "loss-curve", "adam-anatomy", "lora", "filmstrip", "prediction",
                    "optimizer-memory", "tuning-ledger", "timeline",
                ]), "\(drawn.sorted())")
        }
    }

    /// Four steps of five methods, with all that is computed of the first and the last, and of four held-out examples.
    private static func recording(in folder: URL) throws -> Recording {
        let base = try BaseModel(opening: SmallModel.llama(in: folder))
        let world = World(seed: World.standardSeed)
        let training = TrainingSpecification(
            steps: 4, batchSize: 4, schedule: LearningRateSchedule(peak: 0.02), evaluateEvery: 2)
        var encoded = MethodSettings()
        encoded.virtualTokens = 3
        encoded.encoderWidth = 16
        var prefix = MethodSettings()
        prefix.virtualTokens = 3
        var lowRank = MethodSettings()
        lowRank.rank = 2
        let methods: [(String, MethodSpecification)] = try [
            ("prompt-tuning", MethodSpecification(.promptTuning, virtualTokens: 4, start: .sampledVocabulary)),
            ("prefix-tuning", method("prefix-tuning", prefix)), ("p-tuning", method("p-tuning", encoded)),
            ("lora", method("lora", lowRank)), ("full-fine-tuning", MethodSpecification(.fullFineTuning)),
        ]
        let experiment = Experiment(
            base: base, task: TaskData(try world.task("opposite-en"), of: world),
            runs: methods.map { id, method in
                RunSpecification(
                    id: id, method: method, training: training, seed: 1,
                    frames: FramePolicy(steps: [0, -1], heldOutExamples: 4))
            })
        return try experiment.record(to: folder.appending(path: "recording"), version: "test", pool: WorkerPool(threads: 1))
    }

    private static func method(_ name: String, _ settings: MethodSettings) throws -> MethodSpecification {
        MethodSpecification(try #require(MethodSpecification.Kind(rawValue: name)), settings: settings)
    }
}
