import Autodiff
import LinearAlgebra
import Testing
import Transformer

@testable import Tuning

@Suite struct TrainerTests {
    static func train(
        _ method: some TuningMethod, steps: Int, threads: Int = 2, clipping: Double? = nil, learningRate: Double = 0.05,
        parameters given: ParameterStore? = nil
    ) throws -> (losses: [Float], norms: [Float], parameters: ParameterStore) {
        let parameters = try given ?? TinyModel.gpt2.parameters(for: method)
        let training = TrainingGraph(
            model: TinyModel.gpt2.model, method: method, optimizer: AdamW(), clipping: clipping, textLength: 16)
        let trainer = try Trainer(
            training, parameters: parameters, limits: TinyModel.limits, pool: WorkerPool(threads: threads))
        let taken = try (0..<steps).map { _ in
            try trainer.step(learningRate: learningRate) { batch in
                for example in TinyModel.examples { batch.append(example, virtualTokens: method.virtualTokens) }
            }
        }
        return (taken.map(\.loss), taken.map(\.gradientNorm), parameters)
    }

    static let prompt = PromptTuning(virtualTokens: 4, initialisation: .sampledVocabulary)

    @Test("Prompt tuning lowers the loss and leaves every weight of the model as it was, bit for bit")
    func promptTuning() throws {
        let before = try TinyModel.gpt2.parameters(for: Self.prompt)
        let (losses, _, after) = try Self.train(Self.prompt, steps: 60)
        #expect(losses[59] < losses[0] * 0.8)
        for shape in TinyModel.gpt2.model.parameters {
            #expect(before[shape.name]?.values.map(\.bitPattern) == after[shape.name]?.values.map(\.bitPattern))
        }
        #expect(before[PromptTuning.parameter]?.values != after[PromptTuning.parameter]?.values)
    }

    @Test("The same seed gives the same bits on one thread and on several")
    func threads() throws {
        for method in [Self.prompt, FullFineTuning()] as [any TuningMethod] {
            func run(_ threads: Int) throws -> [UInt32] {
                try Self.train(method, steps: 12, threads: threads).losses.map(\.bitPattern)
            }
            let one = try run(1)
            #expect(try run(2) == one)
            #expect(try run(3) == one)
        }
    }

    @Test("The first AdamW step moves every number by the learning rate against its gradient")
    func firstStep() throws {
        let method = PromptTuning(virtualTokens: 4, initialisation: .normal(deviation: 1))
        let before = try TinyModel.gpt2.parameters(for: method)
        let gradient = try TinyModel.gpt2.values(of: method, parameters: before) { $0.trained.map(\.gradient) }[0]
        let after = try Self.train(method, steps: 1, learningRate: 0.01).parameters
        let (old, new) = (before[PromptTuning.parameter]?.values ?? [], after[PromptTuning.parameter]?.values ?? [])
        for index in old.indices where abs(gradient[index]) > 1e-5 {
            let moved = new[index] - old[index] * (1 - 0.01 * 0.01)
            #expect(abs(moved + 0.01 * (gradient[index] > 0 ? 1 : -1)) < 2e-5)
        }
    }

    @Test("A clipped gradient has the limit's norm; a smaller one is left alone")
    func clipping() throws {
        let free = try Self.train(Self.prompt, steps: 1)
        let norm = Double(free.norms[0])
        // AdamW's first step does not depend on the gradient's size, so the second moment shows what was clipped.
        func moment(_ clipping: Double?) throws -> [Float] {
            let parameters = try TinyModel.gpt2.parameters(for: Self.prompt)
            let training = TrainingGraph(
                model: TinyModel.gpt2.model, method: Self.prompt, optimizer: AdamW(), clipping: clipping, textLength: 16)
            let trainer = try Trainer(training, parameters: parameters, limits: TinyModel.limits, pool: WorkerPool(threads: 1))
            try trainer.step(learningRate: 0.01) { batch in
                for example in TinyModel.examples { batch.append(example, virtualTokens: 4) }
            }
            return trainer.parameters[AdamW.moments(of: PromptTuning.parameter)[0]]?.values ?? []
        }
        let plain = try moment(nil)
        #expect(try difference(moment(norm * 2), plain).relative < 1e-6)
        let halved = try moment(norm / 2)
        #expect(difference(halved, plain.map { $0 / 2 }).relative < 1e-5)
    }

    @Test("A batch larger than the limits is an error, and the next step works")
    func tooLarge() throws {
        let training = TrainingGraph(model: TinyModel.gpt2.model, method: Self.prompt, optimizer: AdamW(), textLength: 16)
        let trainer = try Trainer(
            training, parameters: TinyModel.gpt2.parameters(for: Self.prompt), limits: BatchLimits(sequences: 1, length: 16),
            pool: WorkerPool(threads: 1))
        #expect(throws: ExecutorError.self) {
            try trainer.step(learningRate: 0.1) { batch in
                for example in TinyModel.examples { batch.append(example, virtualTokens: 4) }
            }
        }
        let step = try trainer.step(learningRate: 0.1) { $0.append(TinyModel.examples[0], virtualTokens: 4) }
        #expect(step.index == 0 && step.loss > 0)
    }
}
