internal import Experiments
internal import Recordings
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// One run of each method that changes weights, beside prompt tuning and full fine-tuning. LoRA's frames hold A and B, and for one
    /// matrix what they do to a batch; QLoRA has a weight in 4 bits, and AdaLoRA its singular values at every step.
    static let adapters = GalleryRecording(name: "adapters") {
        let world = World(seed: World.standardSeed)
        let base = try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main))
        func training(_ rate: Double) -> TrainingSpecification {
            TrainingSpecification(
                steps: 50, batchSize: 8, schedule: LearningRateSchedule(peak: rate), optimizer: AdamW(weightDecay: 0.01),
                evaluateEvery: 10)
        }
        var lowRank = MethodSettings()
        lowRank.rank = 4
        var adaptive = lowRank
        adaptive.targets = ["c_attn", "c_proj", "c_fc"]
        let narrow = (0..<base.model.layers).flatMap { layer in
            ["lora_A.weight", "lora_B.weight"].map { "transformer.h.\(layer).attn.c_attn.\($0)" }
        }
        let seen = ["block.0.attention.norm", "block.0.attention.qkv.lora.change"]
        func kind(_ name: String) throws -> MethodSpecification.Kind {
            guard let kind = MethodSpecification.Kind(rawValue: name) else { throw ReplayError.unknownMethod(name) }
            return kind
        }
        let runs = [
            RunSpecification(
                id: "lora", method: MethodSpecification(try kind("lora"), settings: lowRank), training: training(0.003), seed: 1,
                frames: FramePolicy(steps: [], values: Set(narrow + seen), heldOutExamples: 4), checkpoints: .none, journalled: []
            ),
            RunSpecification(
                id: "qlora", method: MethodSpecification(try kind("qlora"), settings: lowRank), training: training(0.003),
                seed: 1,
                checkpoints: .none, journalled: []),
            RunSpecification(
                id: "adalora", method: MethodSpecification(try kind("adalora"), settings: adaptive), training: training(0.01),
                seed: 1, checkpoints: .none, journalled: singularValues(layers: base.model.layers)),
            RunSpecification(
                id: "prompt-tuning",
                method: MethodSpecification(.promptTuning, virtualTokens: 8, start: .sampledVocabulary), training: training(0.02),
                seed: 1, keepsParameters: false),
            RunSpecification(
                id: "full-fine-tuning", method: MethodSpecification(.fullFineTuning), training: training(0.001), seed: 1,
                keepsParameters: false),
        ]
        return Experiment(base: base, task: TaskData(try world.task("opposite-en"), of: world), runs: runs)
    }

    private static func singularValues(layers: Int) -> Set<String> {
        Set(
            (0..<layers).flatMap { layer in
                ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"].map { "transformer.h.\(layer).\($0).lora_E" }
            })
    }
}
