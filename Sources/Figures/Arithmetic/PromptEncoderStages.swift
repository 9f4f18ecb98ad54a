internal import Drawing
internal import Recordings

/// What P-tuning's encoder computed on its way from trained embeddings to rows for the model, as it was recorded.
struct PromptEncoderStages {
    struct Stage {
        /// One row for each virtual token.
        let value: RecordedValue
        /// What made it of the stage before; nil for the embeddings.
        let operation: Localised?
    }

    static let embedding = ValueName("prompt.encoder.embedding.weight")
    private static let memory = "prompt.encoder.lstm_head."
    private static let dense = "prompt.encoder.mlp_head."

    let stages: [Stage]
    /// Whether an LSTM reads the embeddings, in both directions.
    let isRecurrent: Bool
    let embeddings: RecordedValue
    private let run: RecordedRun
    private let last: (input: RecordedValue, weight: RecordedValue, bias: RecordedValue)

    private static func isRecurrent(_ run: RecordedRun) -> Bool {
        run.description.parameters.contains { $0.name.rawValue.hasPrefix(memory) }
    }

    /// Where its last dense layer stands among the layers: activations count.
    private static func lastLayer(_ run: RecordedRun) -> Int { isRecurrent(run) ? 2 : 4 }

    /// What is needed of a frame.
    static func needs(_ run: RecordedRun) -> [ValueName] {
        let inside: [ValueName] = isRecurrent(run) ? ["prompt.encoder.lstm"] : ["prompt.encoder.activation.1"]
        return [embedding, "prompt.encoder.activation.0"] + inside
            + ["weight", "bias"].map { ValueName("\(dense)\(lastLayer(run)).\($0)") } + [.softPrompt]
    }

    init(_ context: FigureContext, run: RecordedRun, frame: RecordedFrame) throws {
        self.run = run
        isRecurrent = Self.isRecurrent(run)
        embeddings = try frame.value(Self.embedding)
        let prompt = try frame.value(.softPrompt)
        var stages = [Stage(value: embeddings, operation: nil)]
        func count(_ prefix: String) -> String {
            NumberFormat.whole(
                run.description.parameters.filter { $0.name.rawValue.hasPrefix(prefix) }.reduce(0) { $0 + $1.count })
        }
        func add(_ name: ValueName, layer: Int, isBent: Bool) throws {
            let value = name == .softPrompt ? prompt : try frame.value(name)
            let (input, output) = (stages[stages.count - 1].value.columns, value.columns)
            let product = "\(input) × \(output) + \(output) = \(count("\(Self.dense)\(layer)."))"
            stages.append(
                Stage(
                    value: value,
                    operation: Localised(
                        en: "linear\(isBent ? ", then ReLU" : ""): \(product)", zhHans: "线性层\(isBent ? "，再 ReLU" : "")：\(product)"
                    )))
        }
        if isRecurrent {
            let numbers = count(Self.memory)
            stages.append(
                Stage(
                    value: try frame.value("prompt.encoder.lstm"),
                    operation: Localised(en: "LSTM, in both directions: \(numbers)", zhHans: "双向 LSTM：\(numbers)")))
        }
        let activations = isRecurrent ? 1 : 2
        for index in 0..<activations {
            try add(ValueName("prompt.encoder.activation.\(index)"), layer: 2 * index, isBent: true)
        }
        let layer = Self.lastLayer(run)
        let input = stages[stages.count - 1].value
        try add(.softPrompt, layer: layer, isBent: false)
        self.stages = stages
        last = (
            input, try frame.value(ValueName("\(Self.dense)\(layer).weight")),
            try frame.value(ValueName("\(Self.dense)\(layer).bias"))
        )
    }

    /// How many numbers an encoder of these widths has, with its embeddings: Pd + Σ (in + 1)·out, and for each direction of a layer of an
    /// LSTM 4e·(in + e + 2).
    private var expectedCount: Int {
        var (count, width) = (embeddings.rowCount * embeddings.columns, embeddings.columns)
        var rest = stages.dropFirst()
        if isRecurrent, let memory = rest.popFirst() {
            let hidden = memory.value.columns / 2
            let layers = run.description.parameters.count {
                $0.name.rawValue.hasPrefix(Self.memory + "weight_hh_l") && !$0.name.rawValue.hasSuffix("_reverse")
            }
            for _ in 0..<layers {
                count += 2 * 4 * hidden * (width + hidden + 2)
                width = 2 * hidden
            }
        }
        for stage in rest {
            count += (width + 1) * stage.value.columns
            width = stage.value.columns
        }
        return count
    }

    /// Holds what was trained against the encoder's widths, and its result against what its last layer gives when computed again.
    func check(_ context: FigureContext) throws {
        try context.require(
            expectedCount == run.description.trainedCount,
            "an encoder of these widths has \(expectedCount) numbers, and the run trained \(run.description.trainedCount)")
        guard let prompt = stages.last?.value else { return }
        let (input, weight, bias) = last
        try context.require(
            weight.rowCount == prompt.columns && weight.columns == input.columns && bias.numbers.count == prompt.columns
                && input.rowCount == prompt.rowCount,
            "the last layer's weight is \(weight.shape), and it makes \(prompt.shape) of \(input.shape)")
        for row in 0..<prompt.rowCount {
            for (column, recorded) in prompt.row(row).enumerated() {
                let found = VectorArithmetic.dot(input.row(row), weight.row(column)) + Double(bias.numbers[column])
                try context.require(
                    abs(found - Double(recorded)) <= 1e-4 * max(1, abs(found)),
                    "element \(row), \(column) of the soft prompt is recorded as \(recorded), and the encoder's last layer gives \(found)"
                )
            }
        }
    }
}
