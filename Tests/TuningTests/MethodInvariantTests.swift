import Autodiff
import Foundation
import LinearAlgebra
import Testing
import Transformer

@testable import Tuning

/// What must hold of every tuning method and of the attention that it conditions, whatever the numbers.
@Suite struct MethodInvariantTests {
    static let bare = PromptTuning(virtualTokens: 0, initialisation: .sampledVocabulary)

    static func projections(of tiny: TinyModel) -> [String] {
        tiny.model is Llama ? ["q_proj", "down_proj"] : ["c_attn", "c_proj"]
    }

    @Test("A prefix made of a text's own keys and values equals having the text in front", arguments: TinyModel.families)
    func prefixOfText(tiny: TinyModel) throws {
        let words: [Int32] = [17, 3, 8]
        let store = try tiny.parameters(for: Self.bare)
        let graph = TrainingGraph(model: tiny.model, method: Self.bare, optimizer: AdamW(), textLength: 16).graph
        // What scores and mix read: with rotary positions, keys that are turned already.
        let keysAndValues = try (0..<tiny.model.layers).flatMap { block in
            try ["scores", "mix"].map { part in
                let value = try #require(graph.value(named: "block.\(block).attention.\(part)"))
                guard case .operation(_, let operands) = graph[value].source else { throw CocoaError(.featureUnsupported) }
                return graph[operands[1]].name
            }
        }
        let parts = try tiny.values(
            of: Self.bare, parameters: store, examples: [Example(prompt: words, completion: [1])]
        ) { training in keysAndValues.compactMap { training.graph.value(named: $0) } }
        let width = tiny.model.keyValueWidth
        let rows = words.indices.flatMap { row in parts.flatMap { $0[row * width..<(row + 1) * width] } }

        let method = PrefixTuning(virtualTokens: words.count)
        let prefixed = try tiny.parameters(for: method)
        prefixed[PrefixTuning.prefix]?.write(rows)
        let found = try tiny.logits(of: method, parameters: prefixed)
        let whole = TinyModel.examples.map {
            Example(tokens: words + $0.tokens, isTarget: words.map { _ in false } + $0.isTarget)
        }
        let all = try tiny.logits(of: Self.bare, parameters: store, examples: whole)
        var (expected, row) = ([Float](), 0)
        for example in whole {
            let size = tiny.model.vocabularySize
            expected += all[(row + words.count) * size..<(row + example.tokens.count) * size]
            row += example.tokens.count
        }
        #expect(difference(found, expected).relative <= 1e-5)
    }

    @Test("LoRA whose B is 0 equals the base model", arguments: TinyModel.families)
    func untrainedLoRA(tiny: TinyModel) throws {
        let method = LoRA(rank: 2, alpha: 8, targets: Self.projections(of: tiny))
        let with = try tiny.logits(of: method, parameters: tiny.parameters(for: method))
        let without = try tiny.logits(of: Self.bare, parameters: tiny.parameters(for: Self.bare))
        #expect(with == without)
    }

    /// A prefix, its attention of the first block, and what that is computed from.
    struct PrefixedAttention {
        let weights: [Float]
        let scores: [Float]
        let mix: [Float]
        let values: [Float]
        let prefixValues: [Float]
        let heads: Int
        let keyHeads: Int
        let width: Int
        let lengths: [Int]
        static let prefix = 4
        static let span = prefix + TinyModel.limits.length

        init(_ tiny: TinyModel) throws {
            let method = PrefixTuning(virtualTokens: Self.prefix)
            let names = ["weights", "scores", "mix", "value", "prefix.value"].map { "block.0.attention.\($0)" }
            let values = try tiny.values(of: method, parameters: tiny.parameters(for: method)) { training in
                names.compactMap { training.graph.value(named: $0) }
            }
            (weights, scores, mix, self.values, prefixValues) = (values[0], values[1], values[2], values[3], values[4])
            (heads, keyHeads, width) = (tiny.model.heads, tiny.model.keyHeads, tiny.model.headWidth)
            lengths = TinyModel.examples.map(\.tokens.count)
        }

        /// Calls with each query: its row, head, where its row of scores begins, how many text keys it sees, and its sequence's first row.
        func forEachQuery(_ body: (_ row: Int, _ head: Int, _ start: Int, _ visible: Int, _ first: Int) -> Void) {
            var first = 0
            for length in lengths {
                for query in 0..<length {
                    for head in 0..<heads {
                        let row = first + query
                        body(row, head, (row * heads + head) * Self.span, query + 1, first)
                    }
                }
                first += length
            }
        }
    }

    @Test(
        "Attention is (1 − λ) times that over the text alone, plus λ times that over the prefix alone, λ the prefix's share",
        arguments: TinyModel.families)
    func decomposition(tiny: TinyModel) throws {
        let attention = try PrefixedAttention(tiny)
        let (prefix, width) = (PrefixedAttention.prefix, attention.width)
        var worst = 0.0
        attention.forEachQuery { row, head, start, visible, first in
            let keyHead = head / (attention.heads / attention.keyHeads)
            let scores = attention.scores[start..<(start + prefix + visible)].map(Double.init)
            func share(_ range: Range<Int>) -> [Double] {
                let top = scores[range].max() ?? 0
                let powers = scores[range].map { exp($0 - top) }
                let total = powers.reduce(0, +)
                return powers.map { $0 / total }
            }
            let (front, text) = (share(0..<prefix), share(prefix..<(prefix + visible)))
            let lambda = attention.weights[start..<(start + prefix)].reduce(0.0) { $0 + Double($1) }
            for column in 0..<width {
                let inner = keyHead * width + column
                let stride = attention.keyHeads * width
                let overPrefix = zip(front, 0..<prefix).reduce(0.0) {
                    $0 + $1.0 * Double(attention.prefixValues[$1.1 * stride + inner])
                }
                let overText = zip(text, 0..<visible).reduce(0.0) {
                    $0 + $1.0 * Double(attention.values[(first + $1.1) * stride + inner])
                }
                let whole = Double(attention.mix[(row * attention.heads + head) * width + column])
                worst = max(worst, abs(whole - (1 - lambda) * overText - lambda * overPrefix))
            }
        }
        #expect(worst <= 1e-5, "He et al. 2022, eq. 4")
    }

    @Test("A prefix leaves the ratios of a block's attention between two text keys as they were", arguments: TinyModel.families)
    func ratios(tiny: TinyModel) throws {
        let prefix = PrefixedAttention.prefix
        let with = try PrefixedAttention(tiny)
        // The same text at the same positions without the prefix: the first block's queries and keys are the same.
        let without = try tiny.values(
            of: Self.bare, parameters: tiny.parameters(for: Self.bare), firstPosition: prefix
        ) { training in [training.graph.value(named: "block.0.attention.weights")].compactMap(\.self) }[0]
        let plainSpan = TinyModel.limits.length
        var (worst, compared) = (Float(0), 0)
        with.forEachQuery { row, head, start, visible, _ in
            let plain = (row * with.heads + head) * plainSpan
            for key in 1..<max(1, visible) {
                let (a, b) = (with.weights[start + prefix], with.weights[start + prefix + key])
                let (c, d) = (without[plain], without[plain + key])
                guard min(a, b, c, d) > 1e-6 else { continue }
                worst = max(worst, abs(a * d / (b * c) - 1))
                compared += 1
            }
        }
        #expect(worst <= 1e-4 && compared > 20, "Petrov et al. 2024")
    }

    @Test(
        "Rows of a leading soft prompt are the same for every example, so that the batch may share them",
        arguments: TinyModel.families)
    func sharedRows(tiny: TinyModel) throws {
        let shared = PromptTuning(virtualTokens: 3, initialisation: .normal(deviation: 1))
        let own = PromptTuning(template: .front(3), initialisation: .normal(deviation: 1))
        let parameters = try tiny.parameters(for: shared)
        let block = tiny.model.layers - 1
        func output(_ training: TrainingGraph, _ prefix: String) -> [Value] {
            [training.graph.value(named: "\(prefix)block.\(block).output"), training.loss].compactMap(\.self)
        }
        let limits = BatchLimits(sequences: 8, length: 19)
        let once = try tiny.values(of: shared, parameters: parameters, limits: limits, logitRows: .countedByHead) {
            output($0, "prompt.")
        }
        let apart = try tiny.values(of: own, parameters: parameters, limits: limits, logitRows: .countedByHead) { output($0, "") }
        let width = tiny.model.width
        var first = 0
        for example in TinyModel.examples {
            let rows = Array(apart[0][first * width..<(first + 3) * width])
            #expect(difference(rows, once[0]).relative <= 1e-6)
            first += 3 + example.tokens.count
        }
        #expect(difference(apart[1], once[1]).absolute <= 1e-6)
    }

    @Test("Softmax's backward pass gives rows that add up to 0, and 0 to what is masked", arguments: TinyModel.families)
    func softmaxBackward(tiny: TinyModel) throws {
        let method = PrefixTuning(virtualTokens: PrefixedAttention.prefix)
        let gradient = try tiny.values(of: method, parameters: tiny.parameters(for: method), logitRows: .counted) { training in
            [training.graph.value(named: "gradient/block.0.attention.scores")].compactMap(\.self)
        }[0]
        let size = gradient.reduce(0) { max($0, abs($1)) }
        #expect(size > 0)
        try PrefixedAttention(tiny).forEachQuery { _, _, start, visible, _ in
            let seen = PrefixedAttention.prefix + visible
            #expect(abs(gradient[start..<(start + seen)].reduce(0, +)) <= 1e-5 * size)
            #expect(gradient[(start + seen)..<(start + PrefixedAttention.span)].allSatisfy { $0 == 0 })
        }
    }

    @Test(
        "A normalisation's backward pass is orthogonal to the normalised row, and layer normalisation's to 1",
        arguments: TinyModel.families)
    func normalisationBackward(tiny: TinyModel) throws {
        let method = FullFineTuning()
        let training = TrainingGraph(model: tiny.model, method: method, optimizer: AdamW(), textLength: 16)
        // Value and operand of every normalisation's gradient.
        let pairs = training.graph.values.compactMap { value -> (gradient: String, x: String)? in
            guard case .operation(let operation, let operands) = training.graph[value].source,
                operation.name.hasSuffix("normalisation gradient")
            else { return nil }
            return (training.graph[value].name, training.graph[operands[0]].name)
        }
        try #require(pairs.count >= 2 * tiny.model.layers)
        let isLayerNorm = !(tiny.model is Llama)
        for pair in pairs {
            let values = try tiny.values(of: method, parameters: tiny.parameters(for: method), logitRows: .counted) { training in
                [pair.gradient, pair.x].compactMap { training.graph.value(named: $0) }
            }
            let width = tiny.model.width
            for row in 0..<(values[0].count / width) {
                let gradient = values[0][row * width..<(row + 1) * width].map(Double.init)
                let x = values[1][row * width..<(row + 1) * width].map(Double.init)
                let mean = isLayerNorm ? x.reduce(0, +) / Double(width) : 0
                let spread = (x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)).squareRoot()
                let size = max(gradient.reduce(0) { max($0, abs($1)) }, 1e-6)
                if isLayerNorm { #expect(abs(gradient.reduce(0, +)) <= 1e-4 * size, "\(pair.gradient)") }
                let along = zip(gradient, x).reduce(0) { $0 + $1.0 * ($1.1 - mean) } / spread
                // ε keeps the normalised row a little shorter than 1.
                #expect(abs(along) <= 1e-3 * size, "\(pair.gradient)")
            }
        }
    }

    @Test("Scaling the loss scales every gradient")
    func scaledLoss() throws {
        let tiny = TinyModel.gpt2
        let method = LoRA(rank: 2, alpha: 2, targets: ["c_attn"])
        let parameters = try tiny.parameters(for: method)
        for (index, name) in method.trainedParameters(for: tiny.model).enumerated() {
            guard let matrix = parameters[name] else { continue }
            matrix.write(matrix.values.indices.map { Float(($0 * 7 + index) % 11 - 5) / 10 })
        }
        func gradients(times factor: Float) throws -> [Float] {
            var graph = Graph()
            let forward = graph.addForward(of: tiny.model, method: method, textLength: 16, logitRows: .counted)
            let loss = graph.add(Scaled(by: factor), [forward.loss], named: "scaled.loss")
            let trained = method.trainedParameters(for: tiny.model).compactMap { graph.value(named: $0) }
            let found = graph.differentiate(loss, withRespectTo: trained)
            let values = trained.compactMap { found[$0] }
            let executor = try Executor(
                Plan(graph, computing: values, limits: TinyModel.limits), parameters: parameters, pool: WorkerPool(threads: 1))
            try executor.load { batch in for example in TinyModel.examples { batch.append(example, virtualTokens: 0) } }
            executor.compute()
            return values.flatMap { executor.numbers($0) }
        }
        let (once, eight) = (try gradients(times: 1), try gradients(times: 8))
        #expect(once.contains { abs($0) > 1e-3 })
        // Eight is a power of two: not even rounding differs.
        #expect(eight == once.map { 8 * $0 })
    }

    @Test("As many numbers are trained as the method's formula says", arguments: TinyModel.families)
    func counts(tiny: TinyModel) throws {
        let model = tiny.model
        let (p, d, l, e, r) = (5, model.width, model.layers, 7, 3)
        let kv = model.keyValueWidth
        let cases: [(any TuningMethod, Int)] = [
            (PromptTuning(virtualTokens: p, initialisation: .sampledVocabulary), p * d),
            (PrefixTuning(virtualTokens: p), 2 * p * l * kv),
            (PrefixTuning(virtualTokens: p, projectionWidth: e), p * d + d * e + e + 2 * l * kv * e + 2 * l * kv),
            (PTuning(virtualTokens: p, encoder: .mlp, hiddenWidth: e), p * d + d * e + e + e * e + e + e * d + d),
            (
                LoRA(rank: r, alpha: 1, targets: Self.projections(of: tiny)),
                model.projectionShapes.filter { shape in Self.projections(of: tiny).contains { shape.name.contains($0) } }
                    .reduce(0) { $0 + r * ($1.rows + $1.columns) }
            ),
            (FullFineTuning(), model.parameterCount),
            (HardPrompt(tokens: [1, 2]), 0),
            (ClassificationHead(classes: [[1], [2], [3]]), 3 * d),
        ]
        for (method, count) in cases { #expect(method.trainedCount(for: model) == count, "\(method.name)") }
    }
}
