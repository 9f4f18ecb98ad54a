import Autodiff
import Foundation
import Interchange
import LinearAlgebra
import Testing
import Tuning

@testable import Experiments

@Suite struct AdapterMergingTests {
    @Test(
        "A merged model answers alone as under the adapter; with the adapter taken out its weights are the old ones to rounding",
        arguments: ["lora", "adalora"])
    func mergedAndBack(name: String) throws {
        try PretrainingTests.withFolder { folder in
            let request = try TrainingJobTests.request(#require(MethodSpecification.Kind(rawValue: name)), in: folder)
            let out = folder.appending(path: "out")
            let job = try request.job().job
            _ = try job.write(to: out, version: "test", pool: WorkerPool(threads: 1))
            let adapters = try AdapterFolder.all(in: out.appending(path: "adapter"))
            let (merged, back) = (folder.appending(path: "merged"), folder.appending(path: "back"))
            let tuned = try TunedModel(job.base, adapters: adapters)
            try tuned.writeMerged(to: merged)
            let alone = TunedModel(try BaseModel(opening: merged))
            func logits(_ model: TunedModel) throws -> [Float] {
                let generator = try Generator(
                    model: model.base.model, method: model.method, parameters: model.parameters, longest: 8,
                    pool: WorkerPool(threads: 1))
                return try generator.nextLogits(after: [9, 20, 33])
            }
            let (under, without) = (try logits(tuned), try logits(alone))
            #expect(zip(under, without).allSatisfy { abs($0 - $1) <= 1e-5 })
            #expect(try logits(TunedModel(job.base)) != under)

            try TunedModel(alone.base, adapters: adapters).writeMerged(to: back, takingOut: true)
            let restored = try BaseModel(opening: back)
            for weight in job.base.parameters.names {
                let (old, new) = (job.base.parameters[weight]?.values ?? [], restored.parameters[weight]?.values ?? [])
                #expect(old.count == new.count && zip(old, new).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($0)) })
            }
        }
    }

    @Test("What is no change of weights is refused, and nothing is written")
    func refused() throws {
        try PretrainingTests.withFolder { folder in
            let base = try BaseModel(opening: SmallModel.words(in: folder))
            let out = folder.appending(path: "merged")
            let error = #expect(throws: InterchangeError.self) { try TunedModel(base).writeMerged(to: out) }
            #expect(error?.description.contains("cannot be merged") == true)
            #expect(!FileManager.default.fileExists(atPath: out.path))
        }
    }
}
