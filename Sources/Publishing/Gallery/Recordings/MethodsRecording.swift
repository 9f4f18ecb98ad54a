internal import Experiments
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// A few steps of every method that trains something: what each of them trains, not how well it does.
    static let methods = GalleryRecording(name: "methods", figures: ["method-comparison"]) {
        let world = World(seed: World.standardSeed)
        let base = try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main))
        func run(_ name: String, _ change: (inout MethodSettings) -> Void = { _ in }) throws -> RunSpecification {
            guard let kind = MethodSpecification.Kind(rawValue: name) else { throw ReplayError.unknownMethod(name) }
            var settings = MethodSettings()
            settings.rank = 4
            change(&settings)
            let training = TrainingSpecification(
                steps: 10, batchSize: 8, schedule: LearningRateSchedule(peak: kind.family.defaultLearningRate),
                optimizer: AdamW(weightDecay: 0.01), evaluateEvery: 10)
            return RunSpecification(
                id: name, method: MethodSpecification(kind, settings: settings), training: training, seed: 1,
                keepsParameters: false)
        }
        let everywhere = ["c_attn", "c_proj", "c_fc"]
        let runs = [
            try run("prompt-tuning") { $0.start = .sampledVocabulary },
            try run("p-tuning"),
            try run("prefix-tuning") { $0.projectionWidth = 16 },
            try run("p-tuning-v2") { $0.start = .random(deviation: 0.1) },
            try run("lora"),
            try run("qlora"),
            try run("adalora") { $0.targets = everywhere },
            try run("prompt-tuning+lora") { $0.start = .sampledVocabulary },
            try run("full-fine-tuning"),
        ]
        return Experiment(base: base, task: TaskData(try world.task("opposite-en"), of: world), runs: runs)
    }
}
