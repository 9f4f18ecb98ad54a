import Autodiff
import LinearAlgebra
import Testing
import Transformer

@testable import Tuning

@Suite struct QLoRATests {
    static let lora = LoRA(rank: 3, alpha: 6, targets: ["c_attn", "c_fc"])

    /// The tiny model under LoRA such that its change matters.
    static func parameters() throws -> ParameterStore {
        let parameters = try TinyModel.gpt2.parameters(for: lora)
        for shape in lora.addedParameters(for: TinyModel.gpt2.model) {
            parameters.fillNormally(shape.name, deviation: 0.2, seed: 9)
        }
        return parameters
    }

    /// The same without the weights that are quantised.
    static func withoutWeights(_ parameters: ParameterStore, _ method: QLoRA) -> ParameterStore {
        let shapes = method.storedParameters(for: TinyModel.gpt2.model)
        let store = ParameterStore(shapes)
        for shape in shapes { store[shape.name]?.write(parameters[shape.name]?.values ?? []) }
        return store
    }

    @Test(
        "Logits, loss and gradients are LoRA's on the dequantised base, and need no float32 weights",
        arguments: TinyModel.families, [true, false])
    func sameAsLoRA(tiny: TinyModel, isDouble: Bool) throws {
        let lora = tiny.model is Llama ? LoRA(rank: 3, alpha: 6, targets: ["q_proj", "down_proj"]) : Self.lora
        let parameters = try tiny.parameters(for: lora)
        for shape in lora.addedParameters(for: tiny.model) { parameters.fillNormally(shape.name, deviation: 0.2, seed: 9) }
        let original = try tiny.logits(of: lora, parameters: parameters)
        let method = QLoRA(lora, on: try QuantisedBase(quantising: parameters, of: tiny.model, isDouble: isDouble))
        let small = parameters.sharing(method.storedParameters(for: tiny.model).map(\.name), under: "")
        #expect(small.names.count == parameters.names.count - tiny.model.projections.count)
        for (name, weight) in method.base.weights {
            if let matrix = parameters[name] { weight.dequantise(rows: 0..<matrix.rows, into: matrix) }
        }
        let choose = { (training: TrainingGraph) in
            [training.pass.allLogits!.text, training.loss] + training.trained.map(\.gradient)
        }
        let expected = try tiny.values(of: lora, parameters: parameters, choose)
        let found = try tiny.values(of: method, parameters: small, choose)
        #expect(difference(expected[0], original).relative > 1e-3, "4 bits make a difference")
        #expect(found.count == expected.count && found.count == 2 + 2 * 4)
        for (index, pair) in zip(found, expected).enumerated() {
            let distance = difference(pair.0, pair.1)
            #expect(distance.absolute <= 1e-5 || distance.relative <= 1e-5, "value \(index): \(distance)")
        }
    }

    @Test("Several adapters share one quantised base in a batch")
    func mixed() throws {
        let parameters = try Self.parameters()
        let model = TinyModel.gpt2.model
        let method = QLoRA(Self.lora, on: try QuantisedBase(quantising: parameters, of: model))
        let small = Self.withoutWeights(parameters, method)
        let bare = QLoRA(LowRankAdapter([], of: "none"), on: method.base)
        let mixed = try MixedAdapters(
            model: model, base: small, adapters: [.none, MixedAdapters.Adapter(method, parameters: small)],
            limits: TinyModel.limits, pool: WorkerPool(threads: 2))
        let answers = try mixed.logits(of: [(TinyModel.examples[0], 0), (TinyModel.examples[0], 1)])
        for (answer, alone) in zip(answers, [bare, method]) {
            let expected = try TinyModel.gpt2.values(
                of: alone, parameters: small, examples: [TinyModel.examples[0]], logitRows: .counted
            ) { [$0.pass.logits] }[0]
            #expect(difference(answer, expected).absolute <= 1e-5)
        }
        #expect(difference(answers[0], answers[1]).relative > 0.01)
    }

    @Test("Training lowers the loss, and no gradient exists for any weight of the base")
    func training() throws {
        let parameters = try TinyModel.gpt2.parameters(for: Self.lora)
        let method = QLoRA(Self.lora, on: try QuantisedBase(quantising: parameters, of: TinyModel.gpt2.model))
        let small = Self.withoutWeights(parameters, method)
        let training = TrainingGraph(model: TinyModel.gpt2.model, method: method, optimizer: AdamW(), clipping: 1, textLength: 16)
        for shape in TinyModel.gpt2.model.parameters {
            #expect(training.graph.value(named: "gradient/\(shape.name)") == nil)
        }
        // One step out of three is kept whole: the numbers must not depend on it.
        func losses(keeping: Bool, threads: Int) throws -> [Float] {
            let trainer = try Trainer(
                training, parameters: small.copying(method.trainedParameters(for: TinyModel.gpt2.model)),
                limits: TinyModel.limits,
                pool: WorkerPool(threads: threads))
            let pack = { (batch: inout Batch) in for example in TinyModel.examples { batch.append(example, virtualTokens: 0) } }
            return try (0..<30).map { step in
                keeping && step % 3 == 0
                    ? try trainer.keptStep(learningRate: 0.05, pack: pack) { _ in }.loss
                    : try trainer.step(learningRate: 0.05, pack: pack).loss
            }
        }
        let taken = try losses(keeping: false, threads: 1)
        #expect(taken[29] < taken[0] * 0.8)
        #expect(try losses(keeping: true, threads: 2).map(\.bitPattern) == taken.map(\.bitPattern))
    }

    @Test("AdaLoRA cuts its ranks on a quantised base too")
    func adaLoRA() throws {
        let adapter = AdaLoRA(initialRank: 3, targetRank: 1, totalSteps: 4, targets: ["c_attn"])
        let parameters = try TinyModel.gpt2.parameters(for: adapter)
        let method = QLoRA(adapter, on: try QuantisedBase(quantising: parameters, of: TinyModel.gpt2.model))
        let trainer = try Trainer(
            TrainingGraph(model: TinyModel.gpt2.model, method: method, optimizer: AdamW(), textLength: 16),
            parameters: Self.withoutWeights(parameters, method), limits: TinyModel.limits, pool: WorkerPool(threads: 1))
        for _ in 0..<4 {
            let taken = try trainer.step(learningRate: 0.05) { batch in
                for example in TinyModel.examples { batch.append(example, virtualTokens: 0) }
            }
            #expect(taken.taskLoss < taken.loss)
        }
        let survivors = try #require(adapter.survivors(in: trainer.parameters, for: TinyModel.gpt2.model))
        #expect(survivors.values.reduce(0) { $0 + $1.count { $0 } } == 2)
    }

    @Test("Every matrix of the blocks is quantised, and nothing else")
    func names() throws {
        let names = Set(QuantisedBase.names(in: TinyModel.gpt2.model))
        let expected = (0..<2).flatMap { layer in
            ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"].map { "transformer.h.\(layer).\($0).weight" }
        }
        #expect(names == Set(expected))
        #expect(throws: TuningError.self) {
            try QuantisedBase(quantising: ParameterStore([]), of: TinyModel.gpt2.model)
        }
    }

    @Test("The bytes of base and adapter are what is held")
    func memory() throws {
        let parameters = try Self.parameters()
        let method = QLoRA(Self.lora, on: try QuantisedBase(quantising: parameters, of: TinyModel.gpt2.model))
        let memory = method.memory(for: TinyModel.gpt2.model)
        let quantised = QuantisedBase.names(in: TinyModel.gpt2.model).reduce(0) { sum, name in
            sum + (parameters[name].map { $0.rows * $0.columns } ?? 0)
        }
        #expect(memory.wholeBase == 4 * TinyModel.gpt2.model.parameterCount)
        #expect(memory.otherWeights == 4 * (TinyModel.gpt2.model.parameterCount - quantised))
        #expect(memory.adapter == 4 * method.trainedCount(for: TinyModel.gpt2.model))
        #expect(method.trainedCount(for: TinyModel.gpt2.model) == Self.lora.trainedCount(for: TinyModel.gpt2.model))
        #expect(memory.base == memory.quantisedWeights + memory.otherWeights)
        // Small matrices have short last blocks and means of their own.
        let bits = Double(memory.quantisedWeights * 8) / Double(quantised)
        #expect(bits > 4.127 && bits < 4.5)
    }
}
