internal import Autodiff
public import Foundation
public import Interchange
public import LinearAlgebra
internal import Transformer
internal import Tuning

/// Everything that one batch makes of a model, in the names, shapes and padded order of Hugging Face Transformers and PEFT: for
/// comparing with another implementation.
///
/// | tensor | shape | |
/// |---|---|---|
/// | `input_ids`, `attention_mask`, `labels` | [B, T] | as given |
/// | `logits` | [B, R, V] | R = P + T behind a soft prompt of P rows, else T |
/// | `hidden/i` | [B, R, d] | what enters block i; the last one is behind the final normalisation |
/// | `attention/i` | [B, H, R, K] | K = P + T behind a soft prompt or a prefix, else T |
/// | `loss` | [1] | mean cross-entropy of the counted labels, with the method's penalty |
/// | `start/…`, `gradient/…` | as PEFT's | trained parameters and the gradient of the loss |
/// | `after-1/…`, `after-N/…` | as PEFT's | after steps of AdamW on the same batch |
/// | `step-s/…lora_E…` | [r, 1] | AdaLoRA's singular values after each step |
/// | `losses` | [N] | before each step |
///
/// Rows at padding are 0.
public struct Trace: Sendable {
    public private(set) var tensors: [String: Tensor] = [:]
    /// `steps`, `lr`, `weight_decay` and `trainable`, the count of trained numbers.
    public let metadata: [String: String]
    /// Mean loss of the batch; `nil` without labels.
    public private(set) var loss: Float?
    /// Before each step.
    public private(set) var losses: [Float] = []
    /// The count of trained numbers.
    public let trainedCount: Int

    /// Writes a safetensors file.
    public func write(to url: URL) throws(InterchangeError) {
        try SafetensorsFile.write(tensors, metadata: metadata, to: url)
    }

    /// Computes a trace.
    ///
    /// - Throws: An error of one sentence: ``InterchangeError`` that names the file and the tensor, or what the method refuses.
    public init(_ request: TraceRequest, pool: WorkerPool = WorkerPool()) throws {
        try self.init(request, pool: pool, placesVirtualTokens: nil)
    }

    /// - Parameter placesVirtualTokens: Whether a soft prompt has rows of its own in every sequence; `nil` for where a label needs it.
    init(_ request: TraceRequest, pool: WorkerPool, placesVirtualTokens: Bool?) throws {
        let weights = try LoadedWeights(of: ModelFolder(opening: request.model))
        let input = try SafetensorsFile(reading: request.input)
        let traced = try TracedMethod.resolve(request, input: input, weights)
        let padded = try PaddedBatch(reading: input, vocabularySize: weights.model.vocabularySize)
        let run = try TraceRun(
            traced, of: padded, on: weights, file: input.file, placesVirtualTokens: placesVirtualTokens, pool: pool)
        guard request.steps >= 0, request.learningRate.isFinite, request.weightDecay.isFinite else {
            throw InterchangeError("steps, learning rate and weight decay must be finite numbers, and steps from 0")
        }
        if request.steps > 0 {
            guard padded.labels != nil else {
                throw InterchangeError(
                    file: input.file,
                    "it holds no labels, which \(request.steps) steps of training need; add them or leave out --steps")
            }
            if let obstacle = traced.obstacle { throw InterchangeError("no step can be taken: \(obstacle)") }
        }
        trainedCount = traced.parameters.reduce(0) { $0 + $1.values.count }
        metadata = [
            "steps": "\(request.steps)", "lr": "\(request.learningRate)", "weight_decay": "\(request.weightDecay)",
            "trainable": "\(trainedCount)",
        ]

        let shape = [padded.rowCount, padded.columnCount]
        tensors["input_ids"] = Tensor(integers: padded.ids, shape: shape)
        tensors["attention_mask"] = Tensor(integers: padded.mask, shape: shape)
        tensors["labels"] = padded.labels.map { Tensor(integers: $0, shape: shape) }
        for parameter in traced.parameters {
            tensors["start/\(parameter.peftName)"] = Tensor(parameter.values, shape: parameter.shape)
        }
        let forward = try run.forward(hasLabels: padded.labels != nil)
        tensors.merge(forward.tensors) { $1 }
        loss = forward.loss
        guard request.steps > 0 else { return }
        let steps = try run.train(
            steps: request.steps, learningRate: request.learningRate, weightDecay: request.weightDecay)
        tensors.merge(steps.tensors) { $1 }
        losses = steps.losses
        tensors["losses"] = Tensor(losses, shape: [losses.count])
    }
}

/// A method on a model and a batch, ready to be run.
private struct TraceRun {
    let traced: TracedMethod
    let weights: LoadedWeights
    /// The traced method, with virtual tokens where the batch needs them.
    let method: any TuningMethod
    let parameters: ParameterStore
    let sequences: [PaddedSequence]
    let limits: BatchLimits
    let pool: WorkerPool
    /// Rows of a padded tensor.
    let rowCount: Int
    /// The padded row of every packed row.
    let rows: [[Int]]

    init(
        _ traced: TracedMethod, of padded: PaddedBatch, on weights: LoadedWeights, file: String, placesVirtualTokens: Bool?,
        pool: WorkerPool
    ) throws {
        let (count, model) = (traced.virtualTokens, weights.model)
        guard count + padded.columnCount <= model.context else {
            throw InterchangeError(
                file: file, place: "tensor \"input_ids\"",
                "its \(padded.columnCount) columns behind \(count) virtual tokens exceed the model's \(model.context) positions")
        }
        let isPlaced = traced.placed != nil && (placesVirtualTokens ?? padded.asksForFirstColumn)
        method = isPlaced ? traced.placed ?? traced.method : traced.method
        let ids = isPlaced ? (0..<count).map { Int32(model.vocabularySize + $0) } : []
        sequences = try padded.sequences(virtualTokens: count, placed: ids, file: file)

        let front = traced.front == .softPrompt ? count : 0
        rowCount = front + padded.columnCount
        rows = (0..<padded.rowCount).map { row in
            Array(0..<ids.count) + padded.tokenColumns(row).map { front + $0 }
        }
        limits = BatchLimits(sequences: sequences.count, length: ids.count + padded.columnCount)

        // A trace changes what is trained; the model's own copy stays.
        let trained = Set(traced.parameters.map(\.name))
        parameters = weights.parameters.copying(model.parameters.map(\.name).filter(trained.contains))
            .joined(with: ParameterStore(method.addedParameters(for: model)))
        // What a method refuses is told here; all it fills is then overwritten.
        try method.initialise(parameters, for: model, seed: 0)
        for parameter in traced.parameters { parameters[parameter.name]?.write(parameter.values) }
        self.traced = traced
        self.weights = weights
        self.pool = pool
    }

    private func pack(_ batch: inout Batch) { for sequence in sequences { batch.append(sequence) } }

    /// The forward pass, and of a batch with labels the loss and the gradients.
    func forward(hasLabels: Bool) throws -> (tensors: [String: Tensor], loss: Float?) {
        let model = weights.model
        let training = TrainingGraph(
            model: model, method: method, optimizer: AdamW(), textLength: limits.length, logitRows: .all)
        let pass = training.pass
        let gradients = hasLabels && traced.obstacle == nil ? training.trained : []
        let rows = pass.hiddenStates + (pass.allLogits.map { [$0] } ?? [])
        var values = rows.flatMap { [$0.text] + ($0.prompt.map { [$0] } ?? []) } + pass.attention + pass.promptAttention
        if hasLabels { values.append(training.loss) }
        let executor = try Executor(
            Plan(training.graph, computing: values + gradients.map(\.gradient), limits: limits, updating: false),
            parameters: parameters, pool: pool)
        try executor.load(pack)
        executor.compute()

        let sharedRows = pass.promptAttention.isEmpty ? 0 : traced.virtualTokens
        let layout = PaddedLayout(
            executor: executor, heads: model.heads, sharedRows: sharedRows,
            prefixKeys: traced.front == .prefix ? traced.virtualTokens : 0, rowCount: rowCount, rows: self.rows)
        var tensors: [String: Tensor] = [:]
        for (index, rows) in pass.hiddenStates.enumerated() { tensors["hidden/\(index)"] = layout.rows(rows) }
        tensors["logits"] = pass.allLogits.map(layout.rows)
        for (layer, text) in pass.attention.enumerated() {
            tensors["attention/\(layer)"] = layout.attention(
                prompt: sharedRows > 0 ? pass.promptAttention[layer] : nil, text: text)
        }
        guard hasLabels else { return (tensors, nil) }
        let loss = executor.numbers(training.loss)
        tensors["loss"] = Tensor(loss, shape: [1])
        let byName = Dictionary(uniqueKeysWithValues: gradients.map { (training.graph[$0.parameter].name, $0.gradient) })
        for parameter in traced.parameters where traced.obstacle == nil {
            // Nothing leads from it to the loss: the weights by which an LSTM remembers, where it reads a single row.
            let none = Array(repeating: Float(0), count: parameter.values.count)
            let gradient = byName[parameter.name].map { executor.numbers($0) } ?? none
            tensors["gradient/\(parameter.peftName)"] = Tensor(gradient, shape: parameter.shape)
        }
        return (tensors, loss.first)
    }

    /// Steps of AdamW on the same batch.
    func train(
        steps: Int, learningRate: Double, weightDecay: Double
    ) throws -> (tensors: [String: Tensor], losses: [Float]) {
        let training = TrainingGraph(
            model: weights.model, method: method, optimizer: AdamW(weightDecay: weightDecay), textLength: limits.length)
        let trainer = try Trainer(training, parameters: parameters, limits: limits, pool: pool)
        var tensors: [String: Tensor] = [:]
        func keep(_ parameter: TracedMethod.Parameter, under prefix: String) {
            tensors["\(prefix)/\(parameter.peftName)"] = Tensor(parameters[parameter.name]?.values ?? [], shape: parameter.shape)
        }
        // What has no gradient is not trained here; torch multiplies it by a state of 0, gets a gradient of 0, and lets it decay.
        let reached = Set(training.trained.map { training.graph[$0.parameter].name })
        let untouched = traced.parameters.compactMap { reached.contains($0.name) ? nil : parameters[$0.name] }
        let decay = Float(1 - learningRate * weightDecay)
        let singularValues = traced.parameters.filter { $0.name.hasSuffix(".lora_E") }
        var losses: [Float] = []
        for step in 1...steps {
            losses.append(try trainer.step(learningRate: learningRate, pack: pack).loss)
            for matrix in untouched { matrix.write(matrix.values.map { $0 * decay }) }
            for parameter in singularValues { keep(parameter, under: "step-\(step)") }
            guard step == 1 || step == steps else { continue }
            for parameter in traced.parameters { keep(parameter, under: "after-\(step)") }
        }
        return (tensors, losses)
    }
}
