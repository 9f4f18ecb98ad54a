import Foundation
import Interchange
import LinearAlgebra
import Testing
import Tuning

@testable import Experiments

@Suite struct MixedGenerationTests {
    @Test("Rows under adapters of different methods are answered in one batch as each would be alone")
    func mixed() throws {
        try PretrainingTests.withFolder { folder in
            let told: [(String, @Sendable (inout MethodSettings) -> Void)] = [
                ("prompt-tuning", { _ in }), ("prefix-tuning", { $0.virtualTokens = 5 }), ("lora", { $0.rank = 2 }),
                ("adalora", { _ in }),
                ("p-tuning", { $0.template = "{prompt} [P] [P]" }), ("prompt-tuning+lora", { $0.virtualTokens = 1 }),
            ]
            var model = ""
            for (index, (kind, tell)) in told.enumerated() {
                let request = try TrainingJobTests.request(#require(MethodSpecification.Kind(rawValue: kind)), in: folder, tell)
                model = request.model
                _ = try request.job().job.write(
                    to: folder.appending(path: "a\(index)"), version: "test", pool: WorkerPool(threads: 1))
            }
            let rows = (0..<14).map { index in
                let adapter = index % 7 == 6 ? "" : folder.appending(path: "a\(index % 7)/adapter").path
                return "\(adapter),\(["hot =", "good ="][index / 7]),cold"
            }
            let file = try SmallModel.write("adapter,prompt,completion\n" + rows.joined(separator: "\n"), "rows.csv", in: folder)
            let base = try BaseModel(opening: URL(filePath: model))
            var opened = 0
            func open(_ name: String) throws -> TunedModel {
                opened += 1
                return try TunedModel(base, adapters: AdapterFolder.all(in: URL(filePath: name)))
            }
            let result = try MixedGeneration(
                rowsOf: file, on: base, open: open, limit: 3, isChecked: true, pool: WorkerPool(threads: 2))
            #expect(result.rows.count == 14 && opened == 6)
            #expect(try #require(result.largestDifference) <= 1e-6)
            #expect(result.baseBytes == base.heldBytes)
            for row in result.rows {
                let alone = row.adapter.isEmpty ? TunedModel(base) : try open(row.adapter)
                let text = try Generation(of: alone, after: row.prompt, limit: 3, pool: WorkerPool(threads: 1)).completion
                #expect(text == row.completion, "\(row.adapter)")
            }
        }
    }

    @Test(
        "Rows that cannot be answered are refused in a sentence that names the line or the column",
        arguments: [
            ("adapter,prompt\n,\n", "line 2, column \"prompt\""), ("adapter,text\n,hot\n", "column \"prompt\""),
            ("prompt\nhot\n", "column \"adapter\""), ("adapter,prompt\n,nowhere\n", "line 2"), ("adapter,prompt\n", "no rows"),
        ])
    func refused(text: String, named: String) throws {
        try PretrainingTests.withFolder { folder in
            let base = try BaseModel(opening: SmallModel.words(in: folder))
            let file = try SmallModel.write(text, "rows.csv", in: folder)
            let error = #expect(throws: InterchangeError.self) {
                try MixedGeneration(
                    rowsOf: file, on: base, open: { _ in TunedModel(base) }, limit: 1, pool: WorkerPool(threads: 1))
            }
            #expect(error?.description.contains(named) == true, "\(String(describing: error))")
        }
    }
}
