import Foundation
import Interchange
import LinearAlgebra
import Testing
import Tuning

@testable import Experiments

/// What does not go together is refused before anything is computed, in one sentence.
@Suite struct AdapterRefusalTests {
    /// A method with settings that the small model (16 wide, 64 positions) cannot have.
    struct Impossible: Sendable, CustomTestStringConvertible {
        let kind: String
        let expected: String
        let tell: @Sendable (inout MethodSettings) -> Void
        var testDescription: String { "\(kind): \(expected)" }
    }

    static let impossible = [
        Impossible(kind: "prompt-tuning", expected: "64 virtual tokens do not fit") { $0.virtualTokens = 64 },
        Impossible(kind: "prefix-tuning", expected: "900 virtual tokens do not fit") { $0.virtualTokens = 900 },
        Impossible(kind: "prefix-tuning", expected: "which no word stands for") { $0.start = .sampledVocabulary },
        Impossible(kind: "lora", expected: "Rank 17 is not possible") { $0.rank = 17 },
        Impossible(kind: "lora", expected: "No projection of the model is called q_proj") { $0.targets = ["q_proj"] },
        Impossible(kind: "qlora", expected: "Rank 99 is not possible") { $0.rank = 99 },
        Impossible(kind: "adalora", expected: "The rank budget cannot follow the target rank = 9") { $0.targetRank = 9 },
        Impossible(kind: "p-tuning", expected: "it needs {prompt} once") { $0.template = "[P] [P]" },
        Impossible(kind: "prompt-tuning", expected: "nonsense") { $0.template = "[P] nonsense {prompt}" },
        Impossible(kind: "hard-prompt", expected: "nonsense") { $0.text = "nonsense" },
        Impossible(kind: "prompt-tuning", expected: "it has no tokens") { $0.start = .text("") },
    ]

    @Test("Settings that a model cannot have", arguments: impossible)
    func settings(_ wrong: Impossible) throws {
        try PretrainingTests.withFolder { folder in
            let kind = try #require(MethodSpecification.Kind(rawValue: wrong.kind))
            var message = ""
            do {
                let request = try TrainingJobTests.request(kind, in: folder, wrong.tell)
                let out = folder.appending(path: "out")
                _ = try request.job().job.write(to: out, version: "test", pool: WorkerPool(threads: 1))
            } catch {
                message = "\(error)"
            }
            #expect(message.contains(wrong.expected), "\(message)")
            #expect(!message.contains("\n") && !FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
        }
    }

    @Test("A number in an adapter that is not finite is found, with the tensor that holds it", arguments: [Float.nan, .infinity])
    func notFinite(_ number: Float) throws {
        try PretrainingTests.withFolder { folder in
            let base = try BaseModel(opening: SmallModel.words(in: folder))
            var numbers = [Float](repeating: 0.5, count: 2 * 16)
            numbers[21] = number
            let url = folder.appending(path: "adapter")
            try AdapterFolder.write(
                .promptTuning(PromptTuningConfiguration(virtualTokens: VirtualTokens(count: 2, width: 16, layers: 1, heads: 2))),
                tensors: [AdapterTensorName.promptEmbeddings: Tensor(numbers, shape: [2, 16])], to: url)
            let error = #expect(throws: InterchangeError.self) { try TunedModel(base, adapter: AdapterFolder(opening: url)) }
            #expect(error?.description.contains("prompt_embeddings") == true && error?.description.contains("finite") == true)
        }
    }

    @Test("Two adapters that both stand in front of the text, or bring the same parameters, are refused by name")
    func twoFronts() throws {
        try PretrainingTests.withFolder { folder in
            let base = try BaseModel(opening: SmallModel.words(in: folder))
            func adapter(_ name: String, _ configuration: AdapterConfiguration, columns: Int) throws -> AdapterFolder {
                let url = folder.appending(path: name)
                let rows = Tensor([Float](repeating: 0.1, count: 2 * columns), shape: [2, columns])
                try AdapterFolder.write(configuration, tensors: [AdapterTensorName.promptEmbeddings: rows], to: url)
                return try AdapterFolder(opening: url)
            }
            let tokens = VirtualTokens(count: 2, width: 16, layers: 1, heads: 2)
            let prompt = try adapter("prompt", .promptTuning(PromptTuningConfiguration(virtualTokens: tokens)), columns: 16)
            let prefix = try adapter("prefix", .prefixTuning(PrefixTuningConfiguration(virtualTokens: tokens)), columns: 32)
            for pair in [[prompt, prefix], [prompt, prompt]] {
                let error = #expect(throws: InterchangeError.self) { try TunedModel(base, adapters: pair) }
                #expect(error?.description.contains("use one of the two") == true, "\(String(describing: error))")
            }
        }
    }
}
