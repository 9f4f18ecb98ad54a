import Foundation
import Recordings

/// A recording whose numbers are so few and so round that what is shown of them can be checked by hand. It was never computed: its base
/// model does not exist.
enum HandRecording {
    static let batch = RecordedBatch(
        tokens: [0, 2, 1], positions: [1, 2, 3], sequenceStarts: [0, 3], countedRows: [1], countedStarts: [0, 1], targets: [1])

    static let graph = GraphDescription(nodes: [
        NodeDescription(name: .softPrompt, shape: RecordedShape(.fixed(1), 2), phase: .forward),
        NodeDescription(name: "wte", shape: RecordedShape(.fixed(3), 2), phase: .forward),
        NodeDescription(
            name: .tokenEmbeddings, shape: RecordedShape(.tokens, 2), phase: .forward, operation: "look-up",
            formula: "yᵢ = table[tokensᵢ]", operands: ["wte"]),
        NodeDescription(
            name: .attentionWeights(layer: 0), shape: RecordedShape(.tokens, 2, 4), phase: .forward, operation: "causal softmax",
            formula: "wᵢⱼ = e^sᵢⱼ / Σₖ e^sᵢₖ", operands: [.tokenEmbeddings, .softPrompt]),
        NodeDescription(
            name: .logits, shape: RecordedShape(.counted, 3), phase: .forward, operation: "matrix product",
            formula: "yᵢⱼ = Σₖ xᵢₖ Wⱼₖ", operands: [.attentionWeights(layer: 0), "wte"]),
        NodeDescription(
            name: .loss, shape: RecordedShape(.fixed(1), 1), phase: .forward, operation: "mean", formula: "y = Σᵢ xᵢ / n",
            operands: [.logits]),
        NodeDescription(
            name: ValueName.softPrompt.gradient, shape: RecordedShape(.fixed(1), 2), phase: .backward, operation: "sum",
            formula: "yᵢⱼ = aᵢⱼ + bᵢⱼ", operands: [.loss]),
        NodeDescription(
            name: .gradientNorm, shape: RecordedShape(.fixed(1), 1), phase: .optimizer, operation: "global norm",
            formula: "y = √(Σ x²)", operands: [ValueName.softPrompt.gradient]),
    ])

    /// Causal: of the four keys, the prompt's one and the text's three, each row sees one more.
    static let weights: [Float] = [
        0.5, 0.5, 0, 0, 1, 0, 0, 0,
        0.25, 0.25, 0.5, 0, 0, 0, 1, 0,
        0.125, 0.125, 0.25, 0.5, 0, 0.5, 0.5, 0,
    ]

    static let losses: [Float] = [4, 2, 1]

    static func write(to folder: URL) throws {
        let model = ModelDescription(
            name: "gone-model", family: "gpt2",
            configuration: ModelConfiguration(layers: 1, heads: 2, width: 2, innerWidth: 4, vocabularySize: 3, context: 8),
            parameterCount: 100, weightsSha256: String(repeating: "a", count: 64))
        let task = TaskDescription(
            id: "opposite", name: BilingualText(english: "opposites", chinese: "反义词"),
            splits: [SplitDescription(id: "held-out", name: BilingualText(english: "held-out words", chinese: "留出的词"), size: 2)],
            chance: 0.25)
        let writer = try RecordingWriter(
            at: folder,
            RecordingDescription(provenance: Provenance(foreword: "test", arithmetic: "none"), model: model, task: task),
            vocabulary: ["hot", "冷", "="], embeddings: [0, 0, 0, 0, 0, 0])
        try writer.add(graph, as: "graph")
        let run = try writer.startRun(
            RunDescription(
                id: "prompt-1",
                method: MethodDescription(id: "prompt-tuning", name: BilingualText(english: "prompt tuning", chinese: "提示微调")),
                training: TrainingDescription(
                    steps: losses.count, batchSize: 1, optimizer: OptimizerDescription(learningRate: 0.5, weightDecay: 0)),
                seed: 1, graph: "graph", parameters: [ParameterDescription(name: .softPrompt, shape: [1, 2], inJournal: true)],
                frozenCount: 98, weightsSha256: WeightsHashes(before: String(repeating: "a", count: 64), after: "")))
        for (step, loss) in losses.enumerated() {
            // Steps 0 and 1 are kept, step 2 is not.
            if step < 2 {
                try run.writeFrame(
                    step: step, batch: batch,
                    values: [
                        (.softPrompt, [Float(1 - step), 2]), ("wte", [1, -1, 0, 2, 0.5, 0]),
                        (.tokenEmbeddings, [1, -1, 0.5, 0, 0, 2]),
                        (.attentionWeights(layer: 0), weights), (.logits, [1, Float(2 + step), -3]), (.loss, [loss]),
                        (ValueName.softPrompt.gradient, [3, -4]), (.gradientNorm, [5]),
                    ])
            }
            try run.append(
                JournalStep(
                    loss: loss, learningRate: 0.5, gradientNorm: 5, batch: batch, parameters: [[Float(1 - step), 2]],
                    gradients: [[3, -4]], firstMoments: [[0, 0]], secondMoments: [[0, 0]]))
        }
        try run.append(RecordedEvaluation(step: 3, split: "held-out", loss: 1, accuracy: 0.5))
        try run.finish(RunOutcome(parameters: [[-2, 2]], weightsSha256: String(repeating: "a", count: 64)))
        try writer.finish()
    }
}
