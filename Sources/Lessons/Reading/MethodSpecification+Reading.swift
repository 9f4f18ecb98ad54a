internal import Experiments

extension MethodSpecification {
    /// The keys that say which method, and what it is told: the same in lessons and in sweeps.
    static let yamlKeys = Set(MethodSettings.Key.allCases.filter { $0 != .adapters }.map(\.rawValue)).union([
        "method", "deviation", "initial_text", "labels",
    ])

    init(_ yaml: YAMLMapping) throws(LessonError) {
        self.init(try yaml.word("method"))
        for key in MethodSettings.Key.allCases where yaml.has(key.rawValue) && !kind.family.keys.contains(key) {
            throw yaml.wrong(key.rawValue, "does not go with the method \(kind.rawValue)")
        }
        func has(_ key: MethodSettings.Key) -> Bool { yaml.has(key.rawValue) }
        func count(_ key: MethodSettings.Key) throws(LessonError) -> Int { try yaml.integer(key.rawValue, atLeast: 1) }
        if has(.virtualTokens) { settings.virtualTokens = try count(.virtualTokens) }
        if has(.start) {
            let word: MethodSettings.Start.Kind = try yaml.word(MethodSettings.Key.start.rawValue)
            switch word {
            case .random: settings.start = .random(deviation: yaml.has("deviation") ? try yaml.double("deviation") : 1)
            case .sampledVocabulary: settings.start = .sampledVocabulary
            case .text: settings.start = .text(try yaml.string("initial_text"))
            case .classLabels: settings.start = .classLabels(yaml.has("labels") ? try yaml.strings("labels") : nil)
            }
        }
        if has(.template) { settings.template = try yaml.string(MethodSettings.Key.template.rawValue) }
        if has(.projectionWidth) { settings.projectionWidth = try count(.projectionWidth) }
        if has(.encoder) { settings.encoder = try yaml.word(MethodSettings.Key.encoder.rawValue) }
        if has(.encoderWidth) { settings.encoderWidth = try count(.encoderWidth) }
        if has(.encoderLayers) { settings.encoderLayers = try count(.encoderLayers) }
        if has(.rank) { settings.rank = try count(.rank) }
        if has(.alpha) { settings.alpha = try yaml.double(MethodSettings.Key.alpha.rawValue) }
        if has(.isRankStabilised) { settings.isRankStabilised = try yaml.flag(MethodSettings.Key.isRankStabilised.rawValue) }
        if has(.targets) { settings.targets = try yaml.strings(MethodSettings.Key.targets.rawValue) }
        if has(.targetRank) { settings.targetRank = try count(.targetRank) }
        if has(.text) { settings.text = try yaml.string(MethodSettings.Key.text.rawValue) }
        if has(.hasClassHead) { settings.hasClassHead = try yaml.flag(MethodSettings.Key.hasClassHead.rawValue) }
    }
}
