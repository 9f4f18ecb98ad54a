internal import Experiments
internal import Foundation
internal import TinyWorld
internal import Tuning

extension LessonRun {
    static let keys = MethodSpecification.yamlKeys.union([
        "id", "steps", "batch_size", "learning_rate", "schedule", "warmup", "weight_decay", "clipping", "evaluate_every", "seeds",
        "frames", "model", "task", "other_tasks", "train_examples", "mixed",
    ])

    /// Keys whose values are lists by themselves: a list there is no choice of several runs.
    private static let lists: Set<String> = ["targets", "labels", "seeds", "frames", "other_tasks", "mixed"]

    /// All runs of a lesson: for each entry one, or one for every choice of a value from each of its lists.
    static func runs(_ yaml: YAMLMapping) throws(LessonError) -> [LessonRun] {
        var runs: [LessonRun] = []
        var entries: [String] = []
        for entry in try yaml.mappings("runs", keys: keys) {
            let name = try entry.string("id")
            for (choice, varied) in try entry.choices(keeping: lists) {
                let run = try LessonRun(choice, entry: name, id: YAMLMapping.runName(name, varied), before: runs)
                if runs.contains(where: { $0.id == run.id }) { throw entry.wrong("id", "is \(run.id), as another run's") }
                runs.append(run)
            }
            if entries.contains(name) { throw entry.wrong("id", "is \(name), as another run's") }
            entries.append(name)
        }
        return runs
    }

    private init(_ yaml: YAMLMapping, entry: String, id: String, before: [LessonRun]) throws(LessonError) {
        self.id = id
        self.entry = entry
        model = yaml.has("model") ? try yaml.model("model") : nil
        task = yaml.has("task") ? try yaml.skill("task") : nil
        otherTasks = yaml.has("other_tasks") ? try yaml.skills("other_tasks") : []
        trainExamples = yaml.has("train_examples") ? try yaml.integer("train_examples", atLeast: 1) : nil
        frames = yaml.has("frames") ? Set(try yaml.words("frames")) : []
        guard !yaml.has("mixed") else {
            mixed = try yaml.strings("mixed")
            for key in Self.keys.subtracting(["id", "mixed", "model"]).sorted() where yaml.has(key) {
                throw yaml.wrong(key, "does not go with mixed, which trains nothing and takes the runs as they are")
            }
            for name in mixed {
                try yaml.check(name, "mixed", among: before.filter { $0.mixed.isEmpty }.map(\.id), what: "a run before this one")
            }
            method = MethodSpecification(.mixedBatch)
            training = .nothing
            seeds = []
            return
        }
        mixed = []
        let method = try MethodSpecification(yaml)
        if method.kind == .mixedBatch { throw yaml.wrong("method", "is mixed-batch; name the runs under mixed instead") }
        self.method = method
        guard Self.isDrawn(method) else {
            for key in [
                "seeds", "learning_rate", "batch_size", "schedule", "warmup", "weight_decay", "clipping", "evaluate_every",
            ]
            where yaml.has(key) {
                throw yaml.wrong(key, "does not go with the method \(method.kind.rawValue), in whose run nothing is trained")
            }
            if yaml.has("steps"), try yaml.integer("steps") != 0 {
                throw yaml.wrong("steps", "must be 0, for the method \(method.kind.rawValue) trains nothing")
            }
            training = .nothing
            seeds = []
            return
        }
        let steps = try yaml.integer("steps")
        let shape: LearningRateSchedule.Shape = yaml.has("schedule") ? try yaml.word("schedule") : .constant
        training = TrainingSpecification(
            steps: steps, batchSize: yaml.has("batch_size") ? try yaml.integer("batch_size", atLeast: 1) : 16,
            schedule: LearningRateSchedule(
                shape,
                peak: yaml.has("learning_rate") ? try yaml.double("learning_rate") : method.kind.family.defaultLearningRate,
                warmup: yaml.has("warmup") ? try yaml.integer("warmup") : 0),
            optimizer: AdamW(weightDecay: yaml.has("weight_decay") ? try yaml.double("weight_decay") : AdamW().weightDecay),
            clipping: yaml.has("clipping") ? try yaml.double("clipping") : nil,
            evaluateEvery: yaml.has("evaluate_every") ? try yaml.integer("evaluate_every", atLeast: 1) : max(1, steps / 10))
        seeds = try yaml.integers("seeds").map { UInt64($0) }
        if Set(seeds).count != seeds.count { throw yaml.wrong("seeds", "has a seed twice") }
    }
}

extension TrainingSpecification {
    /// No step; the batch is that of a frame of held-out examples.
    fileprivate static var nothing: TrainingSpecification {
        TrainingSpecification(steps: 0, batchSize: 16, schedule: LearningRateSchedule(peak: 0), evaluateEvery: 1)
    }
}

extension YAMLMapping {
    /// What pretraining teaches and what it never holds.
    private static let knownSkills: [String] = {
        let world = World(seed: World.standardSeed)
        return (world.skills + world.withheldSkills).map(\.id)
    }()

    /// A skill of the tiny world.
    func skill(_ key: String) throws(LessonError) -> String {
        try name(key, among: Self.knownSkills, what: "a skill of the tiny world")
    }

    func skills(_ key: String) throws(LessonError) -> [String] {
        let names = try strings(key)
        for name in names { try check(name, key, among: Self.knownSkills, what: "a skill of the tiny world") }
        return names
    }

    /// A model that comes with the project, or a folder.
    func model(_ key: String) throws(LessonError) -> String {
        let name = try string(key)
        guard !name.contains("/") else { return name }
        try check(name, key, among: ModelLibrary.names, what: "a model that comes with the project")
        return name
    }
}
