internal import Experiments
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// A run of prompt tuning with the loss on all tuning examples in a plane through the end of its path.
    static let landscape = GalleryRecording(name: "landscape") {
        let world = World(seed: World.standardSeed)
        let base = try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main))
        let training = TrainingSpecification(
            steps: 50, batchSize: 8, schedule: LearningRateSchedule(peak: 0.02), optimizer: AdamW(weightDecay: 0.01),
            evaluateEvery: 10)
        let run = RunSpecification(
            id: "prompt-tuning", method: MethodSpecification(.promptTuning, virtualTokens: 4, start: .sampledVocabulary),
            training: training, seed: 1, landscape: LandscapeSpecification(split: .train, points: 25))
        return Experiment(base: base, task: TaskData(try world.task("opposite-en"), of: world), runs: [run])
    }
}
