internal import Experiments
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// Prompt tuning from several starts, from three seeds each: numbers drawn at random as wide as PEFT's and as wide as the model's
    /// embeddings, words of the vocabulary, and a text that says what is asked.
    static let starts = GalleryRecording(name: "starts") {
        let world = World(seed: World.standardSeed)
        let base = try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main))
        let training = TrainingSpecification(
            steps: 50, batchSize: 8, schedule: LearningRateSchedule(peak: 0.02), optimizer: AdamW(weightDecay: 0.01),
            evaluateEvery: 5)
        let starts: [(String, MethodSettings.Start)] = [
            ("random-1", .random(deviation: 1)), ("random-0.2", .random(deviation: 0.2)),
            ("random-0.02", .random(deviation: 0.02)),
            ("vocabulary", .sampledVocabulary), ("text", .text("opposite english")),
        ]
        let runs = starts.flatMap { name, start in
            [UInt64(1), 2, 3].map { seed in
                RunSpecification(
                    id: "\(name)-seed\(seed)", method: MethodSpecification(.promptTuning, virtualTokens: 8, start: start),
                    training: training, seed: seed, keepsParameters: false)
            }
        }
        return Experiment(base: base, task: TaskData(try world.task("opposite-en"), of: world), runs: runs)
    }
}
