internal import Experiments
internal import Recordings
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// A short run of prompt tuning on small batches, and of one step what a walk through it shows.
    static let oneStep = GalleryRecording(name: "one-step") {
        let world = World(seed: World.standardSeed)
        let base = try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main))
        let training = TrainingSpecification(
            steps: 6, batchSize: 3, schedule: LearningRateSchedule(peak: 0.02), optimizer: AdamW(weightDecay: 0.01),
            evaluateEvery: 3)
        let values = Set(oneStepValues(layer: 0).map(\.rawValue))
        let run = RunSpecification(
            id: "prompt-tuning", method: MethodSpecification(.promptTuning, virtualTokens: 4, start: .sampledVocabulary),
            training: training, seed: 1, frames: FramePolicy(steps: [4], values: values))
        return Experiment(base: base, task: TaskData(try world.task("opposite-en"), of: world), runs: [run])
    }

    private static func oneStepValues(layer: Int) -> [ValueName] {
        let outside: [ValueName] = [
            .softPrompt, .promptInput, .tokenEmbeddings, .embeddings, "final.norm", .logits, .probabilities, .tokenLosses, .loss,
            "gradient/logits/via/loss.tokens", .logits.gradient, .promptInput.gradient, .softPrompt.gradient, .gradientNorm,
            "optimizer/rates", .softPrompt.firstMoment, .softPrompt.secondMoment, .softPrompt.updated,
        ]
        let parts = ["query", "key", "value", "scores", "weights", "mix"].map { "attention.\($0)" } + ["output"]
        let ofPrompt = ["attention.key", "attention.value"].map { ValueName.block(layer, $0, ofPrompt: true) }
        let backward = [ValueName.block(layer, "attention.weights"), .block(layer, "attention.scores")] + ofPrompt
        return outside + parts.map { ValueName.block(layer, $0) } + ofPrompt + backward.map(\.gradient)
    }
}
