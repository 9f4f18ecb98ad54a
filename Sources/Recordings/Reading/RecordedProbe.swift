/// What was measured of a run beside its steps. Reading one value reads only its part of the file.
public struct RecordedProbe: Sendable {
    public let description: ProbeDescription
    private let file: TensorFile

    init(_ file: TensorFile, description: ProbeDescription) {
        self.description = description
        self.file = file
    }

    public func has(_ name: ValueName) -> Bool { description.value(name) != nil }

    /// The numbers of a value.
    ///
    /// - Throws: ``RecordingError/address(_:)`` with names near this one if the probe does not hold it; an error that names the file if it
    ///   lacks it.
    public func value(_ name: ValueName) throws(RecordingError) -> RecordedValue {
        guard let value = description.value(name) else {
            let near = NearNames.of(name.rawValue, among: description.values.lazy.map(\.name.rawValue))
            throw .address(.unknownValue(name.rawValue, step: description.step, near: near))
        }
        let numbers = try file.floats(name.rawValue, shape: value.shape)
        return RecordedValue(
            name: name, shape: RecordedShape(.fixed(value.shape.first ?? 1), inner: Array(value.shape.dropFirst())),
            numbers: numbers)
    }

    /// The sequences that were measured on; `nil` for a probe without a batch.
    public func batch() throws(RecordingError) -> RecordedBatch? {
        guard description.split != nil else { return nil }
        let batch = try RecordedBatch { list throws(RecordingError) in try file.integers(list.rawValue) }
        if let flaw = batch.flaw { throw file.malformed("batch.tokens", "the batch is not sound: \(flaw)") }
        return batch
    }
}

extension RecordedProbe {
    /// How far a weight in 4 bits is off: the root mean square of its numbers' errors, by that of the numbers. For the probe
    /// ``ProbeDescription/quantisation``.
    public func relativeQuantisationError() throws(RecordingError) -> Double {
        let (before, after) = (try value(QuantisationValue.weights).numbers, try value(QuantisationValue.dequantised).numbers)
        var (errors, squares) = (0.0, 0.0)
        for (weight, held) in zip(before, after) {
            errors += Double(held - weight) * Double(held - weight)
            squares += Double(weight) * Double(weight)
        }
        return (errors / max(squares, .leastNormalMagnitude)).squareRoot()
    }
}
