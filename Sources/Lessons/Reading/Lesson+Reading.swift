internal import Drawing
internal import Experiments
public import Foundation
internal import Tuning

extension Lesson {
    /// Reads a lesson's folder.
    ///
    /// - Throws: ``LessonError`` that names file, line and key.
    public init(reading folder: URL) throws(LessonError) {
        let name = folder.lastPathComponent
        let yaml = try YAMLMapping(
            parsing: Self.text(of: folder.appending(path: "lesson.yaml")), file: "\(name)/lesson.yaml",
            keys: ["title", "question", "prediction", "model", "task", "runs", "measures", "claims"])
        id = name
        title = try yaml.localised("title")
        question = try yaml.localised("question")
        prediction = try Prediction(yaml.mapping("prediction", keys: ["question", "answers"]))
        model = try yaml.string("model")
        task = try yaml.string("task")
        var runs: [LessonRun] = []
        for entry in try yaml.mappings("runs", keys: LessonRun.keys) {
            let run = try LessonRun(entry)
            if runs.contains(where: { $0.id == run.id }) { throw entry.wrong("id", "is \(run.id), as another run's") }
            runs.append(run)
        }
        self.runs = runs
        var measures: [String: Measure] = [:]
        for (name, entry) in try yaml.namedMappings("measures", keys: ["metric", "run", "split", "at", "over"]) {
            measures[name] = try Measure(entry, runs: runs.map(\.id))
        }
        self.measures = measures
        var claims: [Claim] = []
        for entry in try yaml.mappings("claims", keys: ["id", "statement", "measure", "comparison", "bound"]) {
            claims.append(try Claim(entry, measures: Set(measures.keys)))
        }
        self.claims = claims
        var prose: [Language: String] = [:]
        for language in Language.allCases {
            let file = "\(language.rawValue).md"
            let text = try Self.text(of: folder.appending(path: file))
            for placeholder in Prose.placeholders(in: text) where measures[placeholder.name] == nil {
                throw .file(
                    "\(name)/\(file)", line: placeholder.line,
                    problem: "\"\(placeholder.name)\" is not one of the lesson's measures")
            }
            prose[language] = text
        }
        self.prose = prose
    }

    private static func text(of url: URL) throws(LessonError) -> String {
        let name = "\(url.deletingLastPathComponent().lastPathComponent)/\(url.lastPathComponent)"
        let data: Data
        do { data = try Data(contentsOf: url) } catch {
            throw .file(name, line: nil, problem: "the file cannot be read; a lesson has lesson.yaml, en.md and zh-Hans.md")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw .file(name, line: nil, problem: "the file is not valid UTF-8; save it as UTF-8")
        }
        return text
    }
}

extension YAMLMapping {
    fileprivate func localised(_ key: String) throws(LessonError) -> Localised {
        let both = try mapping(key, keys: ["en", "zh"])
        return Localised(en: try both.string("en"), zhHans: try both.string("zh"))
    }
}

extension Prediction {
    fileprivate init(_ yaml: YAMLMapping) throws(LessonError) {
        question = try yaml.localised("question")
        var answers: [Answer] = []
        for entry in try yaml.mappings("answers", keys: ["text", "reply", "right"]) {
            answers.append(
                Answer(
                    text: try entry.localised("text"), reply: try entry.localised("reply"),
                    isRight: entry.has("right") ? try entry.flag("right") : false))
        }
        guard answers.count(where: \.isRight) == 1 else { throw yaml.wrong("answers", "must have exactly one with right: true") }
        self.answers = answers
    }
}

extension LessonRun {
    fileprivate static let keys = MethodSpecification.yamlKeys.union([
        "id", "steps", "batch_size", "learning_rate", "schedule", "warmup", "weight_decay", "clipping", "evaluate_every", "seeds",
        "frames",
    ])

    fileprivate init(_ yaml: YAMLMapping) throws(LessonError) {
        id = try yaml.string("id")
        method = try MethodSpecification(yaml)
        let shape: LearningRateSchedule.Shape = yaml.has("schedule") ? try yaml.word("schedule") : .constant
        training = TrainingSpecification(
            steps: try yaml.integer("steps", atLeast: 1), batchSize: try yaml.integer("batch_size", atLeast: 1),
            schedule: LearningRateSchedule(
                shape, peak: try yaml.double("learning_rate"), warmup: yaml.has("warmup") ? try yaml.integer("warmup") : 0),
            optimizer: AdamW(weightDecay: yaml.has("weight_decay") ? try yaml.double("weight_decay") : 0.01),
            clipping: yaml.has("clipping") ? try yaml.double("clipping") : nil,
            evaluateEvery: try yaml.integer("evaluate_every", atLeast: 1))
        seeds = try yaml.integers("seeds").map { UInt64($0) }
        frames = yaml.has("frames") ? Set(try yaml.words("frames")) : []
    }
}

extension Measure {
    fileprivate init(_ yaml: YAMLMapping, runs: [String]) throws(LessonError) {
        self.init(try yaml.word("metric"), run: try yaml.string("run"))
        guard runs.contains(run) else {
            throw yaml.wrong("run", "is \"\(run)\", expected one of \(runs.joined(separator: ", "))")
        }
        if yaml.has("split") {
            let split: TaskData.Split = try yaml.word("split")
            self.split = split.rawValue
        }
        if yaml.has("at") { moment = try yaml.word("at") }
        if yaml.has("over") { summary = try yaml.word("over") }
    }
}

extension Claim {
    fileprivate init(_ yaml: YAMLMapping, measures: Set<String>) throws(LessonError) {
        id = try yaml.string("id")
        statement = try yaml.localised("statement")
        measure = try yaml.string("measure")
        comparison = try yaml.word("comparison")
        let bound = try yaml.mapping("bound", keys: ["measure", "number"])
        self.bound = Bound(
            measure: bound.has("measure") ? try bound.string("measure") : nil,
            number: bound.has("number") ? try bound.double("number") : 0)
        for (key, name, mapping) in [("measure", measure, yaml)] + (self.bound.measure.map { [("measure", $0, bound)] } ?? [])
        where !measures.contains(name) {
            throw mapping.wrong(
                key, "is \"\(name)\", which is not one of the lesson's measures: \(measures.sorted().joined(separator: ", "))")
        }
    }
}
