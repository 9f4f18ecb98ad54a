internal import Experiments
internal import Recordings
internal import TinyWorld
internal import Transformer
internal import Tuning

extension GalleryRecording {
    /// Three soft prompts of different lengths for three tasks of one model, and a batch in which their held-out examples are mixed. Frames
    /// have logits and probabilities only.
    static let tasks = GalleryRecording(name: "tasks") {
        let world = World(seed: World.standardSeed)
        let base = try BaseModel(opening: ModelLibrary.url(of: ModelLibrary.main))
        let examples = 3
        let training = TrainingSpecification(
            steps: 50, batchSize: 8, schedule: LearningRateSchedule(peak: 0.02), optimizer: AdamW(weightDecay: 0.01),
            evaluateEvery: 50)
        let values = Set([ValueName.logits, .probabilities].map(\.rawValue))
        let prompts = [("colour-en", 8), ("translate-en", 6), ("repeat-en", 4)]
        let runs = prompts.enumerated().map { index, prompt in
            RunSpecification(
                id: prompt.0, task: index == 0 ? nil : prompt.0,
                method: MethodSpecification(.promptTuning, virtualTokens: prompt.1, start: .sampledVocabulary),
                training: training, seed: 1, frames: FramePolicy(steps: [], values: values, heldOutExamples: examples),
                keepsParameters: false)
        }
        let mixed = RunSpecification.mixed(adapters: prompts.map(\.0), examples: examples, values: values)
        let data = try prompts.map { TaskData(try world.task($0.0), of: world) }
        return Experiment(base: base, task: data[0], tasks: Array(data.dropFirst()), runs: runs + [mixed])
    }
}
