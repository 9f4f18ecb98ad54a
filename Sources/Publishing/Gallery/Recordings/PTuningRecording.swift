internal import Experiments
internal import Recordings
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// P-tuning in a template, by each of its two encoders, with what the encoder computes after the last update; and beside it the same
    /// task asked for by words.
    static let pTuning = GalleryRecording(name: "p-tuning") {
        let world = World(seed: World.standardSeed)
        let base = try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main))
        guard let kind = MethodSpecification.Kind(rawValue: "p-tuning") else { throw ReplayError.unknownMethod("p-tuning") }
        let training = TrainingSpecification(
            steps: 50, batchSize: 8, schedule: LearningRateSchedule(peak: 0.005), optimizer: AdamW(weightDecay: 0.01),
            evaluateEvery: 10)
        var perceptron = MethodSettings()
        perceptron.template = "[P] [P] english [P] {prompt}"
        perceptron.virtualTokens = 3
        perceptron.encoderWidth = 32
        var memory = perceptron
        memory.encoder = .lstm
        memory.encoderLayers = 1
        var words = MethodSettings()
        words.text = "opposite english"
        words.virtualTokens = 2
        let values = Set(pTuningValues.map(\.rawValue))
        let trained = [("p-tuning", perceptron), ("p-tuning-lstm", memory)].map { id, settings in
            RunSpecification(
                id: id, method: MethodSpecification(kind, settings: settings), training: training, seed: 1,
                frames: FramePolicy(steps: [], values: values, heldOutExamples: 4), checkpoints: .none, journalled: [])
        }
        let hard = RunSpecification(
            id: "hard-prompt", method: MethodSpecification(.hardPrompt, settings: words),
            training: TrainingSpecification(steps: 0, batchSize: 4, schedule: LearningRateSchedule(peak: 0), evaluateEvery: 1),
            seed: 1, frames: FramePolicy(steps: [], values: values, heldOutExamples: 4))
        return Experiment(base: base, task: TaskData(try world.task("opposite-en"), of: world), runs: trained + [hard])
    }

    private static let pTuningValues: [ValueName] =
        [.softPrompt, .tokenEmbeddings, .probabilities, "prompt.encoder.embedding.weight", "prompt.encoder.lstm"]
        + (0..<2).map { ValueName("prompt.encoder.activation.\($0)") }
        // The last layer of either network, by which its result can be computed again.
        + ["2", "4"].flatMap { layer in
            ["weight", "bias"].map { ValueName("prompt.encoder.mlp_head.\(layer).\($0)") }
        }
}
