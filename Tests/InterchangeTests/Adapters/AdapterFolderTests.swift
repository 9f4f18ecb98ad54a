import Foundation
import Testing

@testable import Interchange

@Suite("An adapter folder")
struct AdapterFolderTests {
    static let all = [
        "prompt-tuning", "prompt-tuning-sampled", "prefix-tuning", "prefix-tuning-projected", "p-tuning-mlp", "p-tuning-lstm",
        "lora",
        "lora-patterns", "adalora", "llama-prompt-tuning", "llama-prefix-tuning", "llama-lora",
    ]

    static func open(_ name: String) throws -> AdapterFolder { try AdapterFolder(opening: Fixture.url("adapters/\(name)")) }

    static func model(of name: String) throws -> ModelConfiguration {
        try ModelConfiguration(reading: Fixture.url("models/\(name.hasPrefix("llama") ? "llama" : "gpt2-small")/config.json"))
    }

    @Test("of PEFT opens, fits its model and no other, and is written back byte for byte", arguments: all)
    func roundTrip(name: String) throws {
        let adapter = try Self.open(name)
        try adapter.check(fits: try Self.model(of: name))
        let other = try ModelConfiguration(reading: Fixture.url("models/gpt2/config.json"))
        #expect(throws: InterchangeError.self) { try adapter.check(fits: other) }
        #expect(adapter.configuration.method.baseModel == (name.hasPrefix("llama") ? "models/llama" : "models/gpt2-small"))
        let folder = try TemporaryFolder()
        try AdapterFolder.write(adapter.configuration, tensors: adapter.tensors, to: folder["out"])
        #expect(folder.contents == ["out", "out/adapter_config.json", "out/adapter_model.safetensors"])
        for file in ["adapter_config.json", "adapter_model.safetensors"] {
            let (mine, original) = (try Data(contentsOf: folder["out/\(file)"]), try Fixture.data("adapters/\(name)/\(file)"))
            #expect(mine == original, "\(file)")
        }
    }

    @Test("gives the settings of prompt tuning")
    func promptTuning() throws {
        guard case .promptTuning(let found) = try Self.open("prompt-tuning-sampled").configuration else { throw Unexpected() }
        #expect(found.virtualTokens == VirtualTokens(count: 3, width: 8, layers: 2, heads: 2))
        #expect(found.initialisation == .sampledVocabulary && found.tokenizer == nil)
        #expect(try Self.open("prompt-tuning").floats(AdapterTensorName.promptEmbeddings).count == 24)
    }

    @Test("gives the settings of prefix tuning, whose width is that of the keys")
    func prefixTuning() throws {
        guard case .prefixTuning(let found) = try Self.open("llama-prefix-tuning").configuration else { throw Unexpected() }
        #expect(found.virtualTokens == VirtualTokens(count: 3, width: 8, layers: 2, heads: 2) && !found.isProjected)
        guard case .prefixTuning(let projected) = try Self.open("prefix-tuning-projected").configuration else {
            throw Unexpected()
        }
        #expect(projected.isProjected && projected.encoderWidth == 5)
        #expect(try Self.open("prefix-tuning").tensors[AdapterTensorName.promptEmbeddings]?.shape == [3, 32])
    }

    @Test("gives the settings of P-tuning")
    func pTuning() throws {
        guard case .pTuning(let found) = try Self.open("p-tuning-lstm").configuration else { throw Unexpected() }
        #expect(found.encoder == .lstm && found.encoderWidth == 5 && found.encoderLayers == 1 && found.encoderDropout == 0)
    }

    @Test("gives the settings of LoRA, and ranks by pattern")
    func lora() throws {
        let adapter = try Self.open("lora-patterns")
        guard case .lora(let found) = adapter.configuration else { throw Unexpected() }
        #expect(found.rank == 2 && found.alpha == 6 && found.isRankStabilised && found.storesInputsFirst && found.dropout == 0)
        #expect(try found.rank(of: "transformer.h.0.attn.c_attn") == 1)
        #expect(try found.rank(of: "transformer.h.0.mlp.c_fc") == 2)
        #expect(try found.rank(of: "transformer.h.1.mlp.c_fc") == 3)
        #expect(try found.alpha(of: "transformer.h.0.attn.c_proj") == 4)
        #expect(try found.alpha(of: "transformer.h.1.attn.c_proj") == 6)
        #expect(found.targetModules == .pattern(#"transformer\.h\.\d+\.(attn|mlp)\.c_.*"#))
        #expect(try LoRAConfiguration.modules(in: adapter.tensors).count == 8)
        #expect(adapter.tensors[AdapterTensorName.loraB("transformer.h.1.mlp.c_fc")]?.shape == [20, 3])
    }

    @Test("gives the settings of AdaLoRA, and the rows that survived")
    func adaLoRA() throws {
        let adapter = try Self.open("adalora")
        guard case .adaLoRA(let found) = adapter.configuration else { throw Unexpected() }
        #expect(found.initialRank == 3 && found.targetRank == 1 && found.totalSteps == 4)
        let survivors = try #require(found.survivors)
        #expect(survivors.count == 4 && survivors.values.allSatisfy { $0.count == 3 })
        #expect(survivors.values.reduce(0) { $0 + $1.count { $0 } } == 4)
        for (module, rows) in survivors {
            #expect(adapter.tensors[AdapterTensorName.adaLoRAE(module)]?.shape == [rows.count { $0 }, 1])
        }
    }

    struct Unexpected: Error {}

    /// The sentence for a fixture with some of its settings or tensors changed, without the path of the folder.
    static func problem(
        _ name: String, settings: [String: JSON?] = [:], tensors change: (inout [String: Tensor]) -> Void = { _ in }
    ) throws -> String {
        let folder = try TemporaryFolder()
        var object = try #require(JSON(reading: Fixture.url("adapters/\(name)/adapter_config.json")).object)
        for (key, value) in settings { object[key] = value }
        try folder.write(JSON.object(object).text(), to: "adapter_config.json")
        var tensors = try Self.open(name).tensors
        change(&tensors)
        try SafetensorsFile.write(tensors, to: folder["adapter_model.safetensors"])
        let found = sentence { _ = try AdapterFolder(opening: folder.url) }
        return String((found ?? "").dropFirst(folder.url.displayPath.count + 1))
    }

    static let wrongSettings: [(name: String, settings: [String: JSON?], expected: String)] = [
        (
            "lora", ["peft_type": "IA3"],
            #"key "peft_type": the method "IA3" is not supported; expected one of "PROMPT_TUNING", "PREFIX_TUNING", "P_TUNING", "LORA", "ADALORA"."#
        ),
        (
            "lora", ["peft_type": nil],
            #"key "peft_type": it is missing; expected one of "PROMPT_TUNING", "PREFIX_TUNING", "P_TUNING", "LORA", "ADALORA"."#
        ),
        (
            "lora", ["task_type": "TOKEN_CLS"],
            #"key "task_type": the text "TOKEN_CLS" is not supported; expected "CAUSAL_LM", or "SEQ_CLS" for classes."#
        ),
        (
            "lora", ["modules_to_save": ["lm_head"]],
            #"key "modules_to_save": adapters that also hold modules of the model are not supported; expected null."#
        ),
        ("lora", ["use_dora": true], #"key "use_dora": true is not supported; expected false."#),
        ("lora", ["bias": "all"], #"key "bias": the text "all" is not supported; expected the text "none"."#),
        (
            "lora", ["layer_replication": [[0, 1]]],
            #"key "layer_replication": this variant of LoRA is not supported; expected null."#
        ),
        ("lora", ["lora_dropout": 1.5], #"key "lora_dropout": expected a number from 0 to 1, but found the number 1.5."#),
        (
            "lora", ["rank_pattern": ["c_attn": 0]],
            #"key "c_attn": expected a whole number from 1 to 16777216, but found the number 0."#
        ),
        ("lora", ["target_modules": 1], #"key "target_modules": expected a list of names or a pattern, but found the number 1."#),
        ("lora", ["target_modules": "(c_attn"], #"key "target_modules": "(c_attn" is not a regular expression."#),
        (
            "prompt-tuning", ["num_virtual_tokens": nil],
            #"key "num_virtual_tokens": it is missing; expected a whole number from 1."#
        ),
        (
            "prompt-tuning", ["num_transformer_submodules": 2],
            #"key "num_transformer_submodules": the number 2 is not supported; expected the number 1."#
        ),
        ("prompt-tuning", ["prompt_tuning_init": "TEXT"], #"key "prompt_tuning_init_text": it is missing."#),
        (
            "prompt-tuning", ["prompt_tuning_init": "MAGIC"],
            #"key "prompt_tuning_init": "MAGIC" is not supported; expected one of "RANDOM", "SAMPLE_VOCAB", "TEXT"."#
        ),
        (
            "p-tuning-mlp", ["encoder_reparameterization_type": "GRU"],
            #"key "encoder_reparameterization_type": "GRU" is not supported; expected one of "MLP", "LSTM"."#
        ),
        ("adalora", ["tinit": -1], #"key "tinit": expected a whole number from 0, but found the number -1."#),
        (
            "adalora", ["rank_pattern": ["transformer.h.0.attn.c_attn.lora_E": [1]]],
            #"key "transformer.h.0.attn.c_attn.lora_E" of "rank_pattern": expected the name of a lora_E with a list of true and false, but found a list."#
        ),
    ]

    @Test("with settings that are wrong or not supported is refused by key", arguments: wrongSettings)
    func refusedSettings(name: String, settings: [String: JSON?], expected: String) throws {
        #expect(try Self.problem(name, settings: settings) == "adapter_config.json, \(expected)")
    }

    static let disagreements: [(name: String, settings: [String: JSON?], expected: String)] = [
        (
            "prompt-tuning", ["num_virtual_tokens": 4],
            #"tensor "prompt_embeddings": its shape is [3, 8], but adapter_config.json asks for [4, 8] (num_virtual_tokens × token_dim)."#
        ),
        (
            "prefix-tuning", ["num_layers": 3],
            #"tensor "prompt_embeddings": its shape is [3, 32], but adapter_config.json asks for [3, 48] (num_virtual_tokens × 2 · num_layers · token_dim)."#
        ),
        (
            "lora", ["r": 3],
            #"tensor "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight": its shape is [2, 8], but adapter_config.json asks for [3, inputs]."#
        ),
        (
            "lora", ["target_modules": ["c_proj"]],
            #"module "transformer.h.0.attn.c_attn": target_modules of adapter_config.json does not name it."#
        ),
        (
            "adalora", ["rank_pattern": [:]],
            #"module "transformer.h.0.attn.c_attn": rank_pattern of adapter_config.json does not name it."#
        ),
    ]

    @Test("whose settings and tensors disagree is refused", arguments: disagreements)
    func disagreement(name: String, settings: [String: JSON?], expected: String) throws {
        #expect(try Self.problem(name, settings: settings) == "adapter_model.safetensors, \(expected)")
    }

    @Test("with tensors that are missing, unknown or of integers is refused")
    func wrongTensors() throws {
        let a = "base_model.model.transformer.h.0.attn.c_attn.lora_A.weight"
        #expect(
            try Self.problem("prompt-tuning") { $0 = [:] }
                == #"adapter_model.safetensors, tensor "prompt_embeddings": it is missing."#)
        #expect(
            try Self.problem("prompt-tuning") { $0["more"] = Tensor([1], shape: [1]) }
                == #"adapter_model.safetensors, tensor "more": it is not part of such an adapter; expected only "prompt_embeddings"."#
        )
        #expect(
            try Self.problem("prompt-tuning") {
                $0["prompt_embeddings"] = Tensor(integers: [Int32](repeating: 0, count: 24), shape: [3, 8])
            } == #"adapter_model.safetensors, tensor "prompt_embeddings": expected floating-point numbers, but found I32."#)
        #expect(try Self.problem("lora") { $0[a] = nil } == "adapter_model.safetensors, tensor \"\(a)\": it is missing.")
        #expect(
            try Self.problem("lora") { $0["base_model.model.x.lora_magnitude_vector"] = Tensor([1], shape: [1]) }
                == #"adapter_model.safetensors, tensor "base_model.model.x.lora_magnitude_vector": it is not part of such an adapter; expected names like "base_model.model.<path>.lora_A.weight", "base_model.model.<path>.lora_B.weight"."#
        )
    }

    @Test("that does not fit a model says what does not")
    func notFitting() throws {
        let gpt2 = try ModelConfiguration(reading: Fixture.url("models/gpt2/config.json"))
        func problem(_ name: String) throws -> String {
            let found = sentence { try Self.open(name).check(fits: gpt2) } ?? ""
            return String(found.dropFirst(Fixture.url("adapters/\(name)").displayPath.count))
        }
        #expect(
            try problem("prompt-tuning")
                == #", key "token_dim": the adapter was made for a model with 8 here, but this one has 32."#)
        #expect(
            try problem("prefix-tuning")
                == #", key "token_dim": the adapter was made for a model with 8 here, but this one has 32."#)
        #expect(
            try problem("lora")
                == #", module "transformer.h.0.attn.c_attn": the adapter changes a matrix of 8 inputs and 24 outputs, but the model's has 32 and 96."#
        )
        #expect(try problem("llama-lora") == #", module "model.layers.0.self_attn.q_proj": the model has no such matrix."#)
        let turned = try TemporaryFolder()
        var configuration = try #require(JSON(reading: Fixture.url("adapters/lora/adapter_config.json")).object)
        configuration["fan_in_fan_out"] = false
        try turned.write(JSON.object(configuration).text(), to: "adapter_config.json")
        try FileManager.default.copyItem(
            at: Fixture.url("adapters/lora/adapter_model.safetensors"), to: turned["adapter_model.safetensors"])
        #expect(
            sentence { try AdapterFolder(opening: turned.url).check(fits: gpt2) }?.hasSuffix(
                #"key "fan_in_fan_out": it is false, but a GPT-2 model stores weights [in, out]."#) == true)
    }

    @Test("of our own making carries notes and opens again")
    func ownAdapter() throws {
        let folder = try TemporaryFolder()
        let tokens = VirtualTokens(count: 2, width: 3, layers: 1, heads: 1)
        let configuration = PromptTuningConfiguration(
            virtualTokens: tokens, initialisation: .text("这是"), tokenizer: "models/gpt2", baseModel: "models/gpt2")
        let rows = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
        let tensors = [AdapterTensorName.promptEmbeddings: rows]
        try AdapterFolder.write(.promptTuning(configuration), tensors: tensors, notes: ["base": "abc"], to: folder["a"])
        let copy = try AdapterFolder(opening: folder["a"])
        #expect(copy.configuration == .promptTuning(configuration) && copy.tensors == tensors && copy.notes == ["base": "abc"])
        #expect(
            sentence { try AdapterFolder.write(.promptTuning(configuration), tensors: [:], to: folder["b"]) }?.hasSuffix(
                #"b/adapter_model.safetensors, tensor "prompt_embeddings": it is missing."#) == true)
        #expect(folder.contents == ["a", "a/adapter_config.json", "a/adapter_model.safetensors"])
    }

    @Test("that is not there, or holds pickled weights, is refused")
    func missing() throws {
        let folder = try TemporaryFolder()
        #expect(
            sentence { _ = try AdapterFolder(opening: folder["no"]) }?.hasSuffix(
                "no: there is no such folder; expected one with adapter_config.json and adapter_model.safetensors.") == true)
        try FileManager.default.copyItem(at: Fixture.url("adapters/lora/adapter_config.json"), to: folder["adapter_config.json"])
        #expect(
            sentence { _ = try AdapterFolder(opening: folder.url) }?.hasSuffix(
                "adapter_model.safetensors: there is no such file.") == true)
        try folder.write("", to: "adapter_model.bin")
        #expect(
            sentence { _ = try AdapterFolder(opening: folder.url) }?.hasSuffix(
                "the weights are in adapter_model.bin, which can run code when it is read; save them as adapter_model.safetensors."
            ) == true)
    }

    @Test("with flipped bits is read or refused, but never ends the program")
    func damaged() throws {
        let folder = try TemporaryFolder()
        var scrambler = Scrambler(state: 6)
        for name in ["prompt-tuning", "lora-patterns", "adalora"] {
            let copy = folder[name]
            try FileManager.default.copyItem(at: Fixture.url("adapters/\(name)"), to: copy)
            let whole = try Fixture.data("adapters/\(name)/adapter_config.json")
            for _ in 0..<150 {
                var damaged = whole
                damaged[Int.random(in: 0..<whole.count, using: &scrambler)] ^= 1 << UInt8.random(in: 0..<8, using: &scrambler)
                try damaged.write(to: copy.appendingPathComponent("adapter_config.json"))
                _ = try? AdapterFolder(opening: copy).check(fits: try Self.model(of: name))
            }
        }
    }
}
