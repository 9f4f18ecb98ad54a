public import Foundation

extension ModelFolder {
    /// Writes a model folder that Transformers opens with `AutoModelForCausalLM.from_pretrained`; a folder with a `config.json` that
    /// was there is replaced whole.
    ///
    /// - Parameters:
    ///   - tensors: The weights under their canonical names, of one element type.
    ///   - tokenizer: The tokenizer that belongs to them, written beside them.
    /// - Throws: An error that names the tensor which is missing, of another shape or none of the family's, or says why the folder
    ///   cannot be written.
    public static func write(
        _ configuration: ModelConfiguration, tensors: [String: Tensor], tokenizer: TokenizerPipeline? = nil, to url: URL
    ) throws(InterchangeError) {
        let source = url.appendingPathComponent(weightsName).displayPath
        let weights = try checked(tensors.mapValues { ($0, source) }, of: configuration.checkpoint, from: source)
        let folder = try AtomicFolder(replacing: url, marker: configurationName)
        try SafetensorsFile.write(
            weights, metadata: SafetensorsFile.weightsMetadata, to: folder.location.appendingPathComponent(weightsName))
        var settings = configuration.checkpoint.settings
        settings["dtype"] = .string(try numberFormat(of: weights, file: source))
        // The key's name before version 5 of Transformers: what an old file says must not contradict the new key.
        settings["torch_dtype"] = nil
        try AtomicFile.write(
            JSON.object(settings.sorted).text() + "\n", to: folder.location.appendingPathComponent(configurationName))
        try tokenizer?.write(into: folder.location)
        try folder.commit()
    }

    /// The weights' element type as `config.json` names it.
    private static func numberFormat(of weights: [String: Tensor], file: String) throws(InterchangeError) -> String {
        let types = Set(weights.values.map(\.elementType))
        guard types.count == 1, let type = types.first else {
            let names = types.map(\.rawValue).sorted().joined(separator: ", ")
            throw InterchangeError(file: file, "the weights must be of one element type, but are of \(names)")
        }
        switch type {
        case .float16: return "float16"
        case .bfloat16: return "bfloat16"
        case .float64: return "float64"
        default: return "float32"
        }
    }
}
