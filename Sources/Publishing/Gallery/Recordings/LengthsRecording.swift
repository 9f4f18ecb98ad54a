internal import Experiments
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// Prompt tuning with soft prompts of several lengths, from three seeds each: how well they do, and what they cost. The task is one for
    /// which a single virtual token is too few.
    static let lengths = GalleryRecording(name: "lengths") {
        let world = World(seed: World.standardSeed)
        let base = try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main))
        let training = TrainingSpecification(
            steps: 50, batchSize: 6, schedule: LearningRateSchedule(peak: 0.02), optimizer: AdamW(weightDecay: 0.01),
            evaluateEvery: 50)
        let runs = [1, 2, 4, 8, 16].flatMap { length in
            [UInt64(1), 2, 3].map { seed in
                RunSpecification(
                    id: "p\(length)-seed\(seed)",
                    method: MethodSpecification(.promptTuning, virtualTokens: length, start: .sampledVocabulary),
                    training: training, seed: seed, keepsParameters: false)
            }
        }
        return Experiment(base: base, task: TaskData(try world.task("sort-en"), of: world), runs: runs)
    }
}
