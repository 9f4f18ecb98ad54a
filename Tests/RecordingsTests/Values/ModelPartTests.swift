import Recordings
import Testing

@Suite("Parts of a model")
struct ModelPartTests {
    @Test(
        "are told by a parameter's name, in either family and whatever a method adds",
        arguments: [
            ("transformer.wte.weight", ModelPart.embeddings), ("transformer.wpe.weight", .embeddings),
            ("model.embed_tokens.weight", .embeddings),
            ("transformer.h.3.ln_1.bias", .attention), ("transformer.h.0.attn.c_attn.weight", .attention),
            ("transformer.h.0.attn.c_proj.lora_A.weight", .attention), ("model.layers.1.self_attn.q_proj.weight", .attention),
            ("model.layers.1.input_layernorm.weight", .attention), ("prefix.embeddings", .attention),
            ("prefix.encoder.mlp.0.weight", .attention),
            ("transformer.h.0.ln_2.weight", .mlp), ("transformer.h.0.mlp.c_proj.lora_E", .mlp),
            ("model.layers.0.mlp.gate_proj.weight", .mlp), ("model.layers.0.post_attention_layernorm.weight", .mlp),
            ("transformer.ln_f.weight", .head), ("model.norm.weight", .head), ("lm_head.weight", .head),
            ("score.weight", .head),
            ("prompt.embeddings", .inFront), ("prompt.encoder.mlp.0.weight", .inFront),
        ])
    func names(_ name: String, _ part: ModelPart) {
        #expect(ModelPart(of: ValueName(name)) == part)
    }

    @Test(
        "hold weights of the base model, and none that a method adds",
        arguments: [
            ("transformer.h.0.attn.c_attn.weight", true), ("model.layers.0.mlp.up_proj.weight", true), ("lm_head.weight", true),
            ("transformer.h.0.attn.c_attn.lora_A.weight", false), ("transformer.h.0.attn.c_attn.lora_E", false),
            ("prompt.embeddings", false), ("prefix.embeddings", false), ("score.weight", false),
            ("optimizer/transformer.wte.weight.first-moment", false),
        ])
    func baseWeights(_ name: String, _ isBase: Bool) {
        #expect(ModelPart.isBaseWeight(ValueName(name)) == isBase)
    }

    @Test("give each part a number of what is trained in it, and of the model's weights where it has some")
    func measured() {
        for part in ModelPart.allCases {
            #expect(MeasuredValue.trainedNumbers(in: part).rawValue == "trained-numbers.\(part.rawValue)")
            #expect(MeasuredValue.modelNumbers(in: part)?.rawValue == (part == .inFront ? nil : "model-numbers.\(part.rawValue)"))
        }
    }
}
