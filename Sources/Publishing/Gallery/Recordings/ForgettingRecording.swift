internal import Experiments
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// Prompt tuning and full fine-tuning on one task, from three seeds each, and how well the models do before and after on tasks
    /// they were not tuned on.
    static let forgetting = GalleryRecording(name: "forgetting") {
        let world = World(seed: World.standardSeed)
        let others = ["repeat-en", "repeat-zh", "sort-zh", "repeat-line-en", "tone-en", "topic-en"]
        func task(_ id: String) throws -> TaskData { TaskData(try world.task(id), of: world) }
        func training(_ rate: Double) -> TrainingSpecification {
            TrainingSpecification(
                steps: 50, batchSize: 8, schedule: LearningRateSchedule(peak: rate), optimizer: AdamW(weightDecay: 0.01),
                evaluateEvery: 50)
        }
        let prompt = MethodSpecification(.promptTuning, virtualTokens: 8, start: .sampledVocabulary)
        let methods = [("prompt-tuning", prompt, 0.02), ("full-fine-tuning", MethodSpecification(.fullFineTuning), 0.001)]
        let runs = methods.flatMap { label, method, rate in
            [UInt64(1), 2, 3].map { seed in
                RunSpecification(
                    id: "\(label)-\(seed)", otherTasks: others, method: method, training: training(rate), seed: seed,
                    keepsParameters: false)
            }
        }
        return Experiment(
            base: try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main)), task: try task("opposite-en"),
            tasks: try others.map(task), runs: runs)
    }
}
