import Autodiff
import Foundation
import Interchange
import TinyWorld
import Transformer
import Tuning

@testable import Experiments

/// Small untrained models in folders: what is tested with them does not depend on how much they know.
enum SmallModel {
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "InterchangeTests/Fixtures")

    /// A model of the tiny world's words, with 64 positions.
    static func words(in folder: URL, seed: UInt64 = 3) throws -> URL {
        var recipe = PretrainingTests.recipe
        recipe.seed = seed
        let url = folder.appending(path: "words-\(seed)")
        _ = try Pretraining(recipe).save(to: url, loss: 0)
        return url
    }

    /// A model whose tokenizer is byte-level BPE, with 96 positions.
    static func bytePairs(in folder: URL) throws -> URL {
        let tokenizer = try TokenizerPipeline(opening: fixtures.appending(path: "tokenizers/bpe"))
        let end = tokenizer.specialTokens.first?.id ?? 0
        let model = GPT2(
            GPT2.Configuration(layers: 1, heads: 2, width: 16, vocabularySize: tokenizer.vocabularySize, context: 96))
        let parameters = ParameterStore(model.parameters)
        model.initialise(parameters, seed: 5)
        let configuration = ModelConfiguration.gpt2(
            GPT2CheckpointConfiguration(
                layers: 1, heads: 2, width: 16, vocabularySize: tokenizer.vocabularySize, context: 96, endTokens: [Int(end)]))
        let url = folder.appending(path: "bytes")
        try ModelFolder.write(
            configuration, tensors: parameters.tensors(of: model, shapes: configuration.shapes), tokenizer: tokenizer, to: url)
        return url
    }

    @discardableResult
    static func write(_ text: String, _ name: String, in folder: URL) throws -> URL {
        let url = folder.appending(path: name)
        try Data(text.utf8).write(to: url)
        return url
    }
}
