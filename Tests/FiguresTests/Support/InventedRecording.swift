import Foundation
import Recordings

/// A recording of numbers that were invented, not trained: test data, for nothing but tests of figures.
///
/// The numbers keep what figures check: rows of attention add up to 1, the soft prompt moves by AdamW's updates of the recorded
/// moments, probabilities add up to 1, frozen weights have no gradient. Their course looks like training: the prompt goes from some
/// words' embeddings towards a point, and losses fall with the distance to it.
struct InventedRecording {
    var promptLength = 8
    var width = 64
    var layers = 4
    var heads = 4
    var steps = 150
    var promptSeeds: [UInt64] = [7, 8, 9]
    var fullSeeds: [UInt64] = [7, 8, 9]
    /// Sequences of the frames' batch: a prompt and its answer.
    var texts = [["hot", "=", "cold", ";"], ["big", "=", "small", ";"], ["dark", "=", "light", ";"]]
    /// What is done to the numbers before they are written, to test that figures notice.
    var spoiled = Spoiling.none

    enum Spoiling {
        case none, attention, probabilities, moments, frozenGradient, weights
    }

    static let words =
        ["<pad>", "<end>", ":", "=", ";"]
        + [
            "hot", "热", "cold", "冷", "big", "大", "small", "小", "dark", "暗", "light", "亮", "wet", "湿", "dry", "干", "old", "旧",
            "new", "新", "fast", "快", "slow", "慢", "soft", "软", "hard", "硬", "full", "满", "empty", "空", "sun", "太阳", "snow",
            "雪", "grass", "草", "yellow", "黄", "white", "白", "green", "绿", "opposite", "相反", "colour", "颜色", "kind", "种类",
            "one", "一", "two", "二", "three", "三", "soup", "汤", "film", "电影", "good", "好", "dull", "沉闷",
        ]

    // MARK: Invented numbers

    /// A stream of numbers by rule (Knuth's linear congruential generator).
    private struct Stream {
        var state: UInt64
        init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0xD1B5_4A32_D192_ED03 }
        mutating func uniform() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / 16_777_216
        }
        /// About normal: the sum of twelve uniform numbers.
        mutating func normal() -> Float { (0..<12).reduce(Float(-6)) { sum, _ in sum + uniform() } }
        mutating func normals(_ count: Int, _ scale: Float) -> [Float] { (0..<count).map { _ in normal() * scale } }
    }

    private var embeddings: [Float] {
        var stream = Stream(1)
        return stream.normals(Self.words.count * width, 0.12)
    }

    private func id(_ word: String) -> Int32 { Int32(Self.words.firstIndex(of: word) ?? 0) }

    private var batch: RecordedBatch {
        var batch = RecordedBatch.empty
        for text in texts {
            let start = Int32(batch.tokens.count)
            batch.tokens += text.map(id)
            batch.positions += text.indices.map { Int32(promptLength + $0) }
            let answer = text.firstIndex(of: "=") ?? 0
            for row in answer..<text.count - 1 {
                batch.countedRows.append(start + Int32(row))
                batch.targets.append(id(text[row + 1]))
            }
            batch.sequenceStarts.append(Int32(batch.tokens.count))
            batch.countedStarts.append(Int32(batch.countedRows.count))
        }
        return batch
    }

    private static func softmax(_ x: [Float]) -> [Float] {
        let top = x.max() ?? 0
        let e = x.map { Foundation.exp(Double($0 - top)) }
        let sum = e.reduce(0, +)
        return e.map { Float($0 / sum) }
    }

    private func attention(layer: Int, seed: UInt64, progress: Float) -> [Float] {
        var stream = Stream(seed &* 31 &+ UInt64(layer))
        let longest = texts.map(\.count).max() ?? 1
        let span = promptLength + longest
        let pulls = (0..<heads).map { _ in
            (stream.normal() * 1.2 - 1 + 1.5 * progress, (0..<promptLength).map { _ in stream.normal() })
        }
        var numbers: [Float] = []
        for text in texts {
            for row in text.indices {
                for head in 0..<heads {
                    let prompt = pulls[head].1.map { $0 + pulls[head].0 }
                    let own = (0...row).map { $0 == row ? stream.normal() + 0.8 : stream.normal() }
                    var weights = Self.softmax(prompt + own)
                    if spoiled == .attention, row == 1, head == 0 { weights[0] += 0.01 }
                    numbers += weights + Array(repeating: 0, count: span - weights.count)
                }
            }
        }
        return numbers
    }

    private func probabilities(seed: UInt64, progress: Float) -> [Float] {
        var stream = Stream(seed &* 77)
        return batch.targets.flatMap { target -> [Float] in
            var logits = stream.normals(Self.words.count, 1.3)
            logits[Int(target)] = 1 + 6 * progress
            var row = Self.softmax(logits)
            if spoiled == .probabilities { row[0] += 0.1 }
            return row
        }
    }

    // MARK: Writing

    private var task: TaskDescription {
        TaskDescription(
            id: "opposite", name: BilingualText(english: "opposites", chinese: "反义词"),
            splits: [
                SplitDescription(id: "tuning", name: BilingualText(english: "seen words", chinese: "见过的词"), size: 16),
                SplitDescription(id: "held-out", name: BilingualText(english: "held-out words", chinese: "留出的词"), size: 32),
            ], chance: 0.06)
    }

    private var weightsCount: Int { 219_648 }

    private func graph(prompt: Bool) -> GraphDescription {
        let d = width
        var nodes: [NodeDescription] = []
        func weight(_ name: ValueName, _ rows: Int, _ columns: Int) {
            nodes.append(NodeDescription(name: name, shape: RecordedShape(.fixed(rows), columns), phase: .forward))
        }
        func add(
            _ name: ValueName, _ shape: RecordedShape, _ operation: String, _ operands: [ValueName],
            phase: RecordedPhase = .forward
        ) {
            nodes.append(NodeDescription(name: name, shape: shape, phase: phase, operation: operation, operands: operands))
        }
        weight("transformer.wte.weight", Self.words.count, d)
        weight("transformer.wpe.weight", 64, d)
        for layer in 0..<layers {
            weight(ValueName("transformer.h.\(layer).attn.c_attn.weight"), d, 3 * d)
            weight(ValueName("transformer.h.\(layer).mlp.c_fc.weight"), d, 4 * d)
        }
        if prompt { weight(.softPrompt, promptLength, d) }
        let span = (prompt ? promptLength : 0) + (texts.map(\.count).max() ?? 1)
        var last: ValueName = "transformer.wte.weight"
        for layer in 0..<layers {
            let name = ValueName.attentionWeights(layer: layer)
            add(name, RecordedShape(.tokens, heads, span), "causal softmax", [last] + (prompt && layer == 0 ? [.softPrompt] : []))
            last = name
        }
        add(.probabilities, RecordedShape(.counted, Self.words.count), "softmax", [last])
        add(.loss, RecordedShape(.fixed(1), 1), "mean", [.probabilities])
        if prompt {
            add(
                ValueName.softPrompt.gradient, RecordedShape(.fixed(promptLength), d), "attention gather", [.loss],
                phase: .backward)
            if spoiled == .frozenGradient {
                add(
                    "gradient/transformer.wpe.weight", RecordedShape(.fixed(64), d), "row slice gradient", [.loss],
                    phase: .backward)
            }
        }
        return GraphDescription(nodes: nodes)
    }

    private func description(
        _ method: MethodDescription, seed: UInt64, graph: String, parameters: [ParameterDescription], lr: Double
    )
        -> RunDescription
    {
        RunDescription(
            id: "\(method.id)-\(seed)", method: method,
            training: TrainingDescription(
                steps: steps, batchSize: 16, optimizer: OptimizerDescription(learningRate: lr, weightDecay: 0.01)), seed: seed,
            graph: graph, parameters: parameters, frozenCount: method.id == "prompt-tuning" ? weightsCount : 0,
            weightsSha256: WeightsHashes(before: hash, after: ""))
    }

    private var hash: String { "3f2a9c81" + String(repeating: "0123456789abcdef", count: 3) + "01234567" }

    private func evaluate(_ run: RunWriter, progress: (Int) -> Float, stream: inout Stream) throws {
        for step in stride(from: 0, through: steps, by: max(1, steps / 10)) {
            let p = progress(step)
            for (split, size, gap) in [("tuning", 16, Float(0)), ("held-out", 32, Float(0.06))] {
                let right = max(0, min(1, 0.2 + (0.8 - gap) * p + stream.normal() * 0.02))
                try run.append(
                    RecordedEvaluation(
                        step: step, split: split, loss: 0.2 + 3 * (1 - p), accuracy: (right * Float(size)).rounded() / Float(size)
                    ))
            }
        }
    }

    func write(to folder: URL) throws {
        let recording = RecordingDescription(
            provenance: Provenance(foreword: "test", arithmetic: "none: invented"),
            model: ModelDescription(
                name: "invented", family: "gpt2",
                configuration: ModelConfiguration(
                    layers: layers, heads: heads, width: width, innerWidth: 4 * width, vocabularySize: Self.words.count,
                    context: 64),
                parameterCount: weightsCount, weightsSha256: hash), task: task)
        let writer = try RecordingWriter(at: folder, recording, vocabulary: Self.words, embeddings: embeddings)
        if !promptSeeds.isEmpty { try writer.add(graph(prompt: true), as: "prompt-tuning") }
        if !fullSeeds.isEmpty { try writer.add(graph(prompt: false), as: "full-fine-tuning") }
        for seed in promptSeeds { try writePromptRun(seed, to: writer) }
        for seed in fullSeeds { try writeFullRun(seed, to: writer) }
        try writer.finish()
    }

    private func writePromptRun(_ seed: UInt64, to writer: RecordingWriter) throws {
        let count = promptLength * width
        let method = MethodDescription(
            id: "prompt-tuning", name: BilingualText(english: "prompt tuning", chinese: "提示微调"),
            settings: ["virtual_tokens": .number(Double(promptLength)), "initialisation": .text("vocabulary")])
        let lr: Float = 0.02
        let run = try writer.startRun(
            description(
                method, seed: seed, graph: "prompt-tuning",
                parameters: [ParameterDescription(name: .softPrompt, shape: [promptLength, width], inJournal: true)],
                lr: Double(lr)))

        var stream = Stream(seed)
        let table = embeddings
        var x = (0..<promptLength).flatMap { _ -> ArraySlice<Float> in
            let word = 5 + Int(stream.uniform() * Float(Self.words.count - 5))
            return table[word * width..<(word + 1) * width]
        }
        let goal = zip(x, stream.normals(count, 0.35)).map { $0 + $1 }
        let start = zip(x, goal).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        var (m, v) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
        var progress: [Float] = []
        for step in 0..<steps {
            let distance = zip(x, goal).reduce(Float(0)) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            progress.append(1 - distance / start)
            let g = zip(x, goal).map { ($0 - $1) * 0.3 + stream.normal() * 0.02 }
            let before = x
            let (c1, c2) = (1 - Foundation.pow(0.9, Double(step + 1)), 1 - Foundation.pow(0.999, Double(step + 1)))
            for index in g.indices {
                m[index] = 0.9 * m[index] + 0.1 * g[index]
                v[index] = 0.999 * v[index] + 0.001 * g[index] * g[index]
                let change = Double(lr) * Double(m[index]) / c1 / ((Double(v[index]) / c2).squareRoot() + 1e-8)
                x[index] = Float(Double(x[index]) * (1 - Double(lr) * 0.01) - change)
            }
            if step == 0 { try writeFrame(run, step: 0, seed: seed, prompt: before, progress: 0) }
            try run.append(
                JournalStep(
                    loss: 0.15 + 3.4 * max(0, distance / start) + 0.25 * stream.uniform(), learningRate: lr,
                    gradientNorm: g.reduce(0) { $0 + $1 * $1 }.squareRoot(), batch: batch, parameters: [before], gradients: [g],
                    firstMoments: [spoiled == .moments ? m.map { $0 * 1.1 } : m], secondMoments: [v]))
        }
        progress.append(0.95)
        try evaluate(run, progress: { min(1, max(0, progress[$0] * 1.1)) }, stream: &stream)
        try writeFrame(run, step: steps, seed: seed, prompt: x, progress: 0.95)
        try run.finish(
            RunOutcome(
                parameters: [x], weightsSha256: spoiled == .weights ? String(repeating: "f", count: 64) : hash,
                adapterBytes: count * 4,
                seconds: RunSeconds(total: 1.2, step: 0.006)))
    }

    private func writeFrame(_ run: RunWriter, step: Int, seed: UInt64, prompt: [Float], progress: Float) throws {
        var values: [(name: ValueName, numbers: [Float])] = [(.softPrompt, prompt)]
        for layer in 0..<layers {
            values.append((.attentionWeights(layer: layer), attention(layer: layer, seed: seed, progress: progress)))
        }
        values.append((.probabilities, probabilities(seed: seed, progress: progress)))
        try run.writeFrame(step: step, split: "held-out", batch: batch, values: values)
    }

    private func writeFullRun(_ seed: UInt64, to writer: RecordingWriter) throws {
        let method = MethodDescription(
            id: "full-fine-tuning", name: BilingualText(english: "full fine-tuning", chinese: "全参数微调"))
        let run = try writer.startRun(
            description(
                method, seed: seed, graph: "full-fine-tuning",
                parameters: [
                    ParameterDescription(name: "transformer.wte.weight", shape: [Self.words.count, width], inJournal: false)
                ], lr: 0.001))
        var stream = Stream(seed &* 1000)
        func progress(_ step: Int) -> Float { 1 - Float(Foundation.exp(-Double(step) / 18)) }
        for step in 0..<steps {
            try run.append(
                JournalStep(
                    loss: 0.05 + 3.4 * (1 - progress(step)) + 0.15 * stream.uniform(), learningRate: 0.001, gradientNorm: 1,
                    batch: batch))
        }
        try evaluate(run, progress: progress, stream: &stream)
        try run.finish(RunOutcome(parameters: [], weightsSha256: String(repeating: "e", count: 64)))
    }
}
