internal import Experiments
internal import Recordings
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// Prefix tuning, flat and through a network, each with what its prefix and the attention of held-out examples are after the last
    /// update.
    static let prefix = GalleryRecording(name: "prefix") {
        let world = World(seed: World.standardSeed)
        let base = try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main))
        guard let kind = MethodSpecification.Kind(rawValue: "prefix-tuning") else {
            throw ReplayError.unknownMethod("prefix-tuning")
        }
        let training = TrainingSpecification(
            steps: 50, batchSize: 8, schedule: LearningRateSchedule(peak: 0.02), optimizer: AdamW(weightDecay: 0.01),
            evaluateEvery: 10)
        var flat = MethodSettings()
        flat.virtualTokens = 4
        flat.start = .random(deviation: 0.1)
        var projected = flat
        projected.projectionWidth = 32
        let values = Set(prefixValues(layers: base.model.layers).map(\.rawValue))
        let runs = [("prefix-tuning", flat), ("prefix-network", projected)].map { id, settings in
            RunSpecification(
                id: id, method: MethodSpecification(kind, settings: settings), training: training, seed: 1,
                frames: FramePolicy(steps: [], values: values, heldOutExamples: 4), checkpoints: .none, journalled: [])
        }
        return Experiment(base: base, task: TaskData(try world.task("opposite-en"), of: world), runs: runs)
    }

    private static func prefixValues(layers: Int) -> [ValueName] {
        [.prefix, .probabilities]
            + (0..<layers).flatMap { layer in
                ["query", "key", "value", "scores", "weights", "mix", "prefix.key", "prefix.value"]
                    .map { ValueName.block(layer, "attention.\($0)") } + [.block(layer, "output")]
            }
    }
}
