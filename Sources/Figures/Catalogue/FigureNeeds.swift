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
    /// Whether a run with a soft prompt in its journal is needed.
    public var softPrompt: Bool
    /// Whether the base model's token embeddings are needed.
    public var embeddings: Bool
    /// What else a recording may lack, in words; `nil` if nothing.
    public var check: @Sendable (Recording) throws(RecordingError) -> String?

    public init(
        moments: Set<Moment> = [], values: @escaping @Sendable (ModelConfiguration) -> [ValueName] = { _ in [] },
        softPrompt: Bool = false, embeddings: Bool = false,
        check: @escaping @Sendable (Recording) throws(RecordingError) -> String? = { _ in nil }
    ) {
        self.moments = moments
        self.values = values
        self.softPrompt = softPrompt
        self.embeddings = embeddings
        self.check = check
    }

    /// What a recording lacks; `nil` if it has everything.
    public func lack(in recording: Recording) throws(RecordingError) -> String? {
        var candidates = softPrompt ? recording.runs.filter(\.hasSoftPrompt) : recording.runs
        if candidates.isEmpty {
            return softPrompt ? "it has no run that trains a soft prompt in front of the text" : "it has no runs"
        }
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
