import Autodiff
import Testing

@testable import Transformer

@Suite struct GPT2Tests {
    @Test("GPT-2 small has 124,439,808 weights")
    func small() {
        let configuration = GPT2.Configuration(layers: 12, heads: 12, width: 768, vocabularySize: 50_257, context: 1_024)
        #expect(GPT2(configuration).parameterCount == 124_439_808)
    }

    @Test("Parameters have the names of a Hugging Face checkpoint, each once")
    func names() {
        let model = GPT2(GPT2.Configuration(layers: 2, heads: 2, width: 8, vocabularySize: 11, context: 16))
        let names = model.parameters.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.count == 2 + 2 * 12 + 2)
        for name in ["transformer.wte.weight", "transformer.h.1.attn.c_attn.weight", "transformer.ln_f.bias"] {
            #expect(names.contains(name))
        }
        #expect(
            model.parameters.first { $0.name == "transformer.h.0.attn.c_attn.weight" }
                == ParameterShape("transformer.h.0.attn.c_attn.weight", 8, 24))
        #expect(
            model.parameters.first { $0.name == "transformer.h.0.mlp.c_proj.weight" }
                == ParameterShape("transformer.h.0.mlp.c_proj.weight", 32, 8))
    }

    @Test("The forward pass names what a reader looks for")
    func valueNames() {
        let model = GPT2(GPT2.Configuration(layers: 2, heads: 2, width: 8, vocabularySize: 11, context: 16))
        var graph = Graph()
        model.addParameters(to: &graph)
        let prompt = graph.parameter("prompt.embeddings", Shape(.fixed(3), 8))
        let pass = model.addForward(
            to: &graph, conditioning: Conditioning(softPrompt: prompt), textLength: 6, logitRows: .counted)
        for name in [
            "tokens.embeddings", "positions.embeddings", "embeddings", "prompt.input", "block.0.attention.query",
            "block.1.attention.scores", "block.1.attention.weights", "prompt.block.0.attention.weights", "block.1.output",
            "final.norm", "logits",
        ] { #expect(graph.value(named: name) != nil, "\(name)") }
        #expect(graph[pass.logits].shape == Shape(.counted, 11))
        #expect(graph[pass.attention[1]].shape == Shape(.tokens, 2, 9))
        #expect(graph[pass.promptAttention[0]].shape == Shape(.fixed(3), 2, 3))
    }
}
