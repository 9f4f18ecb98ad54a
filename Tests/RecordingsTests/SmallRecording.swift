import Foundation
import Recordings

/// A small recording made of numbers by rule: test data, nothing that was ever trained.
///
/// One block of two heads over three words in width 4, with a soft prompt of two virtual tokens, four steps, two splits.
struct SmallRecording {
    static let steps = 4
    static let promptLength = 2
    static let width = 4
    static let textLength = 3
    static let vocabulary = ["hot", "cold", "=", "热", "冷", "<end>"]

    var runs = ["prompt-tuning-7"]

    static let batch = RecordedBatch(
        tokens: [0, 2, 1, 3, 2], positions: [2, 3, 4, 2, 3], sequenceStarts: [0, 3, 5], countedRows: [1, 4],
        countedStarts: [0, 1, 2],
        targets: [1, 4])

    static let graph = GraphDescription(nodes: [
        NodeDescription(name: .softPrompt, shape: RecordedShape(.fixed(2), 4), phase: .forward),
        NodeDescription(
            name: .tokenEmbeddings, shape: RecordedShape(.tokens, 4), phase: .forward, operation: "rows looked up",
            formula: "yᵢ = x[tokenᵢ]"),
        NodeDescription(
            name: .attentionWeights(layer: 0), shape: RecordedShape(.tokens, 2, 5), phase: .forward, operation: "causal softmax",
            formula: "wᵢⱼ = e^sᵢⱼ / Σₖ e^sᵢₖ", operands: [.tokenEmbeddings, .softPrompt]),
        NodeDescription(
            name: .tokenLosses, shape: RecordedShape(.counted, 1), phase: .forward, operation: "cross-entropy",
            operands: [.attentionWeights(layer: 0)]),
        NodeDescription(
            name: .loss, shape: RecordedShape(.fixed(1), 1), phase: .forward, operation: "mean", operands: [.tokenLosses]),
        NodeDescription(
            name: ValueName.softPrompt.gradient, shape: RecordedShape(.fixed(2), 4), phase: .backward, operation: "sum",
            operands: [.loss]),
    ])

    /// Any number, the same for the same arguments.
    static func number(_ key: Int, _ index: Int) -> Float {
        Float((key &* 7919 &+ index &* 104_729) & 0xffff) / 65536 - 0.5
    }

    static func numbers(_ key: Int, _ count: Int) -> [Float] { (0..<count).map { number(key, $0) } }

    static func journalStep(_ step: Int) -> JournalStep {
        JournalStep(
            loss: 2 - Float(step) / 4, learningRate: 0.1, gradientNorm: 1 / Float(step + 1), batch: batch(step),
            parameters: [numbers(step, 8)], gradients: [numbers(100 + step, 8)], firstMoments: [numbers(200 + step, 8)],
            secondMoments: [numbers(300 + step, 8).map { $0 * $0 }])
    }

    /// Batches differ in length from step to step.
    static func batch(_ step: Int) -> RecordedBatch {
        step % 2 == 0
            ? batch
            : RecordedBatch(
                tokens: [3, 2], positions: [2, 3], sequenceStarts: [0, 2], countedRows: [1], countedStarts: [0, 1], targets: [4])
    }

    static func frameValues(_ step: Int) -> [(name: ValueName, numbers: [Float])] {
        let batch = batch(step)
        return [
            (.softPrompt, numbers(step, 8)), (.tokenEmbeddings, numbers(10, 4 * batch.tokens.count)),
            (.attentionWeights(layer: 0), numbers(20, 10 * batch.tokens.count)), (.tokenLosses, numbers(30, batch.targets.count)),
            (.loss, [2 - Float(step) / 4]), (ValueName.softPrompt.gradient, numbers(100 + step, 8)),
        ]
    }

    static let description = RecordingDescription(
        provenance: Provenance(foreword: "0.1.0", arithmetic: "none: made by rule"),
        model: ModelDescription(
            name: "small", family: "gpt2",
            configuration: ModelConfiguration(
                layers: 1, heads: 2, width: 4, innerWidth: 16, vocabularySize: vocabulary.count, context: 8),
            parameterCount: 300, weightsSha256: String(repeating: "a", count: 64)),
        task: TaskDescription(
            id: "opposite", name: BilingualText(english: "opposites", chinese: "反义词"),
            splits: [
                SplitDescription(
                    id: "tuning", name: BilingualText(english: "seen words", chinese: "见过的词"), size: 1,
                    examples: [ExampleDescription(input: "hot =", target: "cold")]),
                SplitDescription(id: "held-out", name: BilingualText(english: "held-out words", chinese: "留出的词"), size: 2),
            ], chance: 0.25))

    static func run(_ id: String) -> RunDescription {
        RunDescription(
            id: id,
            method: MethodDescription(
                id: "prompt-tuning", name: BilingualText(english: "prompt tuning", chinese: "提示微调"),
                settings: ["virtual_tokens": .number(2), "initialisation": .text("vocabulary"), "encoderHidden": .flag(false)]),
            training: TrainingDescription(
                steps: steps, batchSize: 2, optimizer: OptimizerDescription(learningRate: 0.1, weightDecay: 0.01), gradientClip: 1
            ),
            seed: .max, graph: "prompt-tuning",
            parameters: [
                ParameterDescription(name: .softPrompt, shape: [2, 4], inJournal: true),
                ParameterDescription(name: "transformer.wpe.weight", shape: [8, 4], inJournal: false),
            ], frozenCount: 268,
            weightsSha256: WeightsHashes(before: String(repeating: "a", count: 64), after: ""))
    }

    static let evaluations = [
        RecordedEvaluation(step: 0, split: "held-out", loss: 3, accuracy: 0.25),
        RecordedEvaluation(
            step: 4, split: "held-out", loss: 0.5, accuracy: 0.5,
            predictions: [
                RecordedPrediction(
                    example: 0, target: 1, targetProbability: 0.75, isRight: true, tokens: [1, 4], probabilities: [0.75, 0.125]),
                RecordedPrediction(
                    example: 1, target: 4, targetProbability: 0.25, isRight: false, tokens: [1, 4], probabilities: [0.5, 0.25]),
            ]),
        RecordedEvaluation(step: 4, split: "tuning", loss: 0.25, accuracy: 1),
    ]

    static let embeddings = numbers(77, vocabulary.count * width)

    /// Writes the recording into a folder.
    func write(to folder: URL) throws {
        let writer = try RecordingWriter(at: folder, Self.description, vocabulary: Self.vocabulary, embeddings: Self.embeddings)
        try writer.add(Self.graph, as: "prompt-tuning")
        for id in runs {
            let run = try writer.startRun(Self.run(id))
            for step in 0..<Self.steps {
                if step == 0 || step == 3 {
                    try run.writeFrame(step: step, batch: Self.batch(step), values: Self.frameValues(step))
                }
                try run.append(Self.journalStep(step))
            }
            try run.writeFrame(step: 4, split: "held-out", batch: Self.batch(0), values: Array(Self.frameValues(4).prefix(4)))
            try run.writeCheckpoint(
                step: 4,
                values: [
                    ("transformer.wpe.weight", Self.numbers(55, 32)),
                    (ValueName("transformer.wpe.weight").firstMoment, Self.numbers(56, 32)),
                ])
            for evaluation in Self.evaluations { try run.append(evaluation) }
            try run.finish(
                RunOutcome(
                    parameters: [Self.numbers(4, 8)], weightsSha256: String(repeating: "a", count: 64), adapterBytes: 96,
                    seconds: RunSeconds(total: 0.5, step: 0.01)))
        }
        try writer.finish()
    }
}

/// A folder for one test, removed afterwards.
struct TemporaryFolder: ~Copyable {
    let url = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }
}
