internal import Drawing
internal import Figures
public import Foundation
internal import Recordings

extension Lesson {
    static let keys: Set<String> = [
        "title", "question", "prediction", "seconds", "model", "task", "alone", "runs", "measures", "claims", "article",
        "collects",
    ]

    /// Reads a lesson's folder.
    ///
    /// - Throws: ``LessonError`` that names file, line and key.
    public init(reading folder: URL) throws(LessonError) {
        let name = folder.standardizedFileURL.lastPathComponent
        let source = try Self.text(of: folder.appending(path: "lesson.yaml"))
        let yaml = try YAMLMapping(parsing: source, file: "\(name)/lesson.yaml", keys: Self.keys)
        id = name
        self.folder = folder
        self.source = source
        title = try yaml.localised("title")
        question = try yaml.localised("question")
        prediction = try Prediction(yaml.mapping("prediction", keys: Prediction.keys))
        seconds = yaml.has("seconds") ? try yaml.double("seconds") : nil
        model = try yaml.string("model")
        task = try yaml.skill("task")
        runsAlone = yaml.has("alone") ? try yaml.flag("alone") : false
        collectsStatements =
            yaml.has("collects") ? try yaml.name("collects", among: ["articles"], what: "collected") == "articles" : false
        let runs = try LessonRun.runs(yaml)
        self.runs = runs
        var measures: [(name: String, measure: Measure)] = []
        for (name, entry) in try yaml.namedMappings("measures", keys: Measure.keys) {
            measures.append((name, try Measure(entry, runs: runs, before: measures.map(\.name), collects: collectsStatements)))
        }
        self.measures = measures
        let names = measures.map(\.name)
        var claims: [Claim] = []
        for entry in try yaml.mappings("claims", keys: Claim.keys) {
            let claim = try Claim(entry, measures: names)
            if claims.contains(where: { $0.id == claim.id }) { throw entry.wrong("id", "is \(claim.id), as another claim's") }
            claims.append(claim)
        }
        self.claims = claims
        var statements: [ArticleStatement] = []
        if yaml.has("article") {
            for entry in try yaml.mappings("article", keys: ArticleStatement.keys) {
                statements.append(try ArticleStatement(entry, claims: claims.map(\.id)))
            }
        }
        self.statements = statements
        var prose: [Language: String] = [:]
        for language in Language.allCases {
            prose[language] = try Self.prose(of: folder.appending(path: "\(language.rawValue).md"), measures: Set(names))
        }
        self.prose = prose
        try Self.compare(prose[.en] ?? "", prose[.zhHans] ?? "", measures: Set(names), lesson: name)
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

    /// A lesson's prose, whose numbers and figures there are.
    private static func prose(of url: URL, measures: Set<String>) throws(LessonError) -> String {
        let file = "\(url.deletingLastPathComponent().lastPathComponent)/\(url.lastPathComponent)"
        let text = try text(of: url)
        if let (form, line) = Prose.unknownForm(in: text) {
            let forms = Prose.Placeholder.Form.allCases.map(\.rawValue).joined(separator: ", ")
            throw .file(file, line: line, problem: "\"\(form)\" is not a way to quote a number; expected one of \(forms)")
        }
        for placeholder in Prose.placeholders(in: text, known: measures) where !measures.contains(placeholder.name) {
            let near = NearNames.of(placeholder.name, among: measures)
            throw .file(
                file, line: placeholder.line,
                problem: "\"\(placeholder.name)\" is not one of the lesson's measures\(NearNames.hint(near))")
        }
        let figures = FigureCatalogue.figures.map(\.id)
        for place in Prose.figures(in: text) where !figures.contains(place.figure) {
            let near = NearNames.of(place.figure, among: figures)
            throw .file(file, line: place.line, problem: "there is no figure \"\(place.figure)\"\(NearNames.hint(near))")
        }
        return text
    }

    /// Both languages have the same headings, the same figures in the same order, and the same numbers.
    private static func compare(
        _ english: String, _ chinese: String, measures: Set<String>, lesson: String
    ) throws(LessonError) {
        func differ(_ line: Int?, _ problem: String) -> LessonError {
            .file("\(lesson)/zh-Hans.md", line: line, problem: problem)
        }
        let headings = (Prose.headings(in: english), Prose.headings(in: chinese))
        for (a, b) in zip(headings.0, headings.1) where a.level != b.level {
            throw differ(
                b.line,
                "the heading has level \(b.level), and its twin in en.md, line \(a.line), level \(a.level); make them the same")
        }
        if headings.0.count != headings.1.count {
            throw differ(nil, "it has \(headings.1.count) headings, and en.md \(headings.0.count); make them as many")
        }
        let figures = (Prose.figures(in: english), Prose.figures(in: chinese))
        for (a, b) in zip(figures.0, figures.1) where a.text != b.text {
            throw differ(
                b.line,
                "it shows the figure \(b.text) where en.md, line \(a.line), shows \(a.text); show the same figures in order")
        }
        if figures.0.count != figures.1.count {
            throw differ(nil, "it shows \(figures.1.count) figures, and en.md \(figures.0.count); show the same figures")
        }
        let numbers = [english, chinese].map { text in
            Set(Prose.placeholders(in: text, known: measures).map { "{{ \($0.name) | \($0.form.rawValue) }}" })
        }
        if let lacking = numbers[0].subtracting(numbers[1]).sorted().first {
            throw differ(nil, "it does not quote \(lacking), and en.md does; quote the same numbers")
        }
        if let extra = numbers[1].subtracting(numbers[0]).sorted().first {
            throw differ(nil, "it quotes \(extra), and en.md does not; quote the same numbers")
        }
    }
}

extension YAMLMapping {
    func localised(_ key: String) throws(LessonError) -> Localised {
        let both = try mapping(key, keys: ["en", "zh"])
        return Localised(en: try both.string("en"), zhHans: try both.string("zh"))
    }
}

extension Prediction {
    static let keys: Set<String> = ["question", "answers"]
    static let answerKeys: Set<String> = ["text", "reply", "right"]

    fileprivate init(_ yaml: YAMLMapping) throws(LessonError) {
        question = try yaml.localised("question")
        var answers: [Answer] = []
        for entry in try yaml.mappings("answers", keys: Self.answerKeys) {
            answers.append(
                Answer(
                    text: try entry.localised("text"), reply: try entry.localised("reply"),
                    isRight: entry.has("right") ? try entry.flag("right") : false))
        }
        guard answers.count(where: \.isRight) == 1 else { throw yaml.wrong("answers", "must have exactly one with right: true") }
        guard answers.count <= 9 else { throw yaml.wrong("answers", "must be at most nine, one for each digit") }
        self.answers = answers
    }
}

extension Claim {
    static let keys: Set<String> = ["id", "statement", "measure", "comparison", "bound", "general"]
    static let boundKeys: Set<String> = ["measure", "number", "from", "to"]

    fileprivate init(_ yaml: YAMLMapping, measures: [String]) throws(LessonError) {
        id = try yaml.string("id")
        statement = try yaml.localised("statement")
        measure = try yaml.name("measure", among: measures, what: "one of the lesson's measures")
        comparison = try yaml.word("comparison")
        let bound = try yaml.mapping("bound", keys: Self.boundKeys)
        if comparison == .between {
            guard !bound.has("number") else { throw bound.wrong("number", "does not go with between; give from and to") }
            self.bound = Bound(measure: nil, number: try bound.double("from"), upper: try bound.double("to"))
            guard self.bound.number <= self.bound.upper ?? 0 else { throw bound.wrong("from", "is above to") }
            if bound.has("measure") { throw bound.wrong("measure", "does not go with between; give from and to") }
        } else {
            for key in ["from", "to"] where bound.has(key) { throw bound.wrong(key, "goes with between only; give number") }
            guard bound.has("measure") || bound.has("number") else {
                throw yaml.wrong("bound", "must have a number, a measure, or both, of which the sum counts")
            }
            self.bound = Bound(
                measure: bound.has("measure")
                    ? try bound.name("measure", among: measures, what: "one of the lesson's measures") : nil,
                number: bound.has("number") ? try bound.double("number") : 0)
        }
        isGeneral = yaml.has("general") ? try yaml.flag("general") : false
    }
}

extension ArticleStatement {
    static let keys: Set<String> = ["section", "says", "verdict", "because", "claims"]

    fileprivate init(_ yaml: YAMLMapping, claims: [String]) throws(LessonError) {
        section = try yaml.string("section")
        says = try yaml.localised("says")
        let verdict = try yaml.name("verdict", among: Verdict.given.map(\.rawValue), what: "a verdict")
        self.verdict = Verdict(rawValue: verdict) ?? .notJudged
        because = try yaml.localised("because")
        self.claims = try yaml.strings("claims")
        for claim in self.claims { try yaml.check(claim, "claims", among: claims, what: "one of the lesson's claims") }
    }
}
