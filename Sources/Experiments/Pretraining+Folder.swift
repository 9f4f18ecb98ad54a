internal import Autodiff
public import Foundation
public import Interchange
internal import LinearAlgebra
internal import TinyWorld
internal import Transformer
internal import Tuning

extension PretrainingRecipe {
    /// Reads a recipe file.
    ///
    /// - Throws: An error that names the file and the key.
    public init(reading url: URL) throws(InterchangeError) {
        let object = try JSON(reading: url)
        let known = Set(CodingKeys.allCases.map(\.rawValue))
        if let key = object.object?.keys.first(where: { !known.contains($0) }) {
            throw InterchangeError(
                file: url.path, place: "key \"\(key)\"",
                "a recipe has no such key; expected \(known.sorted().joined(separator: ", "))")
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: url))
        } catch let DecodingError.keyNotFound(key, _) {
            throw InterchangeError(
                file: url.path, place: "key \"\(key.stringValue)\"", "it is missing; a recipe names every setting")
        } catch let DecodingError.typeMismatch(_, context), let DecodingError.valueNotFound(_, context) {
            let key = context.codingPath.last?.stringValue ?? ""
            throw InterchangeError(
                file: url.path, place: "key \"\(key)\"", "it is of the wrong kind; expected a number, or a text for name")
        } catch {
            throw InterchangeError(file: url.path, "it is not a recipe: expected a JSON object")
        }
        if let flaw { throw InterchangeError(file: url.path, flaw) }
    }
}

/// What a made model's folder says of how it was made and what it can do.
public struct ModelCard: Codable, Sendable, Hashable {
    public let recipe: PretrainingRecipe
    /// SHA-256 of `model.safetensors`.
    public let weightsHash: String
    public let parameterCount: Int
    /// Mean cross-entropy of the last hundred steps.
    public let loss: Double
    public let skills: SkillReport

    enum CodingKeys: String, CodingKey {
        case recipe, loss, skills
        case weightsHash = "weights_sha256"
        case parameterCount = "parameter_count"
    }

    /// Its file in a model's folder.
    public static let file = "card.json"
}

extension Pretraining {
    /// Writes the made model as a Hugging Face folder with its recipe, hash and skills beside it.
    ///
    /// - Parameter loss: Mean cross-entropy of the last steps.
    public func save(to url: URL, loss: Double) throws -> ModelCard {
        let configuration = ModelConfiguration.gpt2(
            GPT2CheckpointConfiguration(
                layers: model.layers, heads: model.heads, width: model.width, vocabularySize: model.vocabularySize,
                context: model.context, endTokens: [Int(try world.vocabulary.ids(of: [Marks.end])[0])]))
        let tensors = parameters.tensors(of: model, shapes: configuration.shapes)
        let card = ModelCard(
            recipe: recipe, weightsHash: try ContentHash(ofWeights: tensors).hex, parameterCount: model.parameterCount,
            loss: loss,
            skills: try SkillReport(of: model, parameters: parameters, world: world, pool: pool))
        let folder = try AtomicFolder(replacing: url, marker: "config.json")
        try ModelFolder.write(
            configuration, tensors: tensors, tokenizer: try world.tokenizer(context: model.context), to: folder.location)
        try AtomicFile.write(try recipe.readableJSON(snakeCase: false), to: folder.location.appending(path: "recipe.json"))
        try AtomicFile.write(try card.readableJSON(snakeCase: false), to: folder.location.appending(path: ModelCard.file))
        try folder.commit()
        return card
    }

    /// Puts the state aside, so that a killed run can go on.
    public func saveState(to url: URL) throws {
        var tensors: [String: Tensor] = [:]
        for name in trainer.resumableNames {
            guard let matrix = trainer.parameters[name] else { continue }
            tensors[name] = Tensor(matrix.values, shape: [matrix.rows, matrix.columns])
        }
        try SafetensorsFile.write(tensors, metadata: ["steps": String(steps), "recipe": try recipeHash()], to: url)
    }

    /// Goes on from a state that was put aside, if it is there and belongs to this recipe.
    ///
    /// - Returns: Whether it was taken up.
    public func resume(from url: URL) throws -> Bool {
        guard FileManager.default.fileExists(atPath: url.path) else { return false }
        let state = try SafetensorsFile(reading: url)
        guard state.metadata["recipe"] == (try recipeHash()), let done = state.metadata["steps"].flatMap({ Int($0) }) else {
            return false
        }
        let values = try trainer.resumableNames.map { ($0, try state.floats($0)) }
        for (name, numbers) in values {
            guard let matrix = trainer.parameters[name], matrix.rows * matrix.columns == numbers.count else { return false }
            matrix.write(numbers)
        }
        trainer.resume(afterSteps: done)
        return true
    }

    private func recipeHash() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return ContentHash(of: try encoder.encode(recipe)).hex
    }
}

extension World {
    /// The tokenizer of the world's words.
    func tokenizer(context: Int) throws(InterchangeError) -> TokenizerPipeline {
        try .wordLevel(
            vocabulary.words, special: TokenizerPipeline.SpecialWords(padding: Marks.padding, end: Marks.end), context: context)
    }
}
