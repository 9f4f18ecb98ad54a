internal import Experiments
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// Prompt tuning and full fine-tuning of models of several sizes on one task, from three seeds each.
    static let sizes = GalleryRecording(name: "sizes") {
        let world = World(seed: World.standardSeed)
        func model(_ name: String) throws -> BaseModel { try BaseModel(opening: ModelLibrary.url(of: name)) }
        let others = ["tiny-world-1x64", "tiny-world-2x64", "tiny-world-3x64"]
        func training(_ rate: Double) -> TrainingSpecification {
            TrainingSpecification(
                steps: 40, batchSize: 6, schedule: LearningRateSchedule(peak: rate), optimizer: AdamW(weightDecay: 0.01),
                evaluateEvery: 40)
        }
        let prompt = MethodSpecification(.promptTuning, virtualTokens: 8, start: .sampledVocabulary)
        let methods = [("prompt-tuning", prompt, 0.02), ("full-fine-tuning", MethodSpecification(.fullFineTuning), 0.001)]
        let runs = ([nil] + others).flatMap { name in
            methods.flatMap { label, method, rate in
                [UInt64(1), 2, 3].map { seed in
                    let size = (name ?? ModelLibrary.main).split(separator: "-").last ?? ""
                    return RunSpecification(
                        id: "\(label)-\(size)-\(seed)", base: name, method: method, training: training(rate), seed: seed,
                        keepsParameters: false)
                }
            }
        }
        return Experiment(
            base: try model(ModelLibrary.main), task: TaskData(try world.task("opposite-en"), of: world),
            bases: try others.map(model), runs: runs)
    }
}
