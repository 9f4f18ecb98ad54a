import Foundation
import Testing

@testable import Interchange

@Suite("A model configuration")
struct ModelConfigurationTests {
    /// The configuration of a fixture with some members changed; nil removes one.
    static func changed(_ model: String, _ changes: [String: JSON?]) throws -> ModelConfiguration {
        let folder = try TemporaryFolder()
        var object = try #require(JSON(reading: Fixture.url("models/\(model)/config.json")).object)
        for (key, value) in changes { object[key] = value }
        return try ModelConfiguration(reading: folder.write(JSON.object(object).text(), to: "config.json"))
    }

    @Test("of GPT-2 has the values of config.json")
    func gpt2() throws {
        guard case .gpt2(let found) = try ModelConfiguration(reading: Fixture.url("models/gpt2-small/config.json")) else {
            Issue.record("not a GPT-2 model")
            return
        }
        #expect(found.layers == 2 && found.heads == 2 && found.width == 8 && found.innerWidth == 20)
        #expect(found.vocabularySize == 20 && found.context == 12 && found.normEpsilon == 1e-5)
        #expect(found.beginTokens == [0] && found.endTokens == [0])
    }

    @Test("of Llama has the values of config.json, in the old form of the rotary settings too")
    func llama() throws {
        let recent = try ModelConfiguration(reading: Fixture.url("models/llama/config.json"))
        guard case .llama(let found) = recent else {
            Issue.record("not a Llama model")
            return
        }
        #expect(found.layers == 2 && found.heads == 4 && found.keyValueHeads == 2 && found.headWidth == 4)
        #expect(found.width == 16 && found.innerWidth == 24 && found.vocabularySize == 30 && found.context == 32)
        #expect(found.normEpsilon == 1e-6 && found.rotary == RotaryEmbedding(base: 10_000) && found.tiesEmbeddings)
        #expect(
            try Self.changed("llama", ["rope_parameters": nil, "rope_theta": 10000.0, "rope_scaling": .some(.null)]) == recent)
    }

    static let scalings: [(JSON, RotaryEmbedding)] = [
        (["rope_type": "default", "rope_theta": 5e5], RotaryEmbedding(base: 500_000)),
        (["rope_type": "linear", "factor": 4], RotaryEmbedding(base: 10_000, scaling: .linear(factor: 4))),
        (["type": "linear", "factor": 2.5], RotaryEmbedding(base: 10_000, scaling: .linear(factor: 2.5))),
        (
            [
                "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                "original_max_position_embeddings": 8192,
            ],
            RotaryEmbedding(
                scaling: .llama3(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192))
        ),
    ]

    @Test("of Llama knows the scalings of the rotary embedding", arguments: scalings)
    func scaling(value: JSON, expected: RotaryEmbedding) throws {
        for key in ["rope_parameters", "rope_scaling"] {
            let bare: [String: JSON?] = ["rope_parameters": nil, "rope_theta": 10_000.0]
            guard case .llama(let found) = try Self.changed("llama", bare.merging([key: value]) { $1 }) else { return }
            #expect(found.rotary == expected)
        }
    }

    @Test(
        "is written back with every member that it does not know",
        arguments: ["gpt2", "gpt2-small", "llama", "llama-untied-bfloat16"])
    func writtenBack(model: String) throws {
        let url = Fixture.url("models/\(model)/config.json")
        let original = try #require(JSON(reading: url).object)
        let written = try ModelConfiguration(reading: url).checkpoint.settings
        for member in original.members { #expect(written[member.key] == member.value, "\(member.key)") }
        #expect(written.keys.filter { !original.keys.contains($0) } == (model.hasPrefix("llama") ? ["rope_theta"] : []))
    }

    static let refusals: [(model: String, changes: [String: JSON?], expected: String)] = [
        (
            "gpt2", ["model_type": "bert"],
            #"key "model_type": models of the family "bert" are not read; expected one of "gpt2", "llama"."#
        ),
        ("gpt2", ["model_type": nil], #"key "model_type": it is missing; expected one of "gpt2", "llama"."#),
        (
            "gpt2", ["activation_function": "relu"],
            #"key "activation_function": the text "relu" is not supported; expected the text "gelu_new"."#
        ),
        ("gpt2", ["scale_attn_weights": false], #"key "scale_attn_weights": false is not supported; expected true."#),
        (
            "gpt2", ["scale_attn_by_inverse_layer_idx": true],
            #"key "scale_attn_by_inverse_layer_idx": true is not supported; expected false."#
        ),
        ("gpt2", ["tie_word_embeddings": false], #"key "tie_word_embeddings": false is not supported; expected true."#),
        ("gpt2", ["add_cross_attention": true], #"key "add_cross_attention": true is not supported; expected false."#),
        (
            "gpt2", ["quantization_config": [:]],
            #"key "quantization_config": quantised weights are not read; use the folder they were made from."#
        ),
        ("gpt2", ["n_layer": nil], #"key "n_layer": it is missing; expected a whole number from 1."#),
        (
            "gpt2", ["n_layer": 1_000_000_000],
            #"key "n_layer": expected a whole number from 1 to 10000, but found the number 1000000000."#
        ),
        ("gpt2", ["n_head": 3], #"key "n_head": the width n_embd = 32 cannot be cut into 3 heads of the same width."#),
        ("gpt2", ["n_embd": "wide"], #"key "n_embd": expected a whole number from 1 to 16777216, but found the text "wide"."#),
        ("gpt2", ["vocab_size": 0], #"key "vocab_size": expected a whole number from 1 to 16777216, but found the number 0."#),
        ("gpt2", ["layer_norm_epsilon": 0], #"key "layer_norm_epsilon": expected a number above 0, but found the number 0."#),
        ("gpt2", ["eos_token_id": -1], #"key "eos_token_id": expected a token id or a list of them, but found the number -1."#),
        ("llama", ["hidden_act": "gelu"], #"key "hidden_act": the text "gelu" is not supported; expected the text "silu"."#),
        ("llama", ["attention_bias": true], #"key "attention_bias": true is not supported; expected false."#),
        ("llama", ["pretraining_tp": 2], #"key "pretraining_tp": the number 2 is not supported; expected the number 1."#),
        (
            "llama", ["num_key_value_heads": 3],
            #"key "num_key_value_heads": 4 query heads cannot share 3 key and value heads evenly."#
        ),
        ("llama", ["head_dim": 5], #"key "head_dim": the rotary embedding turns pairs of numbers, but a head has 5."#),
        ("llama", ["tie_word_embeddings": 1], #"key "tie_word_embeddings": expected true or false, but found the number 1."#),
        (
            "llama", ["rope_parameters": ["rope_type": "yarn", "factor": 2]],
            #"key "rope_type" of "rope_parameters": the scaling "yarn" is not supported; expected one of "default", "linear", "llama3"."#
        ),
        (
            "llama", ["rope_parameters": nil, "rope_scaling": ["type": "linear"]],
            #"key "factor" of "rope_scaling": it is missing; expected a number above 0."#
        ),
        (
            "llama", ["rope_parameters": ["rope_type": "llama3", "factor": 2, "low_freq_factor": 4, "high_freq_factor": 1]],
            #"key "high_freq_factor" of "rope_parameters": expected a number above low_freq_factor = 4.0."#
        ),
    ]

    @Test("that is not supported is refused by key and value", arguments: refusals)
    func refused(model: String, changes: [String: JSON?], expected: String) {
        let found = sentence { _ = try Self.changed(model, changes) }
        #expect(found?.hasSuffix("config.json, \(expected)") == true, "\(found ?? "nothing")")
    }

    @Test("with flipped bits is read or refused, but never ends the program")
    func damaged() throws {
        let folder = try TemporaryFolder()
        var scrambler = Scrambler(state: 3)
        for model in ["gpt2", "llama"] {
            let whole = try Fixture.data("models/\(model)/config.json")
            for _ in 0..<500 {
                var damaged = whole
                damaged[Int.random(in: 0..<whole.count, using: &scrambler)] ^= 1 << UInt8.random(in: 0..<8, using: &scrambler)
                try damaged.write(to: folder["config.json"])
                _ = try? ModelConfiguration(reading: folder["config.json"]).checkpoint.weights.count
            }
        }
    }
}
