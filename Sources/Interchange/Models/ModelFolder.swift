public import Foundation

/// A model in the folder format of Hugging Face Transformers: `config.json`, the weights in `model.safetensors` or in several such
/// files with `model.safetensors.index.json`, and a tokenizer.
///
/// Weights have the names and shapes of the checkpoint's family, whatever prefix the file leaves out. They stay in their files until
/// they are converted.
public struct ModelFolder: Sendable {
    /// Where it lies.
    public let url: URL
    public let configuration: ModelConfiguration
    /// The weights under their canonical names: all that the configuration asks for, in the shapes it asks for, and no others.
    public let tensors: [String: Tensor]

    static let configurationName = "config.json"
    static let weightsName = "model.safetensors"
    static let indexName = "model.safetensors.index.json"

    /// Opens a folder and checks that its weights are those of its configuration.
    ///
    /// - Throws: An error that names the file, and the key or the tensor.
    public init(opening url: URL) throws(InterchangeError) {
        self.url = url
        guard FileAccess.isFolder(url) else {
            throw InterchangeError(
                file: url.displayPath, "there is no such folder; expected one with config.json and model.safetensors")
        }
        configuration = try ModelConfiguration(reading: url.appendingPathComponent(Self.configurationName))
        tensors = try Self.weights(of: configuration.checkpoint, in: url)
    }

    /// The SHA-256 of the weights as ``ContentHash/init(ofWeights:)`` defines it.
    public func weightsHash() throws(InterchangeError) -> ContentHash {
        do { return try ContentHash(ofWeights: tensors) } catch { throw error.at(file: url.displayPath) }
    }

    /// The numbers of a weight as float32.
    public func floats(_ name: String) throws(InterchangeError) -> [Float] {
        let place = "tensor \(name.quoted)"
        guard let tensor = tensors[name] else {
            throw InterchangeError(file: url.displayPath, place: place, "the model has no such weight")
        }
        do { return try tensor.floats() } catch { throw error.at(file: url.displayPath, place: place) }
    }

    /// The tokenizer beside the model, or nil if the folder holds none.
    public func tokenizer() throws(InterchangeError) -> TokenizerPipeline? {
        TokenizerPipeline.isPresent(in: url) ? try TokenizerPipeline(opening: url) : nil
    }

    private static func weights(
        of checkpoint: any CheckpointConfiguration, in url: URL
    ) throws(InterchangeError) -> [String: Tensor] {
        var held: [String: (tensor: Tensor, file: String)] = [:]
        for file in try files(in: url) {
            for (name, tensor) in file.tensors {
                let canonical = checkpoint.canonicalName(of: name)
                if let other = held.updateValue((tensor, file.file), forKey: canonical) {
                    throw InterchangeError(
                        file: file.file, place: "tensor \(name.quoted)", "the same weight is also in \(other.file.quoted)")
                }
            }
        }
        let folder = url.appendingPathComponent(
            FileAccess.exists(url.appendingPathComponent(indexName)) ? indexName : weightsName)
        return try checked(held, of: checkpoint, from: folder.displayPath)
    }

    /// The tensors that the configuration asks for, checked; `held` maps canonical names to tensors and their files.
    static func checked(
        _ held: [String: (tensor: Tensor, file: String)], of checkpoint: any CheckpointConfiguration, from source: String
    ) throws(InterchangeError) -> [String: Tensor] {
        var held = held
        var weights: [String: Tensor] = [:]
        for (name, shape) in checkpoint.weights {
            let place = "tensor \(name.quoted)"
            guard let (tensor, file) = held.removeValue(forKey: name) else {
                throw InterchangeError(
                    file: source, place: place, "it is missing; config.json asks for it with the shape \(shape)")
            }
            guard tensor.shape == shape else {
                throw InterchangeError(
                    file: file, place: place, "its shape is \(tensor.shape), but config.json asks for \(shape)")
            }
            guard tensor.elementType.isFloat else {
                throw InterchangeError(
                    file: file, place: place, "expected floating-point numbers, but found \(tensor.elementType.rawValue)")
            }
            weights[name] = tensor
        }
        for (name, entry) in held.sorted(by: { $0.key < $1.key }) where !checkpoint.isBuffer(name) {
            let place = "tensor \(name.quoted)"
            let type = type(of: checkpoint)
            guard let tied = checkpoint.tiedEmbeddings, name == type.headName else {
                throw InterchangeError(
                    file: entry.file, place: place, "it is not a weight of a \(type.familyName) model with this config.json")
            }
            guard entry.tensor == weights[tied] else {
                throw InterchangeError(
                    file: entry.file, place: place,
                    "it differs from \(tied.quoted), but config.json says that they are one (tie_word_embeddings)")
            }
        }
        return weights
    }

    private static func files(in url: URL) throws(InterchangeError) -> [SafetensorsFile] {
        let index = url.appendingPathComponent(indexName)
        if FileAccess.exists(index) { return try shards(index, in: url) }
        let single = url.appendingPathComponent(weightsName)
        guard FileAccess.exists(single) else {
            let pickled = FileAccess.exists(url.appendingPathComponent("pytorch_model.bin"))
            throw InterchangeError(
                file: url.displayPath,
                pickled
                    ? "the weights are in pytorch_model.bin, which can run code when it is read; save them as model.safetensors"
                    : "the folder holds no model.safetensors and no model.safetensors.index.json")
        }
        return [try SafetensorsFile(reading: single)]
    }

    /// The files that an index names, each checked to hold just what the index says of it.
    private static func shards(_ index: URL, in url: URL) throws(InterchangeError) -> [SafetensorsFile] {
        let path = index.displayPath
        guard let map = try JSON(reading: index).object?["weight_map"]?.object else {
            throw InterchangeError(file: path, place: "key \"weight_map\"", "expected an object from tensor names to file names")
        }
        var names: [String: Set<String>] = [:]
        for member in map.members {
            guard let file = member.value.string, !file.contains("/"), file.hasSuffix(".safetensors") else {
                throw InterchangeError(
                    file: path, place: "tensor \(member.key.quoted)",
                    "expected the name of a safetensors file in the same folder, but found \(member.value.kind)")
            }
            names[file, default: []].insert(member.key)
        }
        var files: [SafetensorsFile] = []
        for (name, expected) in names.sorted(by: { $0.key < $1.key }) {
            let file = try SafetensorsFile(reading: url.appendingPathComponent(name))
            if let missing = expected.subtracting(file.tensors.keys).min() {
                throw InterchangeError(
                    file: file.file, place: "tensor \(missing.quoted)", "it is missing, though \(indexName) says it is here")
            }
            if let extra = Set(file.tensors.keys).subtracting(expected).min() {
                throw InterchangeError(
                    file: file.file, place: "tensor \(extra.quoted)", "\(indexName) does not say that it is here")
            }
            files.append(file)
        }
        return files
    }
}
