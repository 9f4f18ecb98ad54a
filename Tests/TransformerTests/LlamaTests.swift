import Autodiff
import Testing

@testable import Transformer

@Suite struct LlamaTests {
    static func tiny(_ change: (inout Llama.Configuration) -> Void = { _ in }) -> Llama {
        var configuration = Llama.Configuration(
            layers: 2, heads: 4, keyHeads: 2, headWidth: 4, width: 8, innerWidth: 20, vocabularySize: 11, context: 16)
        change(&configuration)
        return Llama(configuration)
    }

    @Test("Llama 3.2 1B has 1,235,814,400 weights")
    func count() {
        let configuration = Llama.Configuration(
            layers: 16, heads: 32, keyHeads: 8, width: 2_048, innerWidth: 8_192, vocabularySize: 128_256, context: 131_072)
        #expect(Llama(configuration).parameterCount == 1_235_814_400)
    }

    @Test("Parameters have the names of a Hugging Face checkpoint, each once; a head of its own is the last")
    func names() {
        let tied = Self.tiny().parameters
        #expect(Set(tied.map(\.name)).count == tied.count)
        #expect(tied.count == 1 + 2 * 9 + 1)
        #expect(tied.contains(ParameterShape("model.layers.1.self_attn.k_proj.weight", 8, 8)))
        #expect(tied.contains(ParameterShape("model.layers.0.self_attn.o_proj.weight", 8, 16)))
        #expect(tied.contains(ParameterShape("model.layers.0.mlp.down_proj.weight", 8, 20)))
        let untied = Self.tiny { $0.tiesEmbeddings = false }.parameters
        #expect(untied == tied + [ParameterShape("lm_head.weight", 11, 8)])
    }

    @Test("Projections are told as [in, out] although they are stored the other way round")
    func projections() {
        let model = Self.tiny()
        #expect(model.projections.count == 2 * 7)
        #expect(model.projectionShapes.contains(ParameterShape("model.layers.1.self_attn.k_proj.weight", 8, 8)))
        #expect(model.projectionShapes.contains(ParameterShape("model.layers.0.self_attn.o_proj.weight", 16, 8)))
        #expect(model.projectionShapes.contains(ParameterShape("model.layers.0.mlp.up_proj.weight", 8, 20)))
    }

    @Test("The forward pass names what a reader looks for")
    func valueNames() {
        let model = Self.tiny()
        var graph = Graph()
        model.addParameters(to: &graph)
        let prompt = graph.parameter("prompt.embeddings", Shape(.fixed(3), 8))
        let pass = model.addForward(
            to: &graph, conditioning: Conditioning(softPrompt: prompt), textLength: 6, logitRows: .counted)
        for name in [
            "embeddings", "positions.rotation", "prompt.rotation", "block.0.attention.query.projected", "block.0.attention.query",
            "block.1.attention.scores", "block.1.attention.weights", "prompt.block.0.attention.weights", "block.0.mlp.gate",
            "block.0.mlp.hidden", "block.0.mlp.activation", "block.1.output", "final.norm", "logits",
        ] { #expect(graph.value(named: name) != nil, "\(name)") }
        #expect(graph[pass.logits].shape == Shape(.counted, 11))
        #expect(graph[pass.attention[1]].shape == Shape(.tokens, 4, 9))
        #expect(graph[pass.promptAttention[0]].shape == Shape(.fixed(3), 4, 3))
        #expect(graph.value(named: "block.0.attention.key").map { graph[$0].shape } == Shape(.tokens, 2, 4))
    }
}

@Suite struct RotaryFrequenciesTests {
    @Test("The first pair turns by one radian a position, the others ever more slowly")
    func plain() {
        let values = RotaryFrequencies(base: 10_000).values(headWidth: 8)
        #expect(zip(values, [1, 0.1, 0.01, 0.001]).allSatisfy { abs($0 - $1) <= 1e-7 * $1 })
    }

    @Test("Linear scaling divides every frequency")
    func linear() {
        let values = RotaryFrequencies(base: 10_000, scaling: .linear(factor: 4)).values(headWidth: 8)
        #expect(zip(values, [0.25, 0.025, 0.0025, 0.00025]).allSatisfy { abs($0 - $1) <= 1e-7 * $1 })
    }

    @Test("The scaling of Llama 3.1 keeps high frequencies, divides low ones, and mixes between")
    func llama3() {
        let scaling = RotaryFrequencies.Scaling.llama3(
            factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 32)
        let plain = RotaryFrequencies(base: 100).values(headWidth: 8)
        let values = RotaryFrequencies(base: 100, scaling: scaling).values(headWidth: 8)
        #expect(values[0] == plain[0])
        #expect(values[1] < plain[1] && values[1] > plain[1] / 8)
        #expect(abs(values[2] - plain[2] / 8) < 1e-8 && abs(values[3] - plain[3] / 8) < 1e-8)
    }
}
