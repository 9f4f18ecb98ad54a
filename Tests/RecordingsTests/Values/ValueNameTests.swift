import Recordings
import Testing

@Suite("Value names")
struct ValueNameTests {
    @Test("The helpers spell the engine's names")
    func spelling() {
        #expect(ValueName.attentionWeights(layer: 2) == "block.2.attention.weights")
        #expect(ValueName.attentionWeights(layer: 2, ofPrompt: true) == "prompt.block.2.attention.weights")
        #expect(ValueName.softPrompt.gradient == "gradient/prompt.embeddings")
        #expect(ValueName.softPrompt.firstMoment == "optimizer/prompt.embeddings.first-moment")
        #expect(ValueName.softPrompt.updated == "updated/prompt.embeddings")
    }

    @Test(
        "A name says its block",
        arguments: [
            ("block.3.output", 3), ("prompt.block.0.mlp.norm", 0), ("gradient/block.11.mlp.norm", 11), ("loss", nil),
            ("block.x", nil),
        ] as [(String, Int?)])
    func layer(_ name: String, _ layer: Int?) {
        #expect(ValueName(name).layer == layer)
    }

    @Test("Gradients, moments and updates name their subject")
    func subject() {
        let name = ValueName("transformer.wpe.weight")
        for derived in [name.gradient, name.firstMoment, name.secondMoment, name.updated] { #expect(derived.subject == name) }
        #expect(name.subject == nil)
        #expect(name.gradient.isGradient && !name.isGradient)
        #expect(ValueName("gradient/prompt.input").isOfPrompt && !ValueName("block.0.output").isOfPrompt)
    }
}
