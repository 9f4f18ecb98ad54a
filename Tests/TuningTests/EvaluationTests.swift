import Autodiff
import LinearAlgebra
import Testing
import Transformer

@testable import Tuning

@Suite struct EvaluatorTests {
    @Test("Evaluation in chunks of any size gives the loss of training and the same answers")
    func chunks() throws {
        let method = TrainerTests.prompt
        let parameters = try TinyModel.gpt2.parameters(for: method)
        let loss = try TinyModel.gpt2.values(of: method, parameters: parameters) { [$0.loss] }[0][0]
        var all: [Evaluation] = []
        for size in [1, 3, 8] {
            let evaluator = try Evaluator(
                model: TinyModel.gpt2.model, method: method, parameters: parameters,
                limits: BatchLimits(sequences: size, length: 16),
                pool: WorkerPool(threads: 1))
            all.append(try evaluator.evaluate(TinyModel.examples))
        }
        for evaluation in all {
            #expect(abs(evaluation.loss - loss) < 1e-5)
            #expect(evaluation.answers.map(\.tokens) == all[0].answers.map(\.tokens))
            #expect(evaluation.answers.map(\.tokens.count) == TinyModel.examples.map(\.targets.count))
        }
    }

    @Test("After full fine-tuning on a few examples every answer is right, with high probability")
    func learned() throws {
        let parameters = try TrainerTests.train(FullFineTuning(), steps: 120, learningRate: 0.01).parameters
        let evaluator = try Evaluator(
            model: TinyModel.gpt2.model, method: FullFineTuning(), parameters: parameters, limits: TinyModel.limits,
            pool: WorkerPool(threads: 1))
        let evaluation = try evaluator.evaluate(TinyModel.examples)
        #expect(evaluation.accuracy == 1)
        #expect(evaluation.answers.allSatisfy { $0.probabilities.allSatisfy { $0 > 0.8 && $0 <= 1 } })
    }

    @Test("Room for just the counted rows changes no bit; a sequence that counts more rows is refused")
    func countedLimit() throws {
        let method = TrainerTests.prompt
        let parameters = try TinyModel.gpt2.parameters(for: method)
        var losses: [UInt32] = []
        for counted in [nil, 3] {
            let evaluator = try Evaluator(
                model: TinyModel.gpt2.model, method: method, parameters: parameters,
                limits: BatchLimits(sequences: 8, length: 16, counted: counted), pool: WorkerPool(threads: 1))
            losses.append(try evaluator.evaluate(TinyModel.examples).loss.bitPattern)
        }
        #expect(losses[0] == losses[1])
        let narrow = try Evaluator(
            model: TinyModel.gpt2.model, method: method, parameters: parameters,
            limits: BatchLimits(sequences: 8, length: 16, counted: 2), pool: WorkerPool(threads: 1))
        #expect(throws: ExecutorError.self) { try narrow.evaluate(TinyModel.examples) }
        #expect(try narrow.evaluate(Array(TinyModel.examples.prefix(2))).answers.count == 2)
    }
}
