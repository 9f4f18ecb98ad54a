internal import Experiments
internal import Recordings
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// A code without a rule, to be learned word by word, by soft prompts, LoRA and full fine-tuning from three seeds each; and a soft
    /// prompt for another task as it started and as it was trained, with the attention weights of the same examples.
    static let limits = GalleryRecording(name: "limits") {
        let world = World(seed: World.standardSeed)
        // Few enough words that other methods learn them in few steps. A prompt is slower by far: in 800 steps 32 virtual tokens store
        // about half of 24 words, and 3 % of 48, which LoRA then has all of.
        let code = TaskData(try world.task("code-en"), of: world).limited(toTrainingExamples: 24)
        func training(_ rate: Double, steps: Int = 70) -> TrainingSpecification {
            TrainingSpecification(
                steps: steps, batchSize: 6, schedule: LearningRateSchedule(peak: rate), optimizer: AdamW(weightDecay: 0.01),
                evaluateEvery: 70)
        }
        func prompt(_ length: Int) -> MethodSpecification {
            MethodSpecification(.promptTuning, virtualTokens: length, start: .sampledVocabulary)
        }
        var feedForward = MethodSettings()
        feedForward.rank = 64
        feedForward.targets = ["c_fc"]
        guard let lora = MethodSpecification.Kind(rawValue: "lora") else { throw ReplayError.unknownMethod("lora") }
        let methods: [(String, MethodSpecification, Double)] = [
            ("p8", prompt(8), 0.02), ("p32", prompt(32), 0.02),
            ("lora", MethodSpecification(lora, settings: feedForward), 0.002),
            ("full-fine-tuning", MethodSpecification(.fullFineTuning), 0.002),
        ]
        let learned = methods.flatMap { label, method, rate in
            [UInt64(1), 2, 3].map { seed in
                RunSpecification(
                    id: "\(label)-\(seed)", method: method, training: training(rate), seed: seed, keepsParameters: false)
            }
        }
        let weights = Set((0...1).map { ValueName.attentionWeights(layer: $0).rawValue })
        let compared = [("sort-start", 0), ("sort-trained", 20)].map { id, steps in
            RunSpecification(
                id: id, task: "sort-en", method: prompt(8), training: training(0.02, steps: steps), seed: 1,
                frames: FramePolicy(steps: [], values: weights, heldOutExamples: 4), journalled: [])
        }
        return Experiment(
            base: try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main)), task: code,
            tasks: [TaskData(try world.task("sort-en"), of: world)], runs: learned + compared)
    }
}
