/// Every step of a run: batch, loss, learning rate, and the trained parameters with their gradients and moments.
///
/// Step s is the state after s updates. Losses, gradients and the like exist for steps `0..<stepCount`, for each describes the
/// update that follows; parameters exist for `0...stepCount`.
public struct Journal: Sendable {
    /// How many updates were made.
    public let stepCount: Int
    /// The loss of each step's batch.
    public let losses: [Float]
    public let learningRates: [Float]
    /// The L2 norm of each step's gradient, before clipping.
    public let gradientNorms: [Float]
    /// In the order they were made.
    public let evaluations: [RecordedEvaluation]
    /// Which parameters the journal holds.
    public let parameters: [ParameterDescription]

    private let file: TensorFile
    private let batchOffsets: [RecordedBatch.List: [Int]]

    init(_ file: TensorFile, run: RunDescription, task: TaskDescription) throws(RecordingError) {
        let count = run.training.steps
        self.file = file
        stepCount = count
        losses = try file.floats(ValueName.loss.rawValue, shape: [count])
        learningRates = try file.floats(ValueName.learningRate.rawValue, shape: [count])
        gradientNorms = try file.floats(ValueName.gradientNorm.rawValue, shape: [count])
        parameters = run.parameters.filter(\.inJournal)
        for parameter in parameters {
            try file.require(parameter.name.rawValue, shape: [count + 1] + parameter.shape)
            for name in [parameter.name.gradient, parameter.name.firstMoment, parameter.name.secondMoment] {
                try file.require(name.rawValue, shape: [count] + parameter.shape)
            }
        }
        var offsets: [RecordedBatch.List: [Int]] = [:]
        for list in RecordedBatch.List.allCases {
            offsets[list] = try file.offsets(ofParts: count, of: list.rawValue)
        }
        batchOffsets = offsets
        evaluations = try Self.readEvaluations(file, splits: run.evaluatedSplits(of: task), steps: count)
    }

    /// The batch that a step learned from.
    ///
    /// - Parameter step: `0..<stepCount`.
    public func batch(atStep step: Int) throws(RecordingError) -> RecordedBatch {
        precondition((0..<stepCount).contains(step), "the journal has steps 0..<\(stepCount)")
        let batch = try RecordedBatch { list throws(RecordingError) in
            let offsets = batchOffsets[list] ?? []
            return try file.integers(list.rawValue, range: offsets[step]..<offsets[step + 1])
        }
        if let flaw = batch.flaw { throw file.malformed("batch.tokens", "the batch of step \(step) is not sound: \(flaw)") }
        return batch
    }

    /// A trained parameter after a number of updates: `0` is its start, `stepCount` what came out. `nil` if the journal does not
    /// hold it.
    public func parameter(_ name: ValueName, atStep step: Int) throws(RecordingError) -> RecordedValue? {
        try value(name, of: name, atStep: step, through: stepCount)
    }

    /// The gradient of a trained parameter at a step.
    public func gradient(of name: ValueName, atStep step: Int) throws(RecordingError) -> RecordedValue? {
        try value(name.gradient, of: name, atStep: step, through: stepCount - 1)
    }

    /// AdamW's average of a parameter's gradient, after a step.
    public func firstMoment(of name: ValueName, atStep step: Int) throws(RecordingError) -> RecordedValue? {
        try value(name.firstMoment, of: name, atStep: step, through: stepCount - 1)
    }

    /// AdamW's average of a parameter's squared gradient, after a step.
    public func secondMoment(of name: ValueName, atStep step: Int) throws(RecordingError) -> RecordedValue? {
        try value(name.secondMoment, of: name, atStep: step, through: stepCount - 1)
    }

    /// The evaluations of a split, by step.
    public func evaluations(ofSplit split: String) -> [RecordedEvaluation] { evaluations.filter { $0.split == split } }

    private func value(
        _ tensor: ValueName, of name: ValueName, atStep step: Int, through last: Int
    ) throws(RecordingError) -> RecordedValue? {
        guard let parameter = parameters.first(where: { $0.name == name }) else { return nil }
        precondition(step >= 0 && step <= last, "the journal has \(tensor) at steps 0...\(last)")
        let numbers = try file.floats(tensor.rawValue, range: step * parameter.count..<(step + 1) * parameter.count)
        return RecordedValue(name: tensor, shape: parameter.recordedShape, numbers: numbers)
    }

    private static func readEvaluations(
        _ file: TensorFile, splits: [String], steps: Int
    ) throws(RecordingError) -> [RecordedEvaluation] {
        typealias Name = RecordingLayout.Evaluations
        let at = try file.integers(Name.step)
        let split = try file.integers(Name.split, shape: [at.count])
        let loss = try file.floats(Name.loss, shape: [at.count])
        let accuracy = try file.floats(Name.accuracy, shape: [at.count])
        let example = try file.integers(Name.example)
        let count = example.count
        let target = try file.integers(Name.target, shape: [count])
        let targetProbability = try file.floats(Name.targetProbability, shape: [count])
        let isRight = try file.integers(Name.isRight, shape: [count])
        guard let width = file.shape(Name.tokens)?.last else { throw file.malformed(Name.tokens, "it is missing") }
        let tokens = try file.integers(Name.tokens, shape: [count, width])
        let probabilities = try file.floats(Name.probabilities, shape: [count, width])
        let offsets = try file.offsets(Name.predictionOffsets, parts: at.count, total: count)

        var evaluations: [RecordedEvaluation] = []
        for index in at.indices {
            guard (0...steps).contains(Int(at[index])) else {
                throw file.malformed(Name.step, "step \(at[index]) is not one of 0 to \(steps)")
            }
            guard splits.indices.contains(Int(split[index])) else {
                throw file.malformed(
                    Name.split, "\(split[index]) is not the place of one of the splits that the run is evaluated on")
            }
            let predictions = (offsets[index]..<offsets[index + 1]).map { row in
                RecordedPrediction(
                    example: Int(example[row]), target: target[row], targetProbability: targetProbability[row],
                    isRight: isRight[row] != 0, tokens: Array(tokens[row * width..<(row + 1) * width]),
                    probabilities: Array(probabilities[row * width..<(row + 1) * width]))
            }
            evaluations.append(
                RecordedEvaluation(
                    step: Int(at[index]), split: splits[Int(split[index])], loss: loss[index], accuracy: accuracy[index],
                    predictions: predictions))
        }
        return evaluations
    }
}

extension ParameterDescription {
    /// The shape as of a value: the first axis gives the rows.
    var recordedShape: RecordedShape { RecordedShape(.fixed(shape.first ?? 1), inner: Array(shape.dropFirst())) }
}
