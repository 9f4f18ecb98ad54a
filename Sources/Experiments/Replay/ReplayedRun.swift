public import Autodiff
internal import Interchange
public import LinearAlgebra
public import Recordings
public import Tuning

/// A recorded run of which every value of every step can be had: read where it was kept, else computed again, bit for bit.
///
/// ```swift
/// let recording = try Recording(opening: folder, checking: .onUse)
/// let run = try ReplayedRun(nil, of: recording)
/// let weights = try run.values(atStep: 120).value("block.0.attention.weights")
/// ```
///
/// Opening decodes the graph and lays out memory once; a step then takes the time of computing it. For parameters that are too large
/// for the journal, the steps since the nearest checkpoint before it are taken as well, so that going forward is quick, and going
/// back takes up to the distance between checkpoints.
public final class ReplayedRun {
    public let recording: Recording
    public let run: RecordedRun
    /// What was computed from what, as recorded.
    public let graphDescription: GraphDescription
    /// The base model; `nil` where ``obstacle`` says why.
    public let base: BaseModel?
    /// Why nothing can be computed again; `nil` if all can. What was kept can be read all the same.
    public let obstacle: (any Error)?
    let replay: RunReplay?
    private let nodes: [ValueName: NodeDescription]
    /// The frame that was asked for last: its file is compared with its hash once.
    private var lastFrame: RecordedFrame?

    /// - Parameters:
    ///   - id: The run; may be left out where there is one.
    ///   - base: The model it started from, if it is loaded already; else it is looked for.
    /// - Throws: ``RecordingError`` if there is no such run, or its graph cannot be read.
    public init(
        _ id: String? = nil, of recording: Recording, base: BaseModel? = nil, pool: WorkerPool = WorkerPool(threads: 1)
    ) throws(RecordingError) {
        let run = try recording.run(id)
        let graph = try run.graph()
        var obstacle: (any Error)?
        var model: BaseModel?
        var replay: RunReplay?
        do {
            let described = run.model
            let found = try Self.base(of: run, in: recording, given: base)
            guard found.weightsHash.hex == described.weightsSha256 else {
                throw ReplayError.modelDiffers(found.name, found: found.weightsHash.hex, recorded: described.weightsSha256)
            }
            model = found
            replay = try RunReplay(
                run, graph: graph, on: found, adapters: try Self.adapters(of: run, in: recording, on: found, pool: pool),
                pool: pool)
        } catch { obstacle = error }
        self.recording = recording
        self.run = run
        graphDescription = graph
        nodes = Dictionary(graph.nodes.map { ($0.name, $0) }) { first, _ in first }
        self.base = replay?.setup.base ?? model
        self.obstacle = obstacle
        self.replay = replay
    }

    /// The base model of a run. One that is given serves if it is the run's; of a recording of several models it need not be.
    private static func base(of run: RecordedRun, in recording: Recording, given base: BaseModel?) throws(ReplayError)
        -> BaseModel
    {
        if let base, base.weightsHash.hex == run.model.weightsSha256 || recording.description.allModels.count == 1 { return base }
        return try BaseModel(of: recording, run: run)
    }

    /// What other runs trained, as their last update left it, where the run mixes them.
    private static func adapters(
        of run: RecordedRun, in recording: Recording, on base: BaseModel, pool: WorkerPool
    ) throws -> [MixedAdapters.Adapter] {
        let description = run.description.method
        guard description.id == MethodSpecification.Kind.mixedBatch.rawValue else { return [] }
        return try MethodSpecification(describedBy: description).settings.adapters.map { id in
            let other = try recording.run(id)
            let kind = try MethodSpecification(describedBy: other.description.method).kind
            if let flaw = MixedPart.flaw(kind, of: other.model.name, on: run.model.name) {
                throw ExperimentError.adapterUnfit(id, run: run.id, reason: flaw)
            }
            let replay = try RunReplay(other, graph: other.graph(), on: base, pool: pool)
            let parameters = try replay.parameters(atStep: other.journal.stepCount)
            return kind == .bare ? .none : MixedAdapters.Adapter(replay.setup.method, parameters: parameters)
        }
    }

    /// The graph with its operations; `nil` where nothing can be computed again.
    public var graph: Graph? { replay?.setup.training.graph }

    /// What was trained, as it was told; `nil` where nothing can be computed again.
    public var method: (any TuningMethod)? { replay?.setup.method }

    /// The steps whose values can be asked for, the state behind the last update included.
    public var steps: ClosedRange<Int> { 0...run.journal.stepCount }

    /// How many steps were computed since it was opened.
    public var computedSteps: Int { replay?.computedSteps ?? 0 }

    /// What the graph says of a value.
    public func node(_ name: ValueName) -> NodeDescription? { nodes[name] }

    /// Where a value stands in the graph with operations; `nil` for an unknown name.
    public func graphValue(_ name: ValueName) -> Value? { graph?.value(named: name.rawValue) }

    /// Whether a value is a weight of the base model that the run does not train.
    public func isFrozen(_ name: ValueName) -> Bool {
        nodes[name]?.isParameter == true && base?.parameters[name.rawValue] != nil && !run.description.isTrained(name)
    }

    /// Why values computed here need not have the recorded bits: they were recorded by other kernels; `nil` if by the same.
    public var otherArithmetic: String? {
        let (recorded, here) = (recording.description.provenance.arithmetic, Arithmetic.current.recorded)
        guard recorded != here else { return nil }
        return "It was recorded with \(recorded), and here is \(here): the same numbers to rounding, not bit for bit."
    }

    /// Whether the method sets numbers of a parameter to 0 after the optimizer's update, as AdaLoRA does with singular values.
    func isCut(_ name: ValueName) -> Bool { run.description.method.id.hasPrefix("adalora") && name.rawValue.hasSuffix(".lora_E") }

    /// What was kept of a step; `nil` if nothing was.
    public func frame(step: Int) throws(RecordingError) -> RecordedFrame? {
        if let lastFrame, lastFrame.step == step { return lastFrame }
        guard let frame = try run.frame(step: step) else { return nil }
        lastFrame = frame
        return frame
    }

    /// All values of a step: what a frame kept, and all else computed again when it is asked for.
    ///
    /// - Parameters:
    ///   - step: After how many updates. Of the state behind the last one there is a forward pass, if a frame keeps its batch.
    ///   - recomputing: Whether values are computed again even where they were kept.
    /// - Throws: ``RecordingError/address(_:)`` for a step that the run does not have, ``ReplayError/noUpdate(step:run:)`` for the last
    ///   state without a frame; an error of the frame's file.
    public func values(atStep step: Int, recomputing: Bool = false) throws -> StepValues {
        guard steps.contains(step) else { throw RecordingError.address(.stepOutOfRange(step, run: run.id, steps: steps)) }
        let frame = try frame(step: step)
        guard frame != nil || step < run.journal.stepCount else { throw ReplayError.noUpdate(step: step, run: run.id) }
        if recomputing, replay == nil, let obstacle { throw obstacle }
        return try StepValues(
            of: self, step: step, frame: recomputing ? nil : frame, batch: try frame?.batch ?? run.journal.batch(atStep: step),
            split: frame?.split)
    }
}
