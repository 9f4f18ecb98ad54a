import Autodiff
import Foundation
import Interchange
import LinearAlgebra
import Testing
import TinyWorld
import Transformer
import Tuning

@testable import Experiments

@Suite struct PretrainingTests {
    static let recipe = PretrainingRecipe(
        name: "small", seed: 3, worldSeed: 1, layers: 1, heads: 2, width: 16, context: 64, steps: 6, rowsPerStep: 4,
        peakLearningRate: 0.01, warmup: 2, weightDecay: 0.01, clipping: 1)

    static func withFolder<T>(_ body: (URL) throws -> T) throws -> T {
        let folder = FileManager.default.temporaryDirectory.appending(path: "foreword-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    @Test("A run that was stopped and goes on gives the bits of one that never stopped")
    func resume() throws {
        try Self.withFolder { folder in
            let whole = try Pretraining(Self.recipe)
            let losses = try (0..<6).map { _ in try whole.step().loss }
            let state = folder.appending(path: "state.safetensors")
            let first = try Pretraining(Self.recipe)
            for _ in 0..<3 { try first.step() }
            try first.saveState(to: state)
            let second = try Pretraining(Self.recipe)
            #expect(try second.resume(from: state))
            #expect(second.steps == 3)
            let rest = try (0..<3).map { _ in try second.step().loss }
            #expect(rest.map(\.bitPattern) == losses.suffix(3).map(\.bitPattern))
            for name in whole.parameters.names {
                #expect(whole.parameters[name]?.values.map(\.bitPattern) == second.parameters[name]?.values.map(\.bitPattern))
            }
            var other = Self.recipe
            other.seed = 4
            #expect(try !Pretraining(other).resume(from: state), "a state of another recipe is not taken up")
        }
    }

    @Test("A saved model opens with the same weights, hash, words and recipe")
    func save() throws {
        try Self.withFolder { folder in
            let pretraining = try Pretraining(Self.recipe)
            try pretraining.step()
            let url = folder.appending(path: "small")
            let card = try pretraining.save(to: url, loss: 1)
            let base = try BaseModel(opening: url)
            #expect(base.weightsHash.hex == card.weightsHash)
            #expect(try ContentHash(ofFile: url.appending(path: "model.safetensors")).hex == card.weightsHash)
            #expect(base.vocabulary == pretraining.world.vocabulary.words)
            #expect(base.parameters["transformer.wte.weight"]?.values == pretraining.parameters["transformer.wte.weight"]?.values)
            #expect(try PretrainingRecipe(reading: url.appending(path: "recipe.json")) == Self.recipe)
            #expect(card.skills.lines.count == pretraining.world.skills.count)
        }
    }

    @Test(
        "A recipe that cannot be followed is refused with its key",
        arguments: [
            (#""heads": 2"#, #""heads": 3"#, "heads"), (#""steps": 6"#, #""steps": 0"#, "steps"),
            (#""width": 16"#, #""widht": 16"#, "widht"), (#""clipping": 1"#, #""clipping": "one""#, "clipping"),
            (#""seed": 3,"#, "", "seed"), (#"{"#, "", "JSON"),
        ])
    func badRecipe(old: String, new: String, piece: String) throws {
        try Self.withFolder { folder in
            let file = folder.appending(path: "recipe.json")
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            let text = String(decoding: try encoder.encode(Self.recipe), as: UTF8.self).replacing("\" : ", with: "\": ")
            let broken = try #require(text.firstRange(of: old).map { text.replacingCharacters(in: $0, with: new) })
            try broken.write(to: file, atomically: true, encoding: .utf8)
            let error = #expect(throws: InterchangeError.self) { try PretrainingRecipe(reading: file) }
            #expect(error?.description.contains(piece) == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("recipe.json") == true)
        }
    }
}
