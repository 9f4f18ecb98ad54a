import Recordings
import Testing

@Suite("Addresses")
struct AddressTests {
    @Test(
        "An address is printed as it is read",
        arguments: [
            "prompt-7/s120/block.0.attention.weights[3,0,1]", "s0/loss", "loss", "s5/gradient/prompt.embeddings[2]",
            "run.2/s3/gradient/embeddings/via/block.0.attention.norm[*,5]", "model/transformer.wte.weight[17,3]",
        ])
    func roundTrip(_ text: String) throws {
        #expect(try Address(parsing: text).description == text)
    }

    @Test(
        "A short form stands for the whole address",
        arguments: [
            ("s120/L0/H1/attn[3,0]", "s120/block.0.attention.weights[3,1,0]"),
            ("a/s1/L2/H0/q[4,7]", "a/s1/block.2.attention.query[4,0,7]"),
            ("s1/L2/H3/attn", "s1/block.2.attention.weights[*,3]"),
            ("s1/L2/out[4]", "s1/block.2.output[4]"),
            ("s1/gradient/L0/H1/k[3]", "s1/gradient/block.0.attention.key[3,1]"),
            ("s1/prompt.L0/H1/attn[3,0]", "s1/prompt.block.0.attention.weights[3,1,0]"),
            ("L0/mlp.activation[1]", "block.0.mlp.activation[1]"),
        ])
    func shortForms(_ short: String, _ full: String) throws {
        #expect(try Address(parsing: short) == Address(parsing: full))
    }

    @Test(
        "What is no address is refused at its column",
        arguments: [
            ("", 1), ("[1]", 1), ("s1/loss[1", 10), ("s1/loss[1,x]", 11), ("s1/loss[-1]", 9), ("s1//loss", 4), ("s1", 3),
            ("a/s1", 5),
            ("s1/loss[]", 9),
        ])
    func malformed(_ text: String, _ column: Int) throws {
        let error = #expect(throws: AddressError.self) { try Address(parsing: text) }
        guard case .malformed(let found, column: let at, expected: _)? = error else {
            Issue.record("another error: \(error?.description ?? "none")")
            return
        }
        #expect(found == text)
        #expect(at == column)
    }

    @Test("A derived number names its function and where its arguments are")
    func derivation() throws {
        let cosine = Derivation("cosine", Address(step: 3, .softPrompt, 1), Address(.vocabularyEmbeddings, 17))
        #expect(cosine.description == "cosine(s3/prompt.embeddings[1], model/transformer.wte.weight[17])")
        #expect(try Derivation(parsing: cosine.description) == cosine)
        let difference = Derivation(
            "difference", arguments: [Address(step: 3, .softPrompt), Address(step: 0, .softPrompt)], element: [1, nil])
        #expect(difference.description == "difference(s3/prompt.embeddings, s0/prompt.embeddings)[1,*]")
        #expect(try Derivation(parsing: difference.description) == difference)
        #expect(try Derivation(parsing: "s3/loss") == nil)
        #expect(throws: AddressError.self) { try Derivation(parsing: "norm(s3/loss") }
        #expect(throws: AddressError.self) { try Derivation(parsing: "norm(s3/loss, )") }
    }
}
