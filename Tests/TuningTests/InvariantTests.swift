import Autodiff
import Foundation
import LinearAlgebra
import Testing
import Transformer

@testable import Tuning

/// What must hold of any model and any prompt, whatever the numbers.
@Suite struct InvariantTests {
    static func prompt(_ count: Int, _ initialisation: SoftPromptInitialisation = .normal(deviation: 1)) -> PromptTuning {
        PromptTuning(virtualTokens: count, initialisation: initialisation)
    }

    @Test("No virtual tokens equal the base model, bit for bit", arguments: TinyModel.families)
    func noVirtualTokens(tiny: TinyModel) throws {
        let none = Self.prompt(0)
        let with = try tiny.logits(of: none, parameters: tiny.parameters(for: none))
        let without = try tiny.logits(of: FullFineTuning(), parameters: tiny.parameters(for: FullFineTuning()))
        #expect(with.map(\.bitPattern) == without.map(\.bitPattern))
    }

    @Test("A soft prompt equal to the embeddings of words equals that hard prompt", arguments: TinyModel.families)
    func hardPrompt(tiny: TinyModel) throws {
        let words: [Int32] = [17, 3, 8]
        let soft = Self.prompt(3, .text(words))
        let softLogits = try tiny.logits(of: soft, parameters: tiny.parameters(for: soft))
        let hard = TinyModel.examples.map { Example(tokens: words + $0.tokens, isTarget: [false, false, false] + $0.isTarget) }
        let hardLogits = try tiny.logits(
            of: FullFineTuning(), parameters: tiny.parameters(for: FullFineTuning()), examples: hard)
        let width = tiny.model.vocabularySize
        var row = 0
        var expected: [Float] = []
        for example in hard {
            expected += hardLogits[(row + 3) * width..<(row + example.tokens.count) * width]
            row += example.tokens.count
        }
        #expect(difference(softLogits, expected).absolute <= 2e-5)
    }

    @Test("Attention rows add up to 1, and no query sees a key behind it", arguments: TinyModel.families)
    func attentionRows(tiny: TinyModel) throws {
        let method = Self.prompt(3)
        let parameters = try tiny.parameters(for: method)
        let (heads, span) = (tiny.model.heads, 3 + TinyModel.limits.length)
        for weights in try tiny.values(of: method, parameters: parameters, { $0.pass.attention }) {
            var row = 0
            for example in TinyModel.examples {
                for query in example.tokens.indices {
                    for head in 0..<heads {
                        let start = (row * heads + head) * span
                        #expect(abs(weights[start..<(start + span)].reduce(0, +) - 1) < 1e-6)
                        #expect(weights[(start + 3 + query + 1)..<(start + span)].allSatisfy { $0 == 0 })
                        #expect(weights[start..<(start + 3 + query + 1)].allSatisfy { $0 > 0 })
                    }
                    row += 1
                }
            }
        }
    }

    @Test("Changing a token leaves the logits before it as they were", arguments: TinyModel.families)
    func causality(tiny: TinyModel) throws {
        let method = Self.prompt(2)
        let parameters = try tiny.parameters(for: method)
        let before = try tiny.logits(
            of: method, parameters: parameters, examples: [Example(prompt: [4, 9, 2, 7], completion: [1])])
        let after = try tiny.logits(
            of: method, parameters: parameters, examples: [Example(prompt: [4, 9, 2, 19], completion: [1])])
        let width = tiny.model.vocabularySize
        #expect(before.prefix(3 * width).map(\.bitPattern) == after.prefix(3 * width).map(\.bitPattern))
        #expect(before[(3 * width)...] != after[(3 * width)...])
    }

    @Test("Room for longer texts, other parts and other threads leave the result as it was", arguments: TinyModel.families)
    func room(tiny: TinyModel) throws {
        let method = Self.prompt(3)
        let parameters = try tiny.parameters(for: method)
        let plain = try tiny.logits(of: method, parameters: parameters)
        for limits in [BatchLimits(sequences: 4, length: 7), BatchLimits(sequences: 30, length: 29, parts: 3)] {
            let other = try tiny.logits(of: method, parameters: parameters, limits: limits)
            #expect(difference(plain, other).absolute <= 1e-5)
        }
    }

    @Test("Permuting the batch permutes the outputs and leaves the loss", arguments: TinyModel.families)
    func permutation(tiny: TinyModel) throws {
        let method = Self.prompt(3)
        let parameters = try tiny.parameters(for: method)
        let choose = { (training: TrainingGraph) in [training.loss, training.pass.allLogits!.text] }
        let plain = try tiny.values(of: method, parameters: parameters, choose)
        let turned = try tiny.values(of: method, parameters: parameters, examples: TinyModel.examples.reversed(), choose)
        #expect(difference(plain[0], turned[0]).absolute <= 1e-5)
        let width = tiny.model.vocabularySize
        let last = TinyModel.examples[3].tokens.count * width
        #expect(difference(Array(turned[1].prefix(last)), Array(plain[1].suffix(last))).absolute <= 1e-5)
    }

    @Test(
        "The prompt's gradient over a batch is the mean of those over its examples, by counted tokens",
        arguments: TinyModel.families)
    func gradientOfParts(tiny: TinyModel) throws {
        let method = Self.prompt(3)
        let parameters = try tiny.parameters(for: method)
        let choose = { (training: TrainingGraph) in training.trained.map(\.gradient) }
        let whole = try tiny.values(of: method, parameters: parameters, choose)[0]
        var sum = Array(repeating: Float(0), count: whole.count)
        let counted = TinyModel.examples.reduce(0) { $0 + $1.targets.count }
        for example in TinyModel.examples {
            let part = try tiny.values(of: method, parameters: parameters, examples: [example], choose)[0]
            for index in sum.indices { sum[index] += part[index] * Float(example.targets.count) / Float(counted) }
        }
        #expect(difference(whole, sum).relative <= 1e-4)
    }

    @Test("The loss of a uniform model is ln V", arguments: TinyModel.families)
    func uniformLoss(tiny: TinyModel) throws {
        let store = ParameterStore(tiny.model.parameters)
        let loss = try tiny.values(of: FullFineTuning(), parameters: store) { [$0.loss] }[0][0]
        #expect(abs(loss - log(Float(tiny.model.vocabularySize))) < 1e-5)
    }

    @Test("Counting no token gives loss 0 and no gradient", arguments: TinyModel.families)
    func nothingCounted(tiny: TinyModel) throws {
        let method = Self.prompt(2)
        let parameters = try tiny.parameters(for: method)
        let silent = [Example(tokens: [4, 9, 2], isTarget: [false, false, false])]
        let values = try tiny.values(of: method, parameters: parameters, examples: silent) {
            [$0.loss] + $0.trained.map(\.gradient)
        }
        #expect(values[0] == [0])
        #expect(values[1].allSatisfy { $0 == 0 })
    }

    @Test("The gradient with respect to a whole model equals central differences", arguments: TinyModel.families)
    func wholeModel(tiny: TinyModel) throws {
        let method = Self.prompt(2)
        let parameters = try tiny.parameters(for: method)
        var graph = Graph()
        let forward = graph.addForward(of: tiny.model, method: method, textLength: 16, logitRows: .counted)
        let prompt = try #require(graph.value(named: PromptTuning.parameter))
        let weights = try tiny.someWeights.map { try #require(graph.value(named: $0)) }
        let check = try GradientCheck(
            graph, loss: forward.loss, withRespectTo: [prompt] + weights, at: parameters, limits: TinyModel.limits, width: 0.004
        ) { batch in
            for example in TinyModel.examples { batch.append(example, virtualTokens: 2) }
        }
        #expect(check.error < 1e-2, "\(check.findings)")
    }

    @Test(
        "Prompt tuning trains P·d numbers, and no gradient exists for any frozen weight", arguments: TinyModel.families,
        [1, 4, 9])
    func frozen(tiny: TinyModel, count: Int) {
        let method = Self.prompt(count)
        let training = TrainingGraph(model: tiny.model, method: method, optimizer: AdamW(), textLength: 16)
        #expect(method.trainedCount(for: tiny.model) == count * 12)
        #expect(FullFineTuning().trainedCount(for: tiny.model) == tiny.model.parameterCount)
        for parameter in tiny.model.parameters {
            #expect(training.graph.value(named: "gradient/\(parameter.name)") == nil)
            #expect(training.graph.value(named: "optimizer/\(parameter.name).first-moment") == nil)
        }
        #expect(training.graph.value(named: "gradient/\(PromptTuning.parameter)") != nil)
    }
}
