internal import Experiments
internal import Recordings
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// Prompt tuning and full fine-tuning from three seeds each, as in the first lesson but shorter. The first run of prompt tuning
    /// has frames before its first and its last update, and of held-out examples after it; nothing else is kept of any step but its
    /// journal.
    static let promptTuning = GalleryRecording(name: "prompt-tuning") {
        let world = World(seed: World.standardSeed)
        let base = try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main))
        let seeds: [UInt64] = [1, 2, 3]
        func training(_ rate: Double) -> TrainingSpecification {
            TrainingSpecification(
                steps: 50, batchSize: 8, schedule: LearningRateSchedule(peak: rate), optimizer: AdamW(weightDecay: 0.01),
                evaluateEvery: 5)
        }
        let values = Set(promptTuningValues(layers: base.model.layers).map(\.rawValue))
        let prompt = seeds.map { seed in
            RunSpecification(
                id: "prompt-tuning-\(seed)",
                method: MethodSpecification(.promptTuning, virtualTokens: 8, start: .sampledVocabulary), training: training(0.02),
                seed: seed,
                frames: seed == seeds[0] ? FramePolicy(steps: [0, -1], values: values, heldOutExamples: 4) : .none,
                keepsParameters: seed == seeds[0])
        }
        let full = seeds.map { seed in
            RunSpecification(
                id: "full-fine-tuning-\(seed)", method: MethodSpecification(.fullFineTuning), training: training(0.001),
                seed: seed, keepsParameters: false)
        }
        return Experiment(base: base, task: TaskData(try world.task("opposite-en"), of: world), runs: prompt + full)
    }

    /// What figures show of a frame.
    private static func promptTuningValues(layers: Int) -> [ValueName] {
        let outside: [ValueName] = [
            .softPrompt, "prompt.positions", .promptInput, .tokenEmbeddings, "positions.embeddings", .embeddings,
            "final.norm", .logits, .probabilities, .tokenLosses, .loss, .tokenLosses.gradient,
            .logits.gradient, ValueName("final.norm").gradient,
            .promptInput.gradient, .softPrompt.gradient, .gradientNorm, "optimizer/rates", .softPrompt.firstMoment,
            .softPrompt.secondMoment, .softPrompt.updated,
        ]
        let inside = (0..<layers).flatMap { layer -> [ValueName] in
            let parts = ["query", "key", "value", "scores", "weights", "mix", "output", "residual"].map { "attention.\($0)" }
            let forward = (parts + ["mlp.output", "output"]).map { ValueName.block(layer, $0) }
            let ofPrompt = ["attention.key", "attention.value", "attention.weights", "output"]
                .map { ValueName.block(layer, $0, ofPrompt: true) }
            let backward =
                [ValueName.block(layer, "attention.residual"), .block(layer, "output")]
                + ["attention.residual", "output", "attention.key", "attention.value"].map { .block(layer, $0, ofPrompt: true) }
            // What the text's rows send to the prompt's, where the prompt's rows add something of their own.
            let crossing = [("attention.key", "attention.scores"), ("attention.value", "attention.mix")].map { part, via in
                ValueName("gradient/prompt.block.\(layer).\(part)/via/block.\(layer).\(via)")
            }
            return forward + ofPrompt + backward.map(\.gradient) + crossing
        }
        return outside + inside
    }
}
