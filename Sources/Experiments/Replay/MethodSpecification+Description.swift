internal import Interchange
public import Recordings
internal import Tuning

extension MethodSpecification {
    /// The method that a recording speaks of, told what its run was told.
    ///
    /// - Throws: ``ReplayError`` that names the method or the setting that this version of foreword does not know, or cannot read.
    public init(describedBy description: MethodDescription) throws(ReplayError) {
        guard let kind = Kind(rawValue: description.id) else { throw .unknownMethod(description.id) }
        self.init(kind)
        let keys = kind.family.keys
        var known = Set(keys.map(\.rawValue))
        if keys.contains(.start) { known.formUnion(["deviation", "initial_text", MethodDescription.labels]) }
        if keys.contains(.hasClassHead) { known.insert(MethodDescription.classes) }
        if keys.contains(.targetRank) {
            known.formUnion([
                MethodDescription.budgetStart, MethodDescription.budgetEnd, MethodDescription.budgetInterval,
            ])
        }
        if let other = description.settings.keys.sorted().first(where: { !known.contains($0) }) {
            throw .setting(method: description.id, key: other, problem: "this version of foreword does not know it")
        }
        let told = ToldSettings(description: description)
        settings.virtualTokens = try told.count(.virtualTokens) ?? settings.virtualTokens
        settings.start = try told.start
        settings.template = try told.text(.template)
        settings.projectionWidth = try told.count(.projectionWidth)
        if let encoder = try told.text(.encoder) {
            guard let encoder = MethodSettings.Encoder(rawValue: encoder) else {
                throw told.wrong(MethodSettings.Key.encoder.rawValue, "mlp or lstm")
            }
            settings.encoder = encoder
        }
        settings.encoderWidth = try told.count(.encoderWidth)
        settings.encoderLayers = try told.count(.encoderLayers) ?? settings.encoderLayers
        settings.rank = try told.count(.rank) ?? settings.rank
        settings.alpha = try told.number(MethodSettings.Key.alpha.rawValue)
        settings.isRankStabilised = try told.flag(.isRankStabilised)
        settings.targets = try told.text(.targets)?.split(separator: " ").map(String.init)
        settings.targetRank = try told.count(.targetRank)
        settings.text = try told.text(.text)
        settings.adapters = try told.text(.adapters)?.split(separator: " ").map(String.init) ?? []
        settings.hasClassHead = try told.flag(.hasClassHead)
    }
}

extension MethodUse {
    /// The use that a recorded run made of its method.
    ///
    /// Of classes only the number matters to what is computed: the batches in the journal have the class of each example already.
    init(of run: RunDescription, on base: BaseModel, adapters: [MixedAdapters.Adapter] = []) {
        let classes = run.method.settings[MethodDescription.classes]?.list ?? []
        self.init(
            base: base, steps: run.training.steps, labels: run.method.settings[MethodDescription.labels]?.list ?? [],
            classes: classes.map { (try? base.tokenizer.encode($0)) ?? [] }, adapters: adapters)
    }
}

/// The settings of a method as a recording has them.
private struct ToldSettings {
    let description: MethodDescription

    func wrong(_ key: String, _ expected: String) -> ReplayError {
        .setting(method: description.id, key: key, problem: "expected \(expected)")
    }

    func number(_ key: String) throws(ReplayError) -> Double? {
        switch description.settings[key] {
        case nil: return nil
        case .number(let number)?: return number
        default: throw wrong(key, "a number")
        }
    }

    func count(_ key: MethodSettings.Key) throws(ReplayError) -> Int? {
        guard let number = try number(key.rawValue) else { return nil }
        guard let count = Int(exactly: number), count >= 1, count <= 1 << 24 else {
            throw wrong(key.rawValue, "a whole number from 1")
        }
        return count
    }

    func text(_ key: String) throws(ReplayError) -> String? {
        switch description.settings[key] {
        case nil: return nil
        case .text(let text)?: return text
        default: throw wrong(key, "a text")
        }
    }

    func text(_ key: MethodSettings.Key) throws(ReplayError) -> String? { try text(key.rawValue) }

    func flag(_ key: MethodSettings.Key) throws(ReplayError) -> Bool {
        switch description.settings[key.rawValue] {
        case nil: return false
        case .flag(let flag)?: return flag
        default: throw wrong(key.rawValue, "true or false")
        }
    }

    var start: MethodSettings.Start? {
        get throws(ReplayError) {
            guard let word = try text(.start) else { return nil }
            switch MethodSettings.Start.Kind(rawValue: word) {
            case .random?: return .random(deviation: try number("deviation") ?? 1)
            case .sampledVocabulary?: return .sampledVocabulary
            case .text?: return .text(try text("initial_text") ?? "")
            case .classLabels?: return .classLabels(description.settings[MethodDescription.labels]?.list)
            case nil:
                throw wrong(MethodSettings.Key.start.rawValue, "random, sampled-vocabulary, text or class-labels")
            }
        }
    }
}
