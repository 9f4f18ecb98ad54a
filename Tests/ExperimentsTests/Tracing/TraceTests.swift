import Foundation
import Interchange
import LinearAlgebra
import Testing

@testable import Experiments

/// A trace holds what Transformers and PEFT compute, under the same names.
@Suite struct TraceTests {
    static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let models: URL = tests.appending(path: "TuningTests/Fixtures/reference")
    static let padded = tests.appending(path: "ExperimentsTests/Fixtures/padded")
    /// One for each use: tests run at the same time, and a pool serves one computation.
    static var pool: WorkerPool { WorkerPool(threads: 2) }

    /// A file that Transformers and PEFT made, and what makes a trace of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let file: URL
        let base: String
        var learningRate = 0.01
        var steps = 10
        var alpha: Double?
        var isRankStabilised: Bool?
        /// Elements of parameters after steps that chance decides: the bias of keys, and of an LSTM gates that saturate.
        var mostNoise = 0

        var testDescription: String { file.lastPathComponent + " " + file.deletingLastPathComponent().lastPathComponent }

        var request: TraceRequest {
            var request = TraceRequest(model: models.appending(path: base), input: file)
            (request.steps, request.learningRate) = (steps, learningRate)
            (request.alpha, request.isRankStabilised) = (alpha, isRankStabilised)
            return request
        }
    }

    static func reference(
        _ folder: String, base: String = "base", learningRate: Double = 0.01, alpha: Double? = nil, stabilised: Bool? = nil,
        mostNoise: Int = 0
    ) -> Case {
        Case(
            file: models.appending(path: "\(folder)/expected.safetensors"), base: base, learningRate: learningRate,
            alpha: alpha, isRankStabilised: stabilised, mostNoise: mostNoise)
    }

    static let cases: [Case] =
        [
            // The bias of keys: d in each of three blocks, after 1 and after 10 steps.
            reference("full", learningRate: 1e-3, mostNoise: 2 * 3 * 32), reference("prompt-tuning"), reference("prefix-tuning"),
            reference("prefix-tuning-mlp"), reference("p-tuning-mlp"), reference("p-tuning-lstm", mostNoise: 100),
            reference("lora", alpha: 6), reference("lora-rslora", alpha: 6, stabilised: true),
            reference("llama-full", base: "llama-base", learningRate: 1e-3),
            reference("llama-prompt-tuning", base: "llama-base"), reference("llama-prefix-tuning", base: "llama-base"),
            reference("llama-lora", base: "llama-base", alpha: 6),
            reference("llama-untied-prompt-tuning", base: "llama-untied-base"),
        ]
        + ["base-prompt-tuning", "base-prefix-tuning", "base-p-tuning", "llama-base-prompt-tuning", "llama-base-prefix-tuning"]
        .map {
            name in
            Case(
                file: padded.appending(path: "\(name).safetensors"), base: name.hasPrefix("llama") ? "llama-base" : "base",
                steps: 3)
        }

    static func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "trace-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    /// How far a trace is from a file.
    static func comparison(of trace: Trace, with file: URL) throws -> TensorComparison {
        var result: TensorComparison?
        try withFolder { folder in
            let out = folder.appending(path: "trace.safetensors")
            try trace.write(to: out)
            result = try TensorComparison(file, out, tolerance: 1e-4)
        }
        return try #require(result)
    }

    static func check(_ comparison: TensorComparison) {
        for entry in comparison.entries {
            #expect(entry.mismatch == nil, "\(entry.name)")
            let absolute = entry.absolute ?? .infinity
            switch entry.name.split(separator: "/").first {
            case "logits", "attention": #expect(absolute <= 2e-5, "\(entry.name) \(absolute)")
            case "hidden": #expect(entry.relative ?? .infinity <= 1e-5, "\(entry.name)")
            case "gradient":
                #expect(entry.agrees && (entry.relative ?? 0 <= 1e-4 || absolute < 1e-8), "\(entry.name) \(absolute)")
            case "start", "input_ids", "attention_mask", "labels": #expect(absolute == 0, "\(entry.name)")
            default: #expect(absolute <= 1e-4, "\(entry.name) \(absolute)")
            }
        }
    }

    @Test("Every number of a batch is what Transformers and PEFT compute, padded in whatever way", arguments: cases)
    func sameNumbers(_ theCase: Case) throws {
        let trace = try Trace(theCase.request, pool: Self.pool)
        let comparison = try Self.comparison(of: trace, with: theCase.file)
        #expect(comparison.onlyInFirst.isEmpty && comparison.onlyInSecond.isEmpty)
        #expect(comparison.noiseElements <= theCase.mostNoise)
        Self.check(comparison)
        #expect(trace.metadata["steps"] == "\(theCase.steps)" && trace.losses.count == theCase.steps)
    }

    @Test("AdaLoRA's singular values after every step are PEFT's, with the schedule of the adapter's folder")
    func adaLoRA() throws {
        let file = Self.models.appending(path: "adalora/expected.safetensors")
        try Self.withFolder { folder in
            let expected = try SafetensorsFile(reading: file)
            var tensors: [String: Tensor] = [:]
            for (name, tensor) in expected.tensors where name.hasPrefix("start/") {
                tensors[String(name.dropFirst("start/".count)).replacing(".default", with: "")] = tensor
            }
            let adapter = folder.appending(path: "adapter")
            try AdapterFolder.write(
                .adaLoRA(
                    AdaLoRAConfiguration(
                        initialRank: 4, targetRank: 2, initialSteps: 2, finalSteps: 3, totalSteps: 12, alpha: 6,
                        storesInputsFirst: true, targetModules: .names(["c_attn", "c_fc"]))), tensors: tensors, to: adapter)
            var request = TraceRequest(model: Self.models.appending(path: "base"), input: file)
            (request.adapter, request.steps, request.weightDecay) = (adapter, 12, 0)
            let comparison = try Self.comparison(of: Trace(request, pool: Self.pool), with: file)
            #expect(comparison.onlyInFirst.allSatisfy { $0.hasPrefix("rank-pattern/") })
            #expect(comparison.entries.count { $0.name.hasPrefix("step-") } == 12 * 6)
            Self.check(comparison)
            // The folder's own numbers are the same ones.
            let bare = folder.appending(path: "batch.safetensors")
            try Self.batch(of: expected, to: bare)
            request.input = bare
            let own = try Self.comparison(of: Trace(request, pool: Self.pool), with: file)
            #expect(own.entries.map(\.name) == comparison.entries.map(\.name))
            #expect(own.entries.map(\.absolute) == comparison.entries.map(\.absolute))
        }
    }

    /// Writes the batch of a file, without anything else.
    static func batch(
        of file: SafetensorsFile, _ change: (inout [String: Tensor]) throws -> Void = { _ in }, to url: URL
    ) throws {
        var tensors = file.tensors.filter { ["input_ids", "attention_mask", "labels"].contains($0.key) }
        try change(&tensors)
        try SafetensorsFile.write(tensors, to: url)
    }

    @Test("An adapter's own tensors are what a trace starts from, where no others are given")
    func ownTensors() throws {
        try Self.withFolder { folder in
            let theCase = Self.reference("prompt-tuning")
            let expected = try SafetensorsFile(reading: theCase.file)
            let rows = try expected.tensor("start/prompt_encoder.default.embedding.weight")
            let adapter = folder.appending(path: "adapter")
            try AdapterFolder.write(
                .promptTuning(
                    PromptTuningConfiguration(virtualTokens: VirtualTokens(count: 5, width: 32, layers: 3, heads: 4))),
                tensors: [AdapterTensorName.promptEmbeddings: rows], to: adapter)
            let bare = folder.appending(path: "batch.safetensors")
            try Self.batch(of: expected, to: bare)
            var request = theCase.request
            (request.input, request.adapter) = (bare, adapter)
            let comparison = try Self.comparison(of: Trace(request, pool: Self.pool), with: theCase.file)
            #expect(comparison.onlyInFirst.isEmpty)
            Self.check(comparison)
        }
    }

    @Test("Without labels only the forward pass is there; without start parameters it is the bare model, or all of it is trained")
    func lessThanAll() throws {
        try Self.withFolder { folder in
            let theCase = Self.reference("full", learningRate: 1e-3)
            let expected = try SafetensorsFile(reading: theCase.file)
            let bare = folder.appending(path: "batch.safetensors")
            try Self.batch(of: expected, to: bare)
            var request = theCase.request
            (request.input, request.steps) = (bare, 0)
            let forward = try Trace(request, pool: Self.pool)
            #expect(forward.trainedCount == 0 && forward.loss != nil)
            #expect(!forward.tensors.keys.contains { $0.hasPrefix("gradient/") || $0.hasPrefix("start/") })
            Self.check(try Self.comparison(of: forward, with: theCase.file))

            (request.method, request.steps) = (.fullFineTuning, 10)
            let comparison = try Self.comparison(of: Trace(request, pool: Self.pool), with: theCase.file)
            #expect(comparison.onlyInFirst.isEmpty)
            Self.check(comparison)

            try Self.batch(of: expected, { $0["labels"] = nil }, to: bare)
            request.steps = 0
            let unlabelled = try Trace(request, pool: Self.pool)
            #expect(unlabelled.loss == nil && unlabelled.tensors["loss"] == nil && unlabelled.tensors["gradient/x"] == nil)
            #expect(unlabelled.tensors["logits"] == forward.tensors["logits"])
        }
    }

    @Test(
        "A soft prompt computed once for the batch, and one with rows in every sequence, give the same numbers",
        arguments: cases.filter { $0.testDescription.contains("p-tuning") || $0.testDescription.contains("prompt-tuning") }
            .filter { !$0.testDescription.contains("padded") })
    func bothPaths(_ theCase: Case) throws {
        let shared = try Trace(theCase.request, pool: Self.pool, placesVirtualTokens: false)
        let placed = try Trace(theCase.request, pool: Self.pool, placesVirtualTokens: true)
        let chosen = try Trace(theCase.request, pool: Self.pool)
        // No label stands on token 0, so that the shared path is taken, to the bit.
        #expect(chosen.tensors == shared.tensors)
        #expect(placed.tensors["logits"] != shared.tensors["logits"], "the two are different computations")
        try Self.withFolder { folder in
            let files = ["a", "b"].map { folder.appending(path: $0) }
            try shared.write(to: files[0])
            try placed.write(to: files[1])
            let comparison = try TensorComparison(files[0], files[1], tolerance: 1e-4)
            #expect(comparison.onlyInFirst.isEmpty && comparison.onlyInSecond.isEmpty)
            Self.check(comparison)
        }
    }

    /// A change of a good batch, and what the one sentence about it says.
    struct Bad: Sendable, CustomTestStringConvertible {
        let says: String
        var request: @Sendable (inout TraceRequest) -> Void = { _ in }
        var batch: @Sendable (inout [String: Tensor]) -> Void = { _ in }
        var testDescription: String { says }
    }

    static func integers(_ name: String, row: Int, column: Int, _ value: Int32) -> @Sendable (inout [String: Tensor]) -> Void {
        { tensors in
            guard let tensor = tensors[name], var values = try? tensor.integers() else { return }
            values[row * tensor.shape[1] + column] = value
            tensors[name] = Tensor(integers: values, shape: tensor.shape)
        }
    }

    static let embedding = "start/prompt_encoder.default.embedding.weight"

    static let bad: [Bad] = [
        Bad(says: "the tensor \"input_ids\" is missing", batch: { $0["input_ids"] = nil }),
        Bad(says: "expected [rows, tokens]", batch: { $0["input_ids"] = Tensor(integers: [1, 2], shape: [2]) }),
        Bad(says: "expected integers", batch: { $0["input_ids"] = Tensor([1, 2], shape: [1, 2]) }),
        Bad(says: "but that of input_ids is", batch: { $0["labels"] = Tensor(integers: [1, 2], shape: [1, 2]) }),
        Bad(says: "expected 0 or 1, but found 2", batch: integers("attention_mask", row: 1, column: 2, 2)),
        Bad(says: "the token 97 is outside the model's vocabulary of 97", batch: integers("input_ids", row: 0, column: 3, 97)),
        Bad(says: "the token -1 is outside", batch: integers("input_ids", row: 0, column: 3, -1)),
        Bad(says: "the label -1 is outside", batch: integers("labels", row: 0, column: 3, -1)),
        Bad(
            says: "labels, row 2, column 6: the label is counted, but the column before it, which predicts it, is masked",
            batch: integers("labels", row: 2, column: 6, 5)),
        Bad(
            says: "attention_mask, row 0: the row has no token at all",
            batch: { tensors in
                guard let shape = tensors["input_ids"]?.shape else { return }
                tensors["attention_mask"] = Tensor(integers: Array(repeating: 0, count: shape[0] * shape[1]), shape: shape)
            }),
        Bad(
            says: "no label is counted",
            batch: { tensors in
                guard let shape = tensors["labels"]?.shape else { return }
                tensors["labels"] = Tensor(integers: Array(repeating: -100, count: shape[0] * shape[1]), shape: shape)
            }),
        Bad(
            says: "its 60 columns behind 5 virtual tokens exceed the model's 64 positions",
            batch: { tensors in
                for name in ["input_ids", "labels"] {
                    tensors[name] = Tensor(integers: Array(repeating: 1, count: 60), shape: [1, 60])
                }
                tensors["attention_mask"] = nil
            }),
        Bad(says: "it holds no labels, which 10 steps of training need", batch: { $0["labels"] = nil }),
        Bad(
            says: "its width 31 does not tell a soft prompt from a prefix",
            batch: { tensors in
                tensors[embedding] = Tensor(Array(repeating: 0, count: 62), shape: [2, 31])
            }),
        Bad(
            says: "its shape is [5, 32], but prefix-tuning on this model needs [5, 192]",
            request: { $0.method = .prefixTuning }),
        Bad(says: "have no prompt_encoder.default.mlp_head.0.weight, which p-tuning needs", request: { $0.method = .pTuning }),
        Bad(says: "full-fine-tuning on this model trains no such parameter", request: { $0.method = .fullFineTuning }),
        Bad(says: "the scale of LoRA's change is not known", request: { $0.method = .lora }),
        Bad(says: "are told by adapter_config.json alone", request: { $0.method = .adaLoRA }),
        Bad(says: "--alpha and --rank-stabilised belong to lora", request: { $0.alpha = 3 }),
        Bad(
            says: "it is no low-rank matrix",
            request: { request in
                request.method = .lora
                request.alpha = 3
            }),
        Bad(
            says: "prompt-tuning starts from random numbers", request: { $0.method = .promptTuning },
            batch: { $0[embedding] = nil }),
        Bad(says: "no step can be taken: nothing is trained", batch: { $0[embedding] = nil }),
        Bad(
            says: "it is no weight of the model",
            batch: { tensors in
                tensors["start/other"] = tensors.removeValue(forKey: embedding)
            }),
        Bad(
            says: "it belongs to another adapter",
            batch: { tensors in
                tensors["start/prompt_encoder.other.embedding.weight"] = tensors[embedding]
            }),
        Bad(
            says: "it is no projection of a block", request: { $0.alpha = 3 },
            batch: { tensors in
                tensors[embedding] = nil
                tensors["start/base_model.model.transformer.wte.lora_A.default.weight"] = Tensor(
                    [Float](repeating: 0, count: 97), shape: [1, 97])
                tensors["start/base_model.model.transformer.wte.lora_B.default.weight"] = Tensor(
                    [Float](repeating: 0, count: 32), shape: [32, 1])
            }),
        Bad(says: "there is no such folder", request: { $0.model = URL(filePath: "/nowhere") }),
        Bad(says: "there is no such folder", request: { $0.adapter = URL(filePath: "/nowhere") }),
    ]

    @Test("What cannot be traced is refused in one sentence", arguments: bad)
    func refusals(_ bad: Bad) throws {
        try Self.withFolder { folder in
            let theCase = Self.reference("prompt-tuning")
            let expected = try SafetensorsFile(reading: theCase.file)
            let file = folder.appending(path: "batch.safetensors")
            try Self.batch(
                of: expected,
                { tensors in
                    tensors[Self.embedding] = expected.tensors[Self.embedding]
                    bad.batch(&tensors)
                }, to: file)
            var request = theCase.request
            request.input = file
            bad.request(&request)
            let error = #expect(throws: (any Error).self) { try Trace(request, pool: Self.pool) }
            let sentence = error.map { "\($0)" } ?? ""
            #expect(sentence.contains(bad.says), "\(sentence)")
            #expect(sentence.hasSuffix(".") && !sentence.contains("\n"))
        }
    }
}
