import Autodiff
import CAllocations
import LinearAlgebra
import Testing
import Transformer

@testable import Tuning

@Suite struct AllocationTests {
    /// Without optimisation the standard library's generic iterators allocate; that is not ours to change.
    private static let isOptimised = !_isDebugAssertConfiguration()

    @Test(
        "After the first step a training step allocates nothing", .enabled(if: isOptimised, "needs swift test -c release"),
        arguments: TinyModel.families, ["prompt", "prefix", "lora", "qlora", "full"])
    func step(tiny: TinyModel, name: String) throws {
        let lora = LoRA(rank: 2, alpha: 4, targets: ["c_attn", "q_proj"])
        let methods: [String: any TuningMethod] = [
            "prompt": PromptTuning(virtualTokens: 4, initialisation: .sampledVocabulary),
            "prefix": PrefixTuning(virtualTokens: 4),
            "lora": lora, "full": FullFineTuning(),
            "qlora": QLoRA(lora, on: try QuantisedBase(quantising: tiny.parameters(for: lora), of: tiny.model)),
        ]
        let method = try #require(methods[name])
        let before = foreword_allocation_count()
        let parameters = try tiny.parameters(for: method)
        try #require(foreword_allocation_count() > before, "the counter counts")
        let training = TrainingGraph(
            model: tiny.model, method: method, optimizer: AdamW(), clipping: 1, textLength: TinyModel.limits.length)
        // One thread, for allocations are counted by thread; what a thread does does not depend on how many there are.
        let trainer = try Trainer(training, parameters: parameters, limits: TinyModel.limits, pool: WorkerPool(threads: 1))
        let examples = TinyModel.examples
        func steps(_ count: Int) throws -> Int64 {
            let start = foreword_allocation_count()
            for _ in 0..<count {
                try trainer.step(learningRate: 0.01) { batch in
                    for example in examples { batch.append(example, virtualTokens: method.virtualTokens) }
                }
            }
            return foreword_allocation_count() - start
        }
        _ = try steps(3)
        let counted = try steps(10)
        #expect(counted == 0, "\(counted) allocations in ten steps")
    }
}
