/// The values of one step. Reading one value reads only its part of the file.
public struct RecordedFrame: Sendable {
    public let step: Int
    /// What was computed.
    public let phases: [RecordedPhase]
    /// Whose batch it is: a split's id; the step's own training batch if there is none.
    public let split: String?
    /// Where each sequence of a mixed batch comes from; `nil` in all other frames.
    public let sequences: [SequenceDescription]?
    public let batch: RecordedBatch

    private let file: TensorFile
    private let graph: GraphDescription
    private let nodes: [ValueName: NodeDescription]
    private let run: String

    init(
        _ file: TensorFile, description: FrameDescription, graph: GraphDescription, run: String
    ) throws(RecordingError) {
        step = description.step
        phases = description.phases
        split = description.split
        sequences = description.sequences
        self.file = file
        self.graph = graph
        nodes = Dictionary(graph.nodes.map { ($0.name, $0) }) { first, _ in first }
        self.run = run
        var batch = try RecordedBatch { list throws(RecordingError) in try file.integers(list.rawValue) }
        if file.shape(RecordedBatch.adaptersTensor) != nil {
            batch.adapters = try file.integers(RecordedBatch.adaptersTensor)
        }
        if let flaw = batch.flaw { throw file.malformed("batch.tokens", "the batch is not sound: \(flaw)") }
        self.batch = batch
    }

    /// The values it holds, in the order they were computed.
    public var names: [ValueName] { graph.nodes.map(\.name).filter(has) }

    public func has(_ name: ValueName) -> Bool { nodes[name] != nil && file.shape(name.rawValue) != nil }

    /// The numbers of a value.
    ///
    /// - Throws: ``RecordingError/address(_:)`` with names near this one if the frame does not hold it.
    public func value(_ name: ValueName) throws(RecordingError) -> RecordedValue {
        guard let node = nodes[name], file.shape(name.rawValue) != nil else {
            let near = NearNames.of(name.rawValue, among: names.lazy.map(\.rawValue))
            throw .address(.unknownValue(name.rawValue, step: step, near: near))
        }
        let rows = batch.rowCount(node.shape.rows)
        let numbers = try file.floats(name.rawValue, shape: [rows] + node.shape.inner)
        return RecordedValue(name: name, shape: node.shape, numbers: numbers, batch: batch)
    }
}
