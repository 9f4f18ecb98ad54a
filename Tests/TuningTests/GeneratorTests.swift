import Autodiff
import Foundation
import LinearAlgebra
import Testing
import Transformer

@testable import Tuning

@Suite struct GeneratorTests {
    static let soft = PromptTuning(virtualTokens: 4, initialisation: .normal(deviation: 1))
    static let methods: [any TuningMethod] = [FullFineTuning(), soft]

    static func generator(
        _ method: any TuningMethod, on tiny: TinyModel = .gpt2, longest: Int = 32
    ) throws -> Generator {
        try Generator(
            model: tiny.model, method: method, parameters: tiny.parameters(for: method), longest: longest,
            pool: WorkerPool(threads: 1))
    }

    @Test(
        "What follows a text is what evaluation finds there, with a soft prompt in front and without",
        arguments: TinyModel.families, [0, 1])
    func agreesWithEvaluation(tiny: TinyModel, index: Int) throws {
        let method = Self.methods[index]
        let evaluator = try Evaluator(
            model: tiny.model, method: method, parameters: tiny.parameters(for: method),
            limits: TinyModel.limits,
            pool: WorkerPool(threads: 1))
        let generator = try Self.generator(method, on: tiny)
        let text: [Int32] = [3, 1, 4, 15, 9, 2, 6, 5]
        let answer = try evaluator.evaluate([Example(tokens: text, isTarget: text.map { _ in true })]).answers[0]
        for length in 1..<text.count {
            let logits = try generator.nextLogits(after: Array(text[..<length]))
            let probability = exp(logProbability(of: text[length], in: logits[...]))
            #expect(abs(Float(probability) - answer.probabilities[length - 1]) < 1e-5)
            #expect(Sampling.greedy.token(from: logits[...], step: 0) == answer.tokens[length - 1])
        }
    }

    @Test("A soft prompt changes what follows, and what follows changes with the text")
    func differs() throws {
        let logits = try Self.methods.map { try Self.generator($0).nextLogits(after: [3, 1]) }
        #expect(logits[0] != logits[1])
        #expect(try Self.generator(Self.soft).nextLogits(after: [3, 2]) != logits[1])
    }

    @Test("Generation stops at an end token, at the limit, and at the model's last position")
    func endings() throws {
        let generator = try Self.generator(Self.soft)
        let free = try generator.generate(after: [3, 1], limit: 5)
        #expect(free.tokens.count == 5 && free.ending == .limit)
        let first = try #require(free.tokens.first)
        let third = free.tokens[2]
        let stopped = try generator.generate(after: [3, 1], limit: 5, ends: [third])
        #expect(stopped.tokens == Array(free.tokens.prefix(while: { $0 != third })) && stopped.ending == .endToken)
        #expect(try generator.generate(after: [3, 1], limit: 5, ends: [first]).tokens.isEmpty)
        // 32 positions less 4 virtual tokens: 28 of text, and one token that follows the last.
        let long = try generator.generate(after: [3, 1], limit: 100)
        #expect(long.tokens.count == 27 && long.ending == .lastPosition)
        #expect(Array(long.tokens.prefix(5)) == free.tokens)
        #expect(throws: ExecutorError.self) { try generator.nextLogits(after: Array(repeating: 1, count: 29)) }
    }

    @Test("Draws follow the softmax at the temperature, and never leave the k likeliest")
    func sampling() {
        let logits: [Float] = [0, 2, 1, -1]
        for temperature in [0.5, 1, 2] {
            for topK in [nil, 2] {
                let sampling = Sampling(temperature: temperature, topK: topK, seed: 11)
                var counts = [Double](repeating: 0, count: 4)
                for step in 0..<8_000 { counts[Int(sampling.token(from: logits[...], step: step))] += 1 }
                let allowed = topK == nil ? [0, 1, 2, 3] : [1, 2]
                let weights = logits.indices.map { allowed.contains($0) ? exp(Double(logits[$0]) / temperature) : 0 }
                let total = weights.reduce(0, +)
                for (count, weight) in zip(counts, weights) { #expect(abs(count / 8_000 - weight / total) < 0.02) }
            }
        }
    }

    @Test("A seed gives the same text, another one another; the likeliest token alone needs no seed")
    func seeds() throws {
        let generator = try Self.generator(Self.soft)
        let texts = try [1, 1, 2, 3].map { seed in
            try generator.generate(after: [3], limit: 12, sampling: Sampling(temperature: 3, seed: UInt64(seed))).tokens
        }
        #expect(texts[0] == texts[1])
        #expect(Set(texts).count == 3)
        let greedy = try generator.generate(after: [3], limit: 12).tokens
        #expect(
            try generator.generate(after: [3], limit: 12, sampling: Sampling(temperature: 1, topK: 1, seed: 9)).tokens == greedy)
    }
}
