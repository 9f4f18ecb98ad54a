import Autodiff
import Foundation
import Interchange
import LinearAlgebra
import Transformer

@testable import Tuning

/// What Hugging Face Transformers and PEFT computed for one way to tune a tiny GPT-2 (`Fixtures/make_reference.py`).
struct Reference {
    let folder: URL
    let expected: SafetensorsFile
    let base: SafetensorsFile

    /// The model of `base/config.json`.
    static let model = GPT2(GPT2.Configuration(layers: 3, heads: 4, width: 32, vocabularySize: 97, context: 64))

    init(_ name: String) throws {
        guard let resources = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
        let all = resources.appending(path: "reference")
        folder = all.appending(path: name)
        expected = try SafetensorsFile(reading: folder.appending(path: "expected.safetensors"))
        base = try SafetensorsFile(reading: all.appending(path: "base/model.safetensors"))
    }

    var learningRate: Double { Double(expected.metadata["lr"] ?? "") ?? .nan }
    var weightDecay: Double { Double(expected.metadata["weight_decay"] ?? "") ?? .nan }

    /// The batch's sequences without their padding, and which tokens are counted.
    func examples() throws -> [Example] {
        let shape = try expected.tensor("input_ids").shape
        let (ids, mask, labels) = try (
            expected.integers("input_ids"), expected.integers("attention_mask"), expected.integers("labels")
        )
        return (0..<shape[0]).map { row in
            let places = (row * shape[1]..<(row + 1) * shape[1]).filter { mask[$0] == 1 }
            return Example(tokens: places.map { ids[$0] }, isTarget: places.map { labels[$0] != -100 })
        }
    }

    /// The model's parameters and the method's, as training began.
    ///
    /// - Parameter names: The method's parameter → PEFT's.
    func parameters(of method: some TuningMethod, names: [String: String]) throws -> ParameterStore {
        let store = ParameterStore(Self.model.parameters + method.addedParameters(for: Self.model))
        for shape in Self.model.parameters { store[shape.name]?.write(try base.floats(shape.name)) }
        for (ours, theirs) in names { store[ours]?.write(try expected.floats("start/\(theirs)")) }
        return store
    }
}

/// The largest distance between two lists of numbers, and the largest number of the second.
func difference(_ a: [Float], _ b: [Float]) -> (absolute: Float, relative: Float) {
    guard a.count == b.count else { return (.infinity, .infinity) }
    let distance = zip(a, b).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    return (distance, distance / max(b.reduce(0) { max($0, abs($1)) }, 1e-12))
}
