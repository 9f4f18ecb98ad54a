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
        let tokenizer = try World(seed: World.standardSeed).tokenizer(context: 64)
        return try write(
            tokenizer, end: tokenizer.id(of: "<end>"), context: 64, seed: seed, to: folder.appending(path: "words-\(seed)"))
    }

    /// A model whose tokenizer is byte-level BPE, with 96 positions.
    static func bytePairs(in folder: URL) throws -> URL {
        let tokenizer = try TokenizerPipeline(opening: fixtures.appending(path: "tokenizers/bpe"))
        return try write(
            tokenizer, end: tokenizer.specialTokens.first?.id, context: 96, seed: 5, to: folder.appending(path: "bytes"))
    }

    /// A Llama of the tiny world's words, with 64 positions: grouped heads, a head of its own, and a stretched rotary embedding.
    static func llama(in folder: URL) throws -> URL {
        let tokenizer = try World(seed: World.standardSeed).tokenizer(context: 64)
        let size = tokenizer.vocabularySize
        let rotary = RotaryEmbedding(
            base: 500, scaling: .llama3(factor: 4, lowFrequencyFactor: 1, highFrequencyFactor: 2, originalContext: 16))
        let model = Llama(
            Llama.Configuration(
                layers: 1, heads: 4, keyHeads: 2, width: 16, innerWidth: 24, vocabularySize: size, context: 64, normEpsilon: 1e-5,
                rotary: RotaryFrequencies(
                    base: 500, scaling: .llama3(factor: 4, lowFrequencyFactor: 1, highFrequencyFactor: 2, originalContext: 16)),
                tiesEmbeddings: false))
        let parameters = ParameterStore(model.parameters)
        model.initialise(parameters, seed: 3)
        let configuration = ModelConfiguration.llama(
            LlamaCheckpointConfiguration(
                layers: 1, heads: 4, keyValueHeads: 2, width: 16, innerWidth: 24, vocabularySize: size, context: 64,
                normEpsilon: 1e-5, rotary: rotary, tiesEmbeddings: false,
                endTokens: tokenizer.id(of: "<end>").map { [Int($0)] } ?? []))
        let url = folder.appending(path: "llama")
        try ModelFolder.write(
            configuration, tensors: parameters.tensors(of: model, shapes: configuration.shapes), tokenizer: tokenizer, to: url)
        return url
    }

    private static func write(
        _ tokenizer: TokenizerPipeline, end: Int32?, context: Int, seed: UInt64, to url: URL
    ) throws -> URL {
        let size = tokenizer.vocabularySize
        let model = GPT2(GPT2.Configuration(layers: 1, heads: 2, width: 16, vocabularySize: size, context: context))
        let parameters = ParameterStore(model.parameters)
        model.initialise(parameters, seed: seed)
        let configuration = ModelConfiguration.gpt2(
            GPT2CheckpointConfiguration(
                layers: 1, heads: 2, width: 16, vocabularySize: size, context: context, endTokens: end.map { [Int($0)] } ?? []))
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
