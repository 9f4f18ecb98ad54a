import Foundation
import Testing

@testable import Interchange

@Suite("A safetensors file")
struct SafetensorsFileTests {
    /// A file with this header and so many bytes behind it.
    static func file(_ header: String, body: Int = 0, claimed: Int? = nil) -> Data {
        let length = claimed ?? header.utf8.count
        return Data((0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }) + Data(header.utf8) + Data(count: body)
    }

    /// The nearest number of which the lower half of the bits is zero.
    static func bfloat16(_ number: Float) -> Float {
        let bits = number.bitPattern
        return Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000)
    }

    @Test("of the Python library gives every element type's numbers")
    func everyType() throws {
        let file = try SafetensorsFile(reading: Fixture.url("safetensors/every-type.safetensors"))
        #expect(file.tensors.count == 14)
        let row: [Float] = [0, -0.0, 1, -2.5, 0.1, 65504, 6e-8, .infinity, -.infinity]
        #expect(try file.floats("single") == row)
        #expect(try file.floats("double") == row)
        #expect(try file.floats("half") == row.map { Float(Float16($0)) })
        #expect(try file.floats("brain") == row.map(Self.bfloat16))
        #expect(try file.integers("long") == [0, 1000, -1000, 127_000, -128_000])
        for name in ["int", "short", "byte"] { #expect(try file.integers(name) == [0, 1, -1, 127, -128]) }
        #expect(try file.integers("unsigned") == [0, 1, 255])
        #expect(try file.integers("truth") == [1, 0, 0, 1])
        #expect(try file.floats("scalar") == [3.5])
        #expect(try file.tensor("scalar").shape == [])
        #expect(try file.floats("empty") == [])
        #expect(try file.tensor("权重") == Tensor([Float(0), 1, 2, 3, 4, 5], shape: [2, 3]))
        #expect(try file.tensor("a \"quoted\" \\ name/with\ttab").shape == [1])
    }

    @Test(
        "is written with the bytes of the Python library",
        arguments: [
            "safetensors/every-type.safetensors", "safetensors/float32.safetensors", "models/gpt2/model.safetensors",
            "models/llama-untied-bfloat16/model.safetensors",
        ])
    func sameBytes(path: String) throws {
        let file = try SafetensorsFile(reading: Fixture.url(path))
        #expect(try SafetensorsFile.serialised(file.tensors, metadata: file.metadata) == Fixture.data(path))
        let folder = try TemporaryFolder()
        try SafetensorsFile.write(file.tensors, metadata: file.metadata, to: folder["copy.safetensors"])
        #expect(try Data(contentsOf: folder["copy.safetensors"]) == Fixture.data(path))
        #expect(folder.contents == ["copy.safetensors"])
    }

    @Test("without tensors is one")
    func noTensors() throws {
        #expect(try SafetensorsFile(parsing: SafetensorsFile.serialised([:]), file: "none").tensors.isEmpty)
    }

    @Test("may pad its header and order it as it likes")
    func headerFreedom() throws {
        let header =
            #"{"b":{"data_offsets":[4,8],"shape":[],"dtype":"F32"}, "a":{"dtype":"I8","shape":[4],"data_offsets":[0,4]}}   "#
        let file = try SafetensorsFile(parsing: Self.file(header, body: 8), file: "x")
        #expect(file.names == ["a", "b"])
    }

    @Test(
        "that breaks a rule is refused in a sentence that says which",
        arguments: [
            (Data([1, 2]), "x: the file ends after 2 bytes, but a safetensors file begins with 8 for its header's length."),
            (
                Data(repeating: 255, count: 16),
                "x: the header claims 18446744073709551615 bytes, more than the 100000000 allowed; this may not be a safetensors file."
            ),
            (file("{}", claimed: 3), "x: the header claims 3 bytes, but only 2 follow; the file is cut short."),
            (file(" {}"), "x: the header does not begin with {; this may not be a safetensors file."),
            (file(#"{"a":1,"a":2}"#), #"x, header, line 1, column 8: the key "a" stands twice in one object; keep one of them."#),
            (
                file(#"{"a":}"#),
                "x, header, line 1, column 6: expected a JSON value (an object, a list, a text, a number, true, false or null)."
            ),
            (
                file(#"{"__metadata__":{"a":1}}"#),
                #"x, header, __metadata__: the value of "a" must be a text, but is the number 1."#
            ),
            (file(#"{"__metadata__":[]}"#), "x, header, __metadata__: expected an object, but found a list."),
            (
                file(#"{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}"#, body: 1),
                #"x, tensor "a": the element type "F4" is not supported; convert the file to one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL."#
            ),
            (
                file(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, body: 4),
                #"x, tensor "a": the shape [2] of F32 needs 8 bytes, but there are 4."#
            ),
            (
                file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, body: 8),
                #"x, tensor "a": its bytes begin at 4, but the ones before it end at 0."#
            ),
            (
                file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, body: 3),
                #"x, tensor "a": its bytes end at 4, but the file has 3; it is cut short."#
            ),
            (
                file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, body: 6),
                "x: 2 bytes behind the last tensor belong to none."
            ),
            (
                file(
                    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
                    body: 4), #"x, tensor "b": its bytes begin at 0, but the ones before it end at 4."#
            ),
            (
                file(#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, body: 4),
                #"x, tensor "a": shape must hold whole numbers from 0, but holds the number -1."#
            ),
            (
                file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, body: 4),
                #"x, tensor "a": data_offsets must be a start and an end that is not before it, but is [4, 0]."#
            ),
            (
                file(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}"#, body: 4),
                #"x, tensor "a": the key "more" is not one of dtype, shape and data_offsets."#
            ),
            (
                file(#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, body: 4),
                #"x, tensor "a": the shape [4611686018427387904, 4] is not one of lengths whose product can be counted."#
            ),
        ])
    func refused(data: Data, expected: String) {
        #expect(sentence { _ = try SafetensorsFile(parsing: data, file: "x") } == expected)
    }

    @Test("that is not there, or is a folder, is named")
    func missing() throws {
        let folder = try TemporaryFolder()
        #expect(
            sentence { _ = try SafetensorsFile(reading: folder["no.safetensors"]) }?.hasSuffix(
                "no.safetensors: there is no such file.") == true)
        #expect(
            sentence { _ = try SafetensorsFile(reading: folder.url) }?.hasSuffix("expected a file, but this is a folder.") == true
        )
    }

    @Test("says which tensor it lacks, and which is of the wrong kind")
    func missingTensor() throws {
        let file = try SafetensorsFile(parsing: SafetensorsFile.serialised(["a": Tensor(integers: [1], shape: [1])]), file: "x")
        #expect(sentence { _ = try file.floats("b") } == #"x: the tensor "b" is missing; the file holds 1 tensors ("a")."#)
        #expect(
            sentence { _ = try file.floats("a") }
                == #"x, tensor "a": expected floating-point numbers (F32, F16, BF16 or F64), but found I32."#)
    }

    @Test("cut anywhere is refused")
    func truncated() throws {
        let whole = try Fixture.data("safetensors/float32.safetensors")
        for length in 0..<whole.count {
            #expect(throws: InterchangeError.self, "\(length) bytes") {
                try SafetensorsFile(parsing: whole.prefix(length), file: "x")
            }
        }
    }

    @Test("with flipped bits is read or refused, but never ends the program")
    func flipped() throws {
        let whole = try Fixture.data("safetensors/every-type.safetensors")
        var scrambler = Scrambler(state: 1)
        var refused = 0
        for _ in 0..<4000 {
            var damaged = whole
            for _ in 0..<Int.random(in: 1...3, using: &scrambler) {
                damaged[Int.random(in: 0..<900, using: &scrambler)] ^= 1 << UInt8.random(in: 0..<8, using: &scrambler)
            }
            do {
                for tensor in try SafetensorsFile(parsing: damaged, file: "x").tensors.values {
                    _ = try? tensor.floats()
                    _ = try? tensor.integers()
                }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 3000)
    }
}
