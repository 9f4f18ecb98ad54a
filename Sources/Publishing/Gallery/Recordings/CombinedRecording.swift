internal import Experiments
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// Prompt tuning, LoRA, and both together, from three seeds each, on a task that none of them has learned wholly after so many steps.
    static let combined = GalleryRecording(name: "combined", figures: ["combined"]) {
        let world = World(seed: World.standardSeed)
        let base = try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main))
        var settings = MethodSettings()
        settings.start = .sampledVocabulary
        settings.rank = 4
        // What suits a soft prompt would tear weights apart.
        let methods = [("prompt-tuning", 0.02), ("lora", 0.005), ("prompt-tuning+lora", 0.005)]
        let runs = try methods.flatMap { name, rate in
            guard let kind = MethodSpecification.Kind(rawValue: name) else { throw ReplayError.unknownMethod(name) }
            let training = TrainingSpecification(
                steps: 100, batchSize: 6, schedule: LearningRateSchedule(peak: rate), optimizer: AdamW(weightDecay: 0.01),
                evaluateEvery: 100)
            return [UInt64(1), 2, 3].map { seed in
                RunSpecification(
                    id: "\(name)-\(seed)", method: MethodSpecification(kind, settings: settings), training: training, seed: seed,
                    keepsParameters: false)
            }
        }
        return Experiment(base: base, task: TaskData(try world.task("reverse-en"), of: world), runs: runs)
    }
}
