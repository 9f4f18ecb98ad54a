internal import Experiments
internal import Recordings

extension Measure {
    static let keys = Set(["metric", "run", "over", "collected"])
        .union(Metric.Key.allCases.map(\.rawValue)).union(DerivedMeasure.Kind.allCases.map(\.rawValue))
    static let countKeys: Set<String> = ["of", "at_least", "at_most", "seeds"]

    /// - Parameters:
    ///   - names: The measures that stand before it.
    ///   - collects: Whether the lesson collects what the others say of the article.
    init(_ yaml: YAMLMapping, runs: [LessonRun], before names: [String], collects: Bool) throws(LessonError) {
        let kinds = ["metric", "collected"] + DerivedMeasure.Kind.allCases.map(\.rawValue)
        let given = kinds.filter(yaml.has)
        guard given.count == 1, let kind = given.first else {
            throw yaml.wrong(given.first ?? "metric", "must stand alone: a measure has one of \(kinds.joined(separator: ", "))")
        }
        switch kind {
        case "metric": self = .metric(try MetricMeasure(yaml, runs: runs))
        case "collected":
            guard collects else { throw yaml.wrong("collected", "goes with a lesson that has collects: articles") }
            try yaml.refuse(others: ["collected"])
            self = .collected(try yaml.word("collected"))
        default: self = .derived(try DerivedMeasure(yaml, kind: kind, before: names))
        }
    }
}

extension YAMLMapping {
    fileprivate func refuse(others: Set<String>) throws(LessonError) {
        for key in Measure.keys.subtracting(others).sorted() where has(key) {
            throw wrong(key, "does not go with \(others.sorted().joined(separator: ", "))")
        }
    }
}

extension MetricMeasure {
    fileprivate init(_ yaml: YAMLMapping, runs: [LessonRun]) throws(LessonError) {
        let id = try yaml.name("metric", among: MetricCatalogue.all.map(\.id), what: "a metric")
        guard let metric = MetricCatalogue.metric(id) else { throw yaml.wrong("metric", "is not a metric") }
        let names = try yaml.oneOrMore("run")
        let known = runs.map(\.id) + Set(runs.map(\.entry)).subtracting(runs.map(\.id)).sorted()
        for name in names { try yaml.check(name, "run", among: known, what: "one of the lesson's runs") }
        self.init(metric: metric, runs: names)
        let allowed = Set(metric.keys.map(\.rawValue)).union(["metric", "run", "over"])
        for key in Measure.keys.subtracting(allowed).sorted() where yaml.has(key) {
            throw yaml.wrong(key, "does not go with the metric \(id)")
        }
        let own = names.flatMap { runs.named($0) }
        if yaml.has("split") {
            split = try yaml.string("split")
            var splits = TaskData.Split.allCases.map(\.rawValue)
            if let shared = own.map({ Set($0.otherTasks) }).reduce(nil, { $0?.intersection($1) ?? $1 }) {
                splits += shared.sorted().flatMap { [SplitID.skill($0), SplitID.bare($0)] }
            }
            try yaml.check(split, "split", among: splits, what: "a split on which its runs are evaluated")
        }
        if yaml.has("at") { moment = try yaml.word("at") }
        if yaml.has("over") { summary = try yaml.word("over") }
        if yaml.has("layer") { layer = try yaml.integer("layer") }
        if yaml.has("threshold") { threshold = try yaml.double("threshold") }
        if metric.keys.contains(.threshold), threshold == nil { throw yaml.wrong("metric", "is \(id), which needs a threshold") }
        if metric.keys.contains(.check) {
            check = try yaml.name("check", among: RunChecks.all.map(\.id), what: "a check of foreword verify")
        }
        if metric.keys.contains(.against) {
            against = try yaml.name("against", among: runs.map(\.id), what: "one of the lesson's runs")
        }
    }
}

extension DerivedMeasure {
    fileprivate init(_ yaml: YAMLMapping, kind key: String, before names: [String]) throws(LessonError) {
        kind = Kind(rawValue: key) ?? .mean
        let isPair = kind == .difference || kind == .ratio
        if kind == .count {
            try yaml.refuse(others: ["count"])
            let count = try yaml.mapping("count", keys: Measure.countKeys)
            of = try count.strings("of")
            for name in of { try count.check(name, "of", among: names, what: "one of the measures before this one") }
            atLeast = count.has("at_least") ? try count.double("at_least") : nil
            atMost = count.has("at_most") ? try count.double("at_most") : nil
            countsSeeds = count.has("seeds") ? try count.flag("seeds") : false
            guard atLeast != nil || atMost != nil else { throw yaml.wrong("count", "needs at_least or at_most") }
            return
        }
        try yaml.refuse(others: isPair ? [key, "over"] : [key])
        of = try yaml.strings(key)
        for name in of { try yaml.check(name, key, among: names, what: "one of the measures before this one") }
        guard isPair else { return }
        guard of.count == 2 else { throw yaml.wrong(key, "is of \(of.count) measures, expected two: [a, b]") }
        summary = yaml.has("over") ? try yaml.word("over") : nil
    }
}
