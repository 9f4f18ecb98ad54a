import Foundation
import Testing

@testable import Interchange

@Suite("A content hash")
struct ContentHashTests {
    @Test("is SHA-256")
    func known() throws {
        // The examples of FIPS 180-4.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(ContentHash(of: "abc").hex == abc)
        #expect(ContentHash(of: Data("abc".utf8)) == ContentHash(hex: abc))
        #expect(ContentHash(of: "").hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(ContentHash(hex: String(abc.dropLast())) == nil)
        #expect(ContentHash(hex: abc.uppercased()) == nil)
    }

    @Test("of a file is that of its bytes, however many")
    func file() throws {
        let folder = try TemporaryFolder()
        for count in [0, 1, 1 << 20, (1 << 21) + 3] {
            let bytes = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            try bytes.write(to: folder["a"])
            #expect(try ContentHash(ofFile: folder["a"]) == ContentHash(of: bytes))
        }
        #expect(sentence { _ = try ContentHash(ofFile: folder["b"]) }?.contains("b: the file cannot be read (") == true)
    }

    @Test("of weights is that of the file which transformers saved them in", arguments: ["gpt2", "gpt2-small", "llama"])
    func weights(model: String) throws {
        let url = Fixture.url("models/\(model)/model.safetensors")
        #expect(try ContentHash(ofWeights: SafetensorsFile(reading: url).tensors) == ContentHash(ofFile: url))
    }

    @Test("of half-precision weights is that of the float32 numbers they stand for")
    func halfPrecision() throws {
        let half = try Tensor(.float16, shape: [2], bytes: Data([0x00, 0x3C, 0x00, 0xC0]))
        #expect(try ContentHash(ofWeights: ["a": half]) == ContentHash(ofWeights: ["a": Tensor([1, -2], shape: [2])]))
        #expect(try ContentHash(ofWeights: ["a": half]) != ContentHash(ofWeights: ["a": Tensor([1, -2], shape: [1, 2])]))
        #expect(try ContentHash(ofWeights: ["a": half]) != ContentHash(ofWeights: ["b": Tensor([1, -2], shape: [2])]))
    }

    @Test("of weights names the tensor that holds none")
    func integers() {
        let sentence = sentence { _ = try ContentHash(ofWeights: ["ids": Tensor(integers: [1], shape: [1])]) }
        #expect(sentence == #"tensor "ids": expected floating-point numbers (F32, F16, BF16 or F64), but found I32."#)
    }
}
