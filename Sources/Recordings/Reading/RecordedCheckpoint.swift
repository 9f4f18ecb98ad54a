/// Trained parameters after a number of updates, and what the optimizer remembers of them: what a run needs to go on. Reading one reads
/// only its part of the file.
public struct RecordedCheckpoint: Sendable {
    /// After how many updates.
    public let step: Int
    private let file: TensorFile
    private let parameters: [ParameterDescription]

    init(_ file: TensorFile, step: Int, parameters: [ParameterDescription]) {
        self.step = step
        self.file = file
        self.parameters = parameters
    }

    /// The names of what it holds, sorted.
    public var names: [ValueName] { file.names.map { ValueName($0) } }

    /// The numbers of a parameter, or of what the optimizer remembers of it, such as `optimizer/<parameter>.first-moment`.
    ///
    /// - Throws: ``RecordingError/address(_:)`` with names near this one if it is neither; an error that names the file if it lacks it.
    public func value(_ name: ValueName) throws(RecordingError) -> RecordedValue {
        let subject = name.stateSubject ?? name.subject ?? name
        guard let parameter = parameters.first(where: { $0.name == subject }) else {
            let near = NearNames.of(subject.rawValue, among: parameters.lazy.map(\.name.rawValue))
            throw .address(.unknownValue(name.rawValue, step: step, near: near))
        }
        let numbers = try file.floats(name.rawValue, shape: parameter.shape)
        return RecordedValue(name: name, shape: parameter.recordedShape, numbers: numbers)
    }
}
