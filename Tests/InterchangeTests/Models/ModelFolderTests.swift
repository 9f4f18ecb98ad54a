import Foundation
import Testing

@testable import Interchange

@Suite("A model folder")
struct ModelFolderTests {
    /// A copy of a fixture with its tensors changed.
    static func changed(
        _ model: String, in folder: TemporaryFolder, _ change: (inout [String: Tensor]) throws -> Void
    ) throws -> URL {
        let copy = folder[model]
        try FileManager.default.copyItem(at: Fixture.url("models/\(model)"), to: copy)
        let weights = copy.appendingPathComponent("model.safetensors")
        var tensors = try SafetensorsFile(reading: weights).tensors
        try change(&tensors)
        try SafetensorsFile.write(tensors, to: weights)
        return copy
    }

    @Test("of GPT-2 gives its weights under canonical names")
    func gpt2() throws {
        let folder = try ModelFolder(opening: Fixture.url("models/gpt2"))
        #expect(folder.tensors.count == 40)
        #expect(folder.tensors["transformer.h.2.attn.c_attn.weight"]?.shape == [32, 96])
        #expect(try folder.floats("transformer.wte.weight").count == 97 * 32)
        #expect(try folder.weightsHash() == ContentHash(ofFile: Fixture.url("models/gpt2/model.safetensors")))
        #expect(
            sentence { _ = try folder.floats("lm_head.weight") }?.hasSuffix(
                #"tensor "lm_head.weight": the model has no such weight."#) == true)
    }

    @Test("of float16 weights in several files gives those of the float32 model, rounded")
    func sharded() throws {
        let whole = try ModelFolder(opening: Fixture.url("models/gpt2-small"))
        let sharded = try ModelFolder(opening: Fixture.url("models/gpt2-float16-sharded"))
        for name in whole.tensors.keys {
            #expect(try sharded.floats(name) == whole.floats(name).map { Float(Float16($0)) }, "\(name)")
        }
    }

    @Test("of Llama has a head of its own unless it is tied")
    func llama() throws {
        #expect(try ModelFolder(opening: Fixture.url("models/llama")).tensors["lm_head.weight"] == nil)
        let untied = try ModelFolder(opening: Fixture.url("models/llama-untied-bfloat16"))
        #expect(untied.tensors["lm_head.weight"]?.shape == [30, 16])
        #expect(untied.tensors["model.layers.1.self_attn.k_proj.weight"]?.shape == [8, 16])
    }

    @Test("may leave out the prefix, hold buffers of older versions, and a head equal to the embeddings")
    func olderFile() throws {
        let folder = try TemporaryFolder()
        let url = try Self.changed("gpt2-small", in: folder) { tensors in
            tensors = Dictionary(uniqueKeysWithValues: tensors.map { (String($0.key.dropFirst("transformer.".count)), $0.value) })
            tensors["h.0.attn.bias"] = Tensor([Float](repeating: 1, count: 144), shape: [1, 1, 12, 12])
            tensors["h.1.attn.masked_bias"] = Tensor([Float(-1e4)], shape: [])
            tensors["lm_head.weight"] = tensors["wte.weight"]
        }
        let original = try ModelFolder(opening: Fixture.url("models/gpt2-small"))
        let older = try ModelFolder(opening: url)
        #expect(older.tensors == original.tensors)
        #expect(try older.weightsHash() == original.weightsHash())
    }

    @Test("names the tensor that is missing, of another shape or type, unknown, or doubled")
    func wrongTensors() throws {
        func problem(_ model: String, _ change: (inout [String: Tensor]) throws -> Void) throws -> String {
            let folder = try TemporaryFolder()
            let url = try Self.changed(model, in: folder, change)
            let found = try #require(sentence { _ = try ModelFolder(opening: url) })
            return String(found.dropFirst(url.displayPath.count + 1))
        }
        #expect(
            try problem("gpt2-small") { $0["transformer.h.1.ln_2.bias"] = nil }
                == #"model.safetensors, tensor "transformer.h.1.ln_2.bias": it is missing; config.json asks for it with the shape [8]."#
        )
        #expect(
            try problem("gpt2-small") { $0["transformer.wpe.weight"] = Tensor([1], shape: [1]) }
                == #"model.safetensors, tensor "transformer.wpe.weight": its shape is [1], but config.json asks for [12, 8]."#)
        #expect(
            try problem("gpt2-small") {
                $0["transformer.ln_f.bias"] = Tensor(integers: [Int32](repeating: 1, count: 8), shape: [8])
            } == #"model.safetensors, tensor "transformer.ln_f.bias": expected floating-point numbers, but found I32."#)
        #expect(
            try problem("gpt2-small") { $0["transformer.h.2.ln_1.bias"] = Tensor([1], shape: [1]) }
                == #"model.safetensors, tensor "transformer.h.2.ln_1.bias": it is not a weight of a GPT-2 model with this config.json."#
        )
        #expect(
            try problem("gpt2-small") { $0["wte.weight"] = $0["transformer.wte.weight"] }.contains("the same weight is also in"))
        #expect(
            try problem("gpt2-small") { $0["lm_head.weight"] = Tensor([Float](repeating: 0, count: 160), shape: [20, 8]) }
                == #"model.safetensors, tensor "lm_head.weight": it differs from "transformer.wte.weight", but config.json says that they are one (tie_word_embeddings)."#
        )
        #expect(
            try problem("llama-untied-bfloat16") { $0["lm_head.weight"] = nil }
                == #"model.safetensors, tensor "lm_head.weight": it is missing; config.json asks for it with the shape [30, 16]."#
        )
    }

    @Test("names the file that is missing")
    func missingFiles() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.displayPath
        #expect(
            sentence { _ = try ModelFolder(opening: folder["no"]) }
                == "\(path)/no: there is no such folder; expected one with config.json and model.safetensors.")
        #expect(sentence { _ = try ModelFolder(opening: folder.url) } == "\(path)/config.json: there is no such file.")
        try FileManager.default.copyItem(at: Fixture.url("models/gpt2/config.json"), to: folder["config.json"])
        #expect(
            sentence { _ = try ModelFolder(opening: folder.url) }
                == "\(path): the folder holds no model.safetensors and no model.safetensors.index.json.")
        try folder.write("", to: "pytorch_model.bin")
        #expect(
            sentence { _ = try ModelFolder(opening: folder.url) }
                == "\(path): the weights are in pytorch_model.bin, which can run code when it is read; save them as model.safetensors."
        )
    }

    @Test(
        "does not believe an index that leads elsewhere or is not true",
        arguments: [
            (#"{}"#, #"key "weight_map": expected an object from tensor names to file names."#),
            (
                #"{"weight_map":{"a":"../secret.safetensors"}}"#,
                #"tensor "a": expected the name of a safetensors file in the same folder, but found the text "../secret.safetensors"."#
            ),
            (
                #"{"weight_map":{"a":1}}"#,
                #"tensor "a": expected the name of a safetensors file in the same folder, but found the number 1."#
            ),
            (#"{"weight_map":{"a":"none.safetensors"}}"#, "none.safetensors: there is no such file."),
            (
                #"{"weight_map":{"zz":"model.safetensors"}}"#,
                #"tensor "zz": it is missing, though model.safetensors.index.json says it is here."#
            ),
        ])
    func index(text: String, expected: String) throws {
        let folder = try TemporaryFolder()
        let url = folder["m"]
        try FileManager.default.copyItem(at: Fixture.url("models/gpt2-small"), to: url)
        try folder.write(text, to: "m/model.safetensors.index.json")
        #expect(sentence { _ = try ModelFolder(opening: url) }?.hasSuffix(expected) == true)
    }

    @Test(
        "is written as transformers writes it, and opens again",
        arguments: ["gpt2", "gpt2-small", "gpt2-float16-sharded", "llama", "llama-untied-bfloat16"])
    func written(model: String) throws {
        let folder = try TemporaryFolder()
        let original = try ModelFolder(opening: Fixture.url("models/\(model)"))
        try ModelFolder.write(original.configuration, tensors: original.tensors, to: folder["out"])
        #expect(folder.contents == ["out", "out/config.json", "out/model.safetensors"])
        let copy = try ModelFolder(opening: folder["out"])
        #expect(copy.configuration.checkpoint.settings == original.configuration.checkpoint.settings)
        #expect(copy.tensors == original.tensors)
        if model != "gpt2-float16-sharded" {
            #expect(try Data(contentsOf: folder["out/model.safetensors"]) == Fixture.data("models/\(model)/model.safetensors"))
        }
        if model.hasPrefix("gpt2") {
            #expect(try Data(contentsOf: folder["out/config.json"]) == Fixture.data("models/\(model)/config.json"))
        }
        // Once more over itself.
        try ModelFolder.write(copy.configuration, tensors: copy.tensors, to: folder["out"])
        #expect(try ModelFolder(opening: folder["out"]).tensors == original.tensors)
    }

    @Test("of our own making has the hash that sha256sum prints for its weights")
    func ownHash() throws {
        let folder = try TemporaryFolder()
        let configuration = GPT2CheckpointConfiguration(
            layers: 1, heads: 2, width: 4, vocabularySize: 6, context: 5, endTokens: [1])
        var next: Float = 0
        let tensors = Dictionary(
            uniqueKeysWithValues: configuration.weights.map { name, shape in
                (
                    name,
                    Tensor(
                        (0..<shape.reduce(1, *)).map { _ in
                            next += 0.01
                            return next
                        }, shape: shape)
                )
            })
        try ModelFolder.write(.gpt2(configuration), tensors: tensors, to: folder["out"])
        #expect(try ContentHash(ofWeights: tensors) == ContentHash(ofFile: folder["out/model.safetensors"]))
        #expect(try ModelFolder(opening: folder["out"]).configuration == ModelFolder(opening: folder["out"]).configuration)
    }

    @Test("holds the tokenizer that was written with it")
    func tokenizer() throws {
        let folder = try TemporaryFolder()
        let original = try ModelFolder(opening: Fixture.url("models/gpt2-small"))
        #expect(try original.tokenizer()?.json == nil)
        let tokenizer = try TokenizerPipeline.wordLevel((0..<20).map { "w\($0)" })
        try ModelFolder.write(original.configuration, tensors: original.tensors, tokenizer: tokenizer, to: folder["out"])
        let found = try #require(try ModelFolder(opening: folder["out"]).tokenizer())
        #expect(try found.encode("w3 w19") == [3, 19])
        try folder.write("{}", to: "out/tokenizer.json")
        #expect(throws: InterchangeError.self) { try ModelFolder(opening: folder["out"]).tokenizer() }
    }

    @Test("is not written with weights that its configuration does not ask for")
    func notWritten() throws {
        let folder = try TemporaryFolder()
        var original = try ModelFolder(opening: Fixture.url("models/gpt2-small")).tensors
        let configuration = try ModelConfiguration(reading: Fixture.url("models/gpt2-small/config.json"))
        original["transformer.ln_f.bias"] = nil
        #expect(
            sentence { try ModelFolder.write(configuration, tensors: original, to: folder["out"]) }?.hasSuffix(
                #"tensor "transformer.ln_f.bias": it is missing; config.json asks for it with the shape [8]."#) == true)
        original["transformer.ln_f.bias"] = try Tensor(.float16, shape: [8], bytes: Data(count: 16))
        #expect(
            sentence { try ModelFolder.write(configuration, tensors: original, to: folder["out"]) }?.hasSuffix(
                "the weights must be of one element type, but are of F16, F32.") == true)
        #expect(folder.contents.isEmpty)
    }
}
