import Autodiff
import LinearAlgebra
import Testing
import Transformer

@testable import Tuning

/// How every number of a training step is made, forward, backward and optimizer, against what was computed.
@Suite struct ExplanationTests {
    /// A way to tune a small model.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let model: any LanguageModel
        let method: any TuningMethod
        /// Operations that the case is there for.
        let operations: Set<String>
        var isQuantised = false

        init(_ name: String, _ model: any LanguageModel, _ method: some TuningMethod, operations: Set<String> = []) {
            testDescription = name
            self.model = model
            self.method = method
            self.operations = operations
        }

        static func onFourBits(_ name: String, _ model: any LanguageModel, _ method: some LowRankMethod) -> Case {
            var result = Case(name, model, method, operations: ["linear, weights in 4 bits"])
            result.isQuantised = true
            return result
        }
    }

    static func gpt2(layers: Int = 1) -> GPT2 {
        GPT2(GPT2.Configuration(layers: layers, heads: 2, width: 8, vocabularySize: 11, context: 16))
    }

    static func llama(layers: Int = 1) -> Llama {
        Llama(
            Llama.Configuration(
                layers: layers, heads: 4, keyHeads: 2, headWidth: 4, width: 8, innerWidth: 12, vocabularySize: 11, context: 16))
    }

    static func prompt(_ count: Int) -> PromptTuning {
        PromptTuning(virtualTokens: count, initialisation: .normal(deviation: 1))
    }

    static let template = VirtualTokenTemplate([.virtual, .words([9]), .prompt, .virtual, .virtual])

    static let cases = [
        Case("prompt tuning of GPT-2", gpt2(layers: 2), prompt(3)),
        Case("prompt tuning of Llama", llama(layers: 2), prompt(3), operations: ["rotary embedding", "silu gradient"]),
        Case(
            "virtual tokens inside the text", gpt2(),
            PromptTuning(template: template, initialisation: .normal(deviation: 1)), operations: ["look-up gradient"]),
        Case("a flat prefix", gpt2(layers: 2), PrefixTuning(virtualTokens: 2), operations: ["attention prefix gather"]),
        Case(
            "a prefix of an MLP, Llama", llama(), PrefixTuning(virtualTokens: 2, projectionWidth: 5),
            operations: ["tanh gradient"]),
        Case(
            "P-tuning by an MLP", gpt2(), PTuning(virtualTokens: 3, encoder: .mlp, hiddenWidth: 5),
            operations: ["ReLU gradient"]),
        Case(
            "P-tuning by an LSTM", gpt2(), PTuning(virtualTokens: 3, encoder: .lstm(layers: 2), hiddenWidth: 4),
            operations: ["sigmoid gradient", "side by side"]),
        Case("LoRA", gpt2(), LoRA(rank: 2, alpha: 3, targets: ["c_attn", "c_fc"]), operations: ["scaling"]),
        Case(
            "AdaLoRA with its penalty", llama(),
            AdaLoRA(initialRank: 3, targetRank: 2, totalSteps: 8, targets: ["q_proj", "down_proj"]),
            operations: ["inner products gradient", "distance from the identity gradient", "column products"]),
        .onFourBits("QLoRA of GPT-2", gpt2(), LoRA(rank: 2, alpha: 3, targets: ["c_attn"])),
        .onFourBits("QLoRA of Llama", llama(), LoRA(rank: 2, alpha: 3, targets: ["k_proj", "gate_proj"])),
        Case(
            "full fine-tuning of GPT-2", gpt2(), FullFineTuning(),
            operations: ["layer normalisation scale gradient", "outer product", "column sums"]),
        Case(
            "full fine-tuning of Llama", llama(), FullFineTuning(),
            operations: ["root-mean-square normalisation scale gradient"]),
        Case(
            "a head for classes beside a prompt", gpt2(),
            Combination([prompt(2), ClassificationHead(classes: [[7, 1], [3], [2, 1]])])),
    ]

    static let examples = [
        Example(prompt: [4, 9, 2], completion: [7, 1]), Example(prompt: [10], completion: [3]),
        Example(prompt: [5, 5, 8, 6], completion: [2, 1]),
    ]

    /// A store in which all kinds of numbers are large enough to matter.
    static func parameters(_ theCase: Case) throws -> (method: any TuningMethod, store: ParameterStore) {
        let model = theCase.model
        let store = ParameterStore(model.parameters + theCase.method.addedParameters(for: model))
        for shape in model.parameters {
            store.fillNormally(shape.name, deviation: shape.rows > 1 ? 0.4 : 0.2, seed: 5)
            guard shape.rows == 1, !shape.name.hasSuffix("bias"), let scale = store[shape.name] else { continue }
            scale.write(scale.values.map { $0 + 1 })
        }
        try theCase.method.initialise(store, for: model, seed: 5)
        for shape in theCase.method.addedParameters(for: model) where store[shape.name]?.values.allSatisfy({ $0 == 0 }) ?? false {
            store.fillNormally(shape.name, deviation: 0.3, seed: 5)
        }
        guard theCase.isQuantised, let adapter = theCase.method as? any LowRankMethod else { return (theCase.method, store) }
        let method = QLoRA(adapter, on: try QuantisedBase(quantising: store, of: model))
        return (method, store.sharing(method.storedParameters(for: model).map(\.name), under: ""))
    }

    @Test(
        "Every element of every value of a training step, by every method, is what its explanation says", arguments: cases)
    func everyElement(of theCase: Case) throws {
        let (method, store) = try Self.parameters(theCase)
        let limits = BatchLimits(sequences: 3, length: 6 + method.placedTokens)
        let training = TrainingGraph(
            model: theCase.model, method: method, optimizer: AdamW(), clipping: 0.5, textLength: limits.length)
        let trainer = try Trainer(training, parameters: store, limits: limits, pool: WorkerPool(threads: 1))
        let pack = { (batch: inout Batch) in
            for example in Self.examples {
                batch.append(method.prepared(example, for: theCase.model), virtualTokens: method.virtualTokens)
            }
        }
        // After a step the moments are no longer 0.
        try trainer.step(learningRate: 0.01, pack: pack)
        var check: ExplanationCheck?
        try trainer.keptStep(learningRate: 0.01, pack: pack) { check = ExplanationCheck($0) }
        let found = try #require(check)
        let worst = try #require(found.worst)
        #expect(worst.excess <= 1, "\(worst)")
        // What rounding may do is a small part of what a wrong term would.
        #expect(found.largestAllowance < 1e-4, "\(found.largestAllowance)")
        #expect(found.operations.isSuperset(of: theCase.operations.union(["AdamW step", "clipped gradient", "global norm"])))
        #expect(Set(found.findings.map(\.value)).count == trainer.recordingPlan.order.count)
    }
}
