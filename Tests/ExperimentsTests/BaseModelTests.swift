import Autodiff
import Foundation
import Interchange
import LinearAlgebra
import Testing
import Transformer
import Tuning

@testable import Experiments

@Suite struct BaseModelTests {
    @Test("A Llama folder opens with all that its configuration says")
    func llama() throws {
        try PretrainingTests.withFolder { folder in
            let base = try BaseModel(opening: SmallModel.llama(in: folder))
            let model = try #require(base.model as? Llama)
            #expect(
                model.configuration
                    == Llama.Configuration(
                        layers: 1, heads: 4, keyHeads: 2, headWidth: 4, width: 16, innerWidth: 24,
                        vocabularySize: base.tokenizer.vocabularySize, context: 64, normEpsilon: 1e-5,
                        rotary: RotaryFrequencies(
                            base: 500,
                            scaling: .llama3(factor: 4, lowFrequencyFactor: 1, highFrequencyFactor: 2, originalContext: 16)),
                        tiesEmbeddings: false))
            let weights = base.configuration.checkpoint.weights.map { ParameterShape($0.name, $0.shape) }
            #expect(model.parameters == weights, "the names, shapes and order of the checkpoint")
            #expect(base.endTokens == base.tokenizer.id(of: "<end>").map { [$0] })
        }
    }

    @Test("A soft prompt is trained on a Llama, written, and opened again with the bits and the loss that training found")
    func promptTuning() throws {
        try PretrainingTests.withFolder { folder in
            var request = try TrainingJobTests.request(.promptTuning, in: folder)
            request.model = try SmallModel.llama(in: folder).path
            let out = folder.appending(path: "out")
            let pool = WorkerPool(threads: 2)
            let summary = try request.job().job.write(to: out, version: "test", pool: pool)
            let adapter = try AdapterFolder(opening: out.appending(path: TrainingJob.Part.adapter))
            let model = try TunedModel(BaseModel(opening: URL(filePath: request.model)), adapter: adapter)
            #expect(adapter.warning(on: model.base) == nil)
            guard case .file(_, let reading, .file(let held)) = request.source else { return }
            let data = try reading.read(held, for: model.base, virtualTokens: model.method.virtualTokens)
            let evaluation = try ModelEvaluation(of: model, on: data, labels: data.labels, pool: pool)
            let split = try #require(summary.splits.first { $0.name == "validation" })
            #expect(evaluation.loss == split.lossAfter && split.lossAfter != split.lossBefore)
        }
    }
}

extension ParameterShape {
    /// A vector of a checkpoint is a matrix of one row.
    fileprivate init(_ name: String, _ shape: [Int]) {
        self.init(name, shape.count > 1 ? shape[0] : 1, shape.last ?? 0)
    }
}
