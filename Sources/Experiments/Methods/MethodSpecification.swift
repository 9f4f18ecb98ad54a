internal import Interchange
internal import Recordings
public import Tuning

/// A tuning method as a lesson, a sweep or the command line asks for it.
public struct MethodSpecification: Sendable, Hashable {
    /// A family by its name.
    public struct Kind: RawRepresentable, Sendable, Hashable, CaseIterable {
        public let rawValue: String

        public init?(rawValue: String) {
            guard Self.families.contains(where: { $0.id == rawValue }) else { return nil }
            self.rawValue = rawValue
        }

        init(_ family: some MethodFamily) { rawValue = family.id }

        public static let promptTuning = Kind(PromptTuningFamily())
        public static let fullFineTuning = Kind(FullFineTuningFamily())
        public static let hardPrompt = Kind(HardPromptFamily())
        public static let bare = Kind(BareFamily())
        public static let mixedBatch = Kind(MixedBatchFamily())

        private static var families: [any MethodFamily] { MethodCatalogue.all + MethodCatalogue.comparisons }

        /// What a reader can train with.
        public static var allCases: [Kind] { MethodCatalogue.all.compactMap { Kind(rawValue: $0.id) } }

        public var family: any MethodFamily {
            guard let family = Self.families.first(where: { $0.id == rawValue }) else {
                preconditionFailure("a kind is made of a family of the catalogue")
            }
            return family
        }
    }

    public var kind: Kind
    public var settings: MethodSettings

    public init(_ kind: Kind, settings: MethodSettings = MethodSettings()) {
        self.kind = kind
        self.settings = settings
    }

    /// A soft prompt, or a method without virtual tokens.
    public init(_ kind: Kind, virtualTokens: Int, start: MethodSettings.Start = .sampledVocabulary) {
        self.init(kind)
        settings.virtualTokens = virtualTokens
        settings.start = start
    }

    /// The method itself.
    ///
    /// - Throws: An error that names the setting, or the word that the tokenizer does not know.
    public func method(for use: MethodUse) throws -> any TuningMethod {
        let method = try kind.family.method(settings, for: use)
        guard hasClassHead else { return method }
        let head = ClassificationHead(classes: use.classes)
        return Combination(((method as? Combination)?.parts ?? [method]) + [head])
    }

    /// Whether a head tells the answer, which is a class.
    var hasClassHead: Bool { settings.hasClassHead && kind.family.keys.contains(.hasClassHead) }

    var description: MethodDescription { kind.family.description(settings) }

    /// What a recording says of a run: enough to make the method again without the data.
    func description(for use: MethodUse) -> MethodDescription {
        var told = settings
        if kind.family.keys.contains(.start), case .classLabels(nil)? = settings.start { told.start = .classLabels(use.labels) }
        var described = kind.family.description(told)
        if hasClassHead {
            described.settings[MethodDescription.classes] = .list(
                use.classes.map { use.base.tokenizer.decode($0, skippingSpecialTokens: false) })
        }
        // A budget's schedule follows from the steps; told, a reader need not know how.
        if let adaptive = try? kind.family.method(settings, for: use) as? AdaLoRA {
            described.settings[MethodDescription.budgetStart] = .number(Double(adaptive.initialSteps))
            described.settings[MethodDescription.budgetEnd] = .number(Double(adaptive.finalSteps))
            described.settings[MethodDescription.budgetInterval] = .number(Double(adaptive.stepsBetweenCuts))
        }
        return described
    }
}
