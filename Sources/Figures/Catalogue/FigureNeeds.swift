public import Drawing
public import Recordings

/// What a figure needs of a recording, so that an experiment records just that, and a list can say what a recording can show.
public struct FigureNeeds: Sendable {
    /// A step of a run whose frame is needed.
    public enum Moment: Hashable, Sendable, CaseIterable {
        /// Before the first update.
        case start
        /// After the last update.
        case end
    }

    /// Which steps' frames are needed.
    public var moments: Set<Moment>
    /// Which values these frames hold, given the sizes of the model.
    public var values: @Sendable (ModelConfiguration) -> [ValueName]
    /// What a run is needed that trains it; nil for any run.
    public var trained: TrainedPart?
    /// Whether the base model's token embeddings are needed.
    public var embeddings: Bool
    /// What else a recording may lack, in words; `nil` if nothing.
    public var check: @Sendable (Recording) throws(RecordingError) -> String?
    /// What ``check`` asks for, in words, before a recording is there: `several runs`.
    public var also: Localised?

    public init(
        moments: Set<Moment> = [], values: @escaping @Sendable (ModelConfiguration) -> [ValueName] = { _ in [] },
        softPrompt: Bool = false, trained: TrainedPart? = nil, embeddings: Bool = false,
        also: Localised? = nil, check: (@Sendable (Recording) throws(RecordingError) -> String?)? = nil
    ) {
        self.moments = moments
        self.values = values
        self.trained = trained ?? (softPrompt ? .softPrompt : nil)
        self.embeddings = embeddings
        self.check = check ?? { _ in nil }
        self.also =
            also ?? (check == nil ? nil : Localised(en: "more, named where a recording lacks it", zhHans: "其他内容（记录缺少时会指明）"))
    }

    /// What a recording must hold, in words, for a list.
    public var words: Localised {
        var parts: [Localised] = []
        if let trained { parts.append(trained.words) }
        if let also { parts.append(also) }
        // The names of one layer stand for those of all.
        let model = ModelConfiguration(layers: 1, heads: 1, width: 1, innerWidth: 1, vocabularySize: 1, context: 1)
        let names = values(model).map { $0.rawValue.replacing("block.0.", with: "block.*.") }
        if !moments.isEmpty, !names.isEmpty {
            let (en, zhHans) =
                moments.count == 2
                ? ("before the first and after the last update", "第一次更新前和最后一次更新后")
                : moments.contains(.start) ? ("before the first update", "第一次更新前") : ("after the last update", "最后一次更新后")
            parts.append(
                Localised(
                    en: "a frame \(en) with \(names.joined(separator: ", "))",
                    zhHans: "\(zhHans)的帧，含 \(names.joined(separator: "、"))"))
        }
        if embeddings { parts.append(Localised(en: "the model’s token embeddings", zhHans: "模型的 token 嵌入")) }
        guard !parts.isEmpty else { return Localised(en: "a run", zhHans: "一次运行") }
        return Localised(
            en: parts.map(\.en).joined(separator: "; "), zhHans: parts.map(\.zhHans).joined(separator: "；"))
    }

    /// What a recording lacks; `nil` if it has everything.
    public func lack(in recording: Recording) throws(RecordingError) -> String? {
        var candidates = recording.runs.filter { trained?.isTrained(by: $0) ?? true }
        if candidates.isEmpty { return trained.map { "it has no run that trains \($0.name)" } ?? "it has no runs" }
        if embeddings, try recording.vocabularyEmbeddings() == nil { return "it was made without the model's token embeddings" }
        if embeddings {
            candidates = candidates.filter(\.isOfMainModel)
            if candidates.isEmpty { return "it has such runs only of other models than the one whose token embeddings were kept" }
        }
        if let lack = try check(recording) { return lack }
        guard !moments.isEmpty else { return nil }
        var lack: String?
        for run in candidates {
            lack = try self.lack(of: values(run.model.configuration), in: run)
            if lack == nil { return nil }
        }
        return lack
    }

    private func lack(of names: [ValueName], in run: RecordedRun) throws(RecordingError) -> String? {
        guard !names.isEmpty else { return nil }
        for moment in Moment.allCases where moments.contains(moment) {
            let step = moment == .start ? 0 : run.journal.stepCount
            guard let frame = try run.frame(step: step) else { return "run \(run.id) has no frame of step \(step)" }
            if let name = names.first(where: { !frame.has($0) }) {
                return "the frame of step \(step) of run \(run.id) has no \(name)"
            }
        }
        return nil
    }
}

extension RecordedRun {
    /// Whether the run trained rows in front of the text, and its journal has them.
    var hasSoftPrompt: Bool {
        // In a template, virtual tokens stand among the words and have no rows of their own kind.
        journal.parameters.contains { $0.name == .softPrompt } && description.method.settings["template"] == nil
    }
}
