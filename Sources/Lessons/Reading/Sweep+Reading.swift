public import Experiments
public import Foundation
internal import Interchange
internal import Tuning

extension Sweep {
    private static let trainingKeys: Set<String> = [
        "steps", "batch_size", "learning_rate", "schedule", "warmup", "weight_decay", "clipping",
    ]

    /// Reads a sweep's file.
    ///
    /// ```yaml
    /// name: prompt-length
    /// models: [tiny-world-4x64]
    /// tasks: [opposite-en, plural-en]        # skills of the tiny world, or files of data
    /// seeds: [1, 2, 3]
    /// steps: 200                             # for all methods, unless one says otherwise
    /// methods:
    ///   - {method: prompt-tuning, virtual_tokens: [1, 4, 16], learning_rate: [0.02, 0.05]}
    ///   - {method: lora, rank: 4, steps: 100}
    /// ```
    ///
    /// Where a list stands instead of one value, every value is tried, each with all values of the other lists.
    ///
    /// - Throws: An error that names the file, the line and the key.
    public init(reading url: URL) throws(LessonError) {
        let file = url.lastPathComponent
        guard let text = try? String(contentsOf: url, encoding: .utf8) else {
            throw .file(url.relativePath, line: nil, problem: "the file cannot be read as UTF-8; name a sweep's YAML file")
        }
        let yaml = try YAMLMapping(
            parsing: text, file: file,
            keys: Self.trainingKeys.union(["name", "models", "tasks", "split", "prompt", "completion", "seeds", "methods"]))
        var tasks: [Task] = []
        for name in try yaml.strings("tasks") { tasks.append(try Self.task(name, yaml, beside: url)) }
        var entries: [Entry] = []
        for mapping in try yaml.mappings("methods", keys: MethodSpecification.yamlKeys.union(Self.trainingKeys).union(["label"]))
        {
            for (choice, varied) in try mapping.choices(keeping: ["targets", "labels"]) {
                let method = try MethodSpecification(choice)
                var training = Training()
                try training.read(yaml)
                try training.read(choice)
                let start = choice.has("label") ? try choice.string("label") : method.kind.rawValue
                let label = YAMLMapping.runName(start, varied)
                guard !entries.contains(where: { $0.label == label }) else {
                    throw mapping.wrong("method", "makes two entries called \"\(label)\"; give one of them a label")
                }
                entries.append(Entry(label, method: method, training: training))
            }
        }
        self.init(
            name: yaml.has("name") ? try yaml.string("name") : url.deletingPathExtension().lastPathComponent,
            models: yaml.has("models") ? try yaml.strings("models") : [ModelLibrary.main], tasks: tasks, entries: entries,
            seeds: try yaml.integers("seeds").map { UInt64($0) })
    }

    private static func task(_ name: String, _ yaml: YAMLMapping, beside url: URL) throws(LessonError) -> Task {
        guard name.contains(".") else { return Task(name, source: .skill(name)) }
        var reading = DataReading()
        let prompt = yaml.has("prompt") ? try yaml.string("prompt") : nil
        let completion = yaml.has("completion") ? try yaml.string("completion") : nil
        do throws(InterchangeError) {
            if let prompt { reading.prompt = try PromptTemplate(prompt) }
            if let completion { reading.completion = try PromptTemplate(completion) }
        } catch {
            throw yaml.wrong("prompt", "cannot be used: \(error.problem)")
        }
        let share = yaml.has("split") ? try yaml.double("split") : nil
        if let share, !(share > 0 && share < 1) { throw yaml.wrong("split", "is \(share), expected a share between 0 and 1") }
        let data = URL(filePath: name, relativeTo: url.deletingLastPathComponent())
        return Task(name, source: .file(data, reading, share.map { .share($0) } ?? .nothing))
    }
}

extension Sweep.Training {
    /// Takes over what a file says.
    fileprivate mutating func read(_ yaml: YAMLMapping) throws(LessonError) {
        if yaml.has("steps") { steps = try yaml.integer("steps", atLeast: 1) }
        if yaml.has("batch_size") { batchSize = try yaml.integer("batch_size", atLeast: 1) }
        if yaml.has("learning_rate") { learningRate = try yaml.double("learning_rate") }
        if yaml.has("schedule") { schedule = try yaml.word("schedule") }
        if yaml.has("warmup") { warmup = try yaml.integer("warmup") }
        if yaml.has("weight_decay") { weightDecay = try yaml.double("weight_decay") }
        if yaml.has("clipping") { clipping = try yaml.double("clipping") }
    }
}
