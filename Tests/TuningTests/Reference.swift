import Autodiff
import Foundation
import Interchange
import LinearAlgebra
import Transformer

@testable import Tuning

/// What Hugging Face Transformers and PEFT computed for one way to tune a tiny model (`Fixtures/make_reference.py`).
struct Reference {
    let folder: URL
    let expected: SafetensorsFile
    let base: SafetensorsFile
    let model: any LanguageModel

    /// A tiny model, and the folder that holds its weights.
    struct Base: Sendable {
        let folder: String
        let model: any LanguageModel

        static let gpt2 = Base(
            folder: "base", model: GPT2(GPT2.Configuration(layers: 3, heads: 4, width: 32, vocabularySize: 97, context: 64)))
        static let llama = Base(folder: "llama-base", model: Llama(llamaConfiguration))
        /// With a head of its own, and a rotary embedding stretched in the way of Llama 3.1.
        static let untiedLlama = {
            var configuration = llamaConfiguration
            configuration.tiesEmbeddings = false
            configuration.rotary = RotaryFrequencies(
                base: 100, scaling: .llama3(factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 32))
            return Base(folder: "llama-untied-base", model: Llama(configuration))
        }()

        private static let llamaConfiguration = Llama.Configuration(
            layers: 2, heads: 4, keyHeads: 2, width: 32, innerWidth: 96, vocabularySize: 97, context: 64)
    }

    init(_ name: String, of base: Base) throws {
        guard let resources = Bundle.module.resourceURL else { throw CocoaError(.fileNoSuchFile) }
        let all = resources.appending(path: "reference")
        folder = all.appending(path: name)
        expected = try SafetensorsFile(reading: folder.appending(path: "expected.safetensors"))
        self.base = try SafetensorsFile(reading: all.appending(path: "\(base.folder)/model.safetensors"))
        model = base.model
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
        let store = ParameterStore(model.parameters + method.addedParameters(for: model))
        for shape in model.parameters { store[shape.name]?.write(try base.floats(shape.name)) }
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
