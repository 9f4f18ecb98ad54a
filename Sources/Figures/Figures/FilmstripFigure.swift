internal import Drawing
internal import Recordings

extension Figure {
    /// The chosen frames of a training step, from the tokens to the updated parameter.
    static let filmstrip = Figure(
        id: "filmstrip",
        question: Localised(en: "One training step, frame by frame", zhHans: "一个训练步，逐帧来看"),
        needs: FigureNeeds(
            also: Localised(en: "a frame of a training step with every value", zhHans: "一个训练步的帧，含全部取值"),
            check: { recording throws(RecordingError) in
                var lack = "no run of it has a frame of a training step"
                for run in recording.runs {
                    let graph = try run.graph()
                    for description in run.description.frames where description.phases.contains(.optimizer) {
                        guard let frame = try run.frame(step: description.step) else { continue }
                        guard let missing = try FilmstripChoice.missing(in: frame, of: run, graph: graph, recording) else {
                            return nil
                        }
                        lack = "the frame of step \(frame.step) of run \(run.id) has no \(missing)"
                    }
                }
                return lack
            })
    ) { context in
        let run = try FilmstripChoice.run(context)
        let frame = try FilmstripChoice.frame(context, of: run)
        let step = try KeptStep(frame, of: run, in: context.recording)
        let drawing = try ShotDrawing(context, step: step)
        let journal = Double(run.journal.losses[step.step])
        if let loss = try step.value(.loss)?.numbers.first {
            try context.require(
                Double(loss) == journal, "the loss of step \(step.step) is \(loss) in its frame, and \(journal) in the journal")
        }
        return try FilmstripDrawing(drawing).sheet()
    }
}

/// Which frame of a recording holds what a filmstrip shows.
private enum FilmstripChoice {
    /// A value that is shown and not kept; `nil` if all are.
    static func missing(
        in frame: RecordedFrame, of run: RecordedRun, graph: GraphDescription, layer: Int = 0, _ recording: Recording
    ) throws(RecordingError) -> ValueName? {
        let storyboard = Storyboard(
            graph, run: run.description, layers: recording.description.model.configuration.layers, layer: layer,
            hasWords: try recording.vocabularyEmbeddings() != nil)
        guard let parameter = storyboard.parameter else { return run.description.parameters.first?.name.updated ?? .loss }
        let isJournalled = run.journal.parameters.contains { $0.name == parameter }
        let journalled: Set<ValueName> =
            isJournalled ? [parameter, parameter.gradient, parameter.firstMoment, parameter.secondMoment] : []
        let shown = storyboard.keyShots.compactMap { storyboard.shots[$0].value } + [parameter, parameter.gradient]
        return shown.first { !frame.has($0) && !journalled.contains($0) }
    }

    private static func frames(_ run: RecordedRun, _ context: FigureContext) throws -> [RecordedFrame] {
        let graph = try run.graph()
        return try run.description.frames.filter { $0.phases.contains(.optimizer) }.compactMap {
            guard let frame = try run.frame(step: $0.step) else { return nil }
            let layer = context.options.layer ?? 0
            return try missing(in: frame, of: run, graph: graph, layer: layer, context.recording) == nil ? frame : nil
        }
    }

    static func run(_ context: FigureContext) throws -> RecordedRun {
        if let id = context.options.runs.first { return try context.recording.run(id) }
        for run in context.recording.runs where try !frames(run, context).isEmpty { return run }
        throw context.lacking(
            "no frame of it keeps layer \(context.options.layer ?? 0) as a filmstrip shows it; take figure walkthrough")
    }

    static func frame(_ context: FigureContext, of run: RecordedRun) throws -> RecordedFrame {
        let frames = try frames(run, context)
        guard let step = context.options.step else {
            guard let last = frames.last else {
                throw context.lacking("no frame of run \(run.id) keeps what a filmstrip shows; take figure walkthrough")
            }
            return last
        }
        guard let frame = frames.first(where: { $0.step == step }) else {
            let steps = frames.map { String($0.step) }.joined(separator: ", ")
            throw context.bad(
                "step",
                "run \(run.id) keeps what a filmstrip shows of steps \(steps.isEmpty ? "none" : steps), and not of \(step)")
        }
        return frame
    }
}
