/// What `recording.json` says: everything about a recording except its numbers.
///
/// Keys in the file are in snake_case, otherwise as the properties here.
public struct RecordingDescription: Codable, Hashable, Sendable {
    /// The marker by which a reader knows the file.
    public static let marker = "foreword-recording"
    /// The version of the format that this module writes, and the newest it reads.
    public static let currentVersion = 1

    public var format: String
    public var version: Int
    public var provenance: Provenance
    /// The main model: that of every run which names no other, and the one whose token embeddings are kept.
    public var model: ModelDescription
    /// The main task: that of every run which names no other.
    public var task: TaskDescription
    /// Further models that runs name, all of the main one's vocabulary; left out where there are none.
    public var models: [ModelDescription]?
    /// Further tasks that runs name; left out where there are none.
    public var tasks: [TaskDescription]?
    public var runs: [RunDescription]

    public init(
        provenance: Provenance, model: ModelDescription, task: TaskDescription, models: [ModelDescription] = [],
        tasks: [TaskDescription] = [], runs: [RunDescription] = []
    ) {
        format = Self.marker
        version = Self.currentVersion
        self.provenance = provenance
        self.model = model
        self.task = task
        self.models = models.isEmpty ? nil : models
        self.tasks = tasks.isEmpty ? nil : tasks
        self.runs = runs
    }

    /// The main model, then the further ones.
    public var allModels: [ModelDescription] { [model] + (models ?? []) }

    /// The main task, then the further ones.
    public var allTasks: [TaskDescription] { [task] + (tasks ?? []) }

    /// The model of a run; `nil` if it names one that is not described.
    public func model(of run: RunDescription) -> ModelDescription? {
        guard let name = run.model else { return model }
        return allModels.first { $0.name == name }
    }

    /// The task of a run; `nil` if it names one that is not described.
    public func task(of run: RunDescription) -> TaskDescription? {
        guard let id = run.task else { return task }
        return allTasks.first { $0.id == id }
    }

    /// What does not fit together in models and tasks: `nil` if all does.
    var flaw: (key: String, problem: String)? {
        let (names, ids) = (allModels.map(\.name), allTasks.map(\.id))
        if Set(names).count != names.count { return ("models", "two models have the same name") }
        if Set(ids).count != ids.count { return ("tasks", "two tasks have the same id") }
        let size = model.configuration.vocabularySize
        if let other = models?.first(where: { $0.configuration.vocabularySize != size }) {
            let problem =
                "\(other.name) has \(other.configuration.vocabularySize) tokens and \(model.name) \(size); all models share a vocabulary"
            return ("models", problem)
        }
        return nil
    }

    /// What a run names that is not described: `nil` if nothing.
    func flaw(of run: RunDescription) -> (key: String, problem: String)? {
        if model(of: run) == nil { return ("model", "\(run.model ?? "") is none of the recording's models") }
        if task(of: run) == nil { return ("task", "\(run.task ?? "") is none of the recording's tasks") }
        if let other = run.otherTasks?.first(where: { id in !allTasks.contains { $0.id == id } }) {
            return ("other_tasks", "\(other) is none of the recording's tasks")
        }
        return nil
    }
}

/// What made a recording. With the same of these, the same bits can be had again.
public struct Provenance: Codable, Hashable, Sendable {
    /// The version of foreword.
    public var foreword: String
    /// The libraries and kernels that did the arithmetic, for example `OpenBLAS 0.3.21 Zen; kernels x86-64-v3`.
    public var arithmetic: String

    public init(foreword: String, arithmetic: String) {
        self.foreword = foreword
        self.arithmetic = arithmetic
    }
}
