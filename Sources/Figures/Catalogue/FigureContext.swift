internal import Drawing
internal import Recordings

/// What a figure draws from and with.
struct FigureContext {
    let figure: String
    let recording: Recording
    let options: FigureOptions
    let type: Typesetter

    /// The width left between the margins, px.
    var room: Double { Sheet.room(in: options.width) }

    // MARK: What is shown

    /// The run of a figure that shows one: the first that is asked for, or the first that suits.
    func run(where suits: (RecordedRun) -> Bool = { _ in true }, otherwise lack: String = "trains no soft prompt") throws
        -> RecordedRun
    {
        if let id = options.runs.first {
            let run = try recording.run(id)
            guard suits(run) else { throw bad("run", "\(id) \(lack) (\(run.description.method.id))") }
            return run
        }
        guard let run = recording.runs.first(where: suits) else { throw lacking("it has no run that suits") }
        return run
    }

    /// The run whose soft prompt is shown.
    ///
    /// - Parameter besideWords: Whether it is shown beside the embeddings of words: the recording has those of its main model alone.
    func promptRun(besideWords: Bool = false) throws -> RecordedRun {
        if besideWords, let id = options.runs.first, try !recording.run(id).isOfMainModel {
            throw bad("run", "\(id) is of another model than the one whose embeddings were kept")
        }
        return try run { $0.hasSoftPrompt && ($0.isOfMainModel || !besideWords) }
    }

    /// The run that is asked for, or the first that trains a part and has a frame with all of the values.
    func run(training part: TrainedPart, holding names: (RecordedRun) -> [ValueName]) throws -> RecordedRun {
        let suits = recording.runs.filter(part.isTrained)
        if options.runs.isEmpty, let run = try suits.first(where: { try $0.hasFrame(holding: names($0)) }) { return run }
        return try run(where: part.isTrained, otherwise: "does not train \(part.name)")
    }

    /// The runs of a figure that compares runs of one model on one task: those asked for, or all that are like the first that was trained.
    func comparableRuns() throws -> [RecordedRun] {
        if !options.runs.isEmpty { return try options.runs.map { try recording.run($0) } }
        guard let first = recording.runs.first(where: { $0.journal.stepCount > 0 }) else { return recording.runs }
        return recording.runs.filter {
            $0.model.name == first.model.name && $0.task.id == first.task.id && $0.journal.stepCount > 0
        }
    }

    /// The frame that is asked for, or the last that holds all of the values.
    func frame(of run: RecordedRun, holding names: [ValueName]) throws -> RecordedFrame {
        if let step = options.step {
            guard let frame = try run.frame(step: step) else {
                let steps = run.description.frames.map { String($0.step) }.joined(separator: ", ")
                throw bad("step", "run \(run.id) has frames of steps \(steps), and none of \(step)")
            }
            if let name = names.first(where: { !frame.has($0) }) { throw lacking("the frame of step \(step) has no \(name)") }
            return frame
        }
        for description in run.description.frames.reversed() {
            if let frame = try run.frame(step: description.step), names.allSatisfy(frame.has) { return frame }
        }
        throw lacking("no frame of run \(run.id) holds \(names.map(\.rawValue).joined(separator: ", "))")
    }

    /// Which sequence of a frame's batch is shown.
    func example(of frame: RecordedFrame) throws -> Int {
        let example = options.example ?? 0
        guard (0..<frame.batch.sequenceCount).contains(example) else {
            throw bad(
                "example", "the frame of step \(frame.step) has examples 0 to \(frame.batch.sequenceCount - 1), and no \(example)"
            )
        }
        return example
    }

    // MARK: What goes wrong

    func lacking(_ reason: String) -> FigureError { .cannotShow(figure: figure, reason: reason) }
    func bad(_ option: String, _ problem: String) -> FigureError { .badOption(figure: figure, option: option, problem: problem) }

    /// Stops the drawing where the recorded numbers contradict what the figure says.
    func require(_ holds: Bool, _ invariant: @autoclosure () -> String) throws {
        if !holds { throw FigureError.violated(figure: figure, invariant: invariant()) }
    }

    // MARK: What is written

    /// The line under a figure that says where its numbers come from: `model 3f2a… · prompt tuning, P = 8 · seed 7 · step 120`.
    func provenance(_ run: RecordedRun, step: Int? = nil) -> Localised {
        let model = run.model
        let hash = String(model.weightsSha256.prefix(8))
        let (seed, description) = (run.description.seed, run.description)
        let length = description.method.virtualTokens.map { "P = \($0)" }
        func line(_ model: String, _ method: String, comma: String, _ seedWord: String, _ stepText: String?) -> String {
            ([model, [method, length].compactMap { $0 }.joined(separator: comma), "\(seedWord) \(seed)"]
                + [stepText].compactMap { $0 })
                .joined(separator: " · ")
        }
        let steps = step.map { NumberFormat.whole($0) }
        return Localised(
            en: line(
                "model \(model.name) \(hash)…", description.method.name.english, comma: ", ", "seed", steps.map { "step \($0)" }),
            zhHans: line(
                "模型 \(model.name) \(hash)…", description.method.name.chinese, comma: "，", "种子", steps.map { "第 \($0) 步" }))
    }
}

extension Localised {
    init(_ text: BilingualText) { self.init(en: text.english, zhHans: text.chinese) }
}

extension RecordedRun {
    /// Whether one of its frames holds all of the values.
    func hasFrame(holding names: [ValueName]) throws(RecordingError) -> Bool {
        for description in description.frames.reversed() {
            if let frame = try frame(step: description.step), names.allSatisfy(frame.has) { return true }
        }
        return false
    }
}

extension Address {
    /// The address as text, as marks carry it.
    var text: String { description }
}
