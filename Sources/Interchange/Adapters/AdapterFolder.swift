public import Foundation

/// What a tuning method has trained, in the folder format of Hugging Face PEFT: `adapter_config.json` and
/// `adapter_model.safetensors`.
public struct AdapterFolder: Sendable {
    /// Where it lies.
    public let url: URL
    public let configuration: AdapterConfiguration
    /// The tensors by PEFT's names (``AdapterTensorName``), checked against the configuration.
    public let tensors: [String: Tensor]
    /// The head for classes that was trained beside the method, if there is one.
    public let head: ClassHead?
    /// Notes in the file of tensors, without those of the format: PEFT passes over them.
    public let notes: [String: String]

    static let configurationName = "adapter_config.json"
    static let weightsName = "adapter_model.safetensors"

    /// Opens a folder.
    ///
    /// - Throws: An error that names the file, and the key or the tensor which is wrong or not supported.
    public init(opening url: URL) throws(InterchangeError) {
        self.url = url
        guard FileAccess.isFolder(url) else {
            throw InterchangeError(
                file: url.displayPath,
                "there is no such folder; expected one with \(Self.configurationName) and \(Self.weightsName)")
        }
        let hasHead: Bool
        (configuration, hasHead) = try AdapterConfiguration.read(url.appendingPathComponent(Self.configurationName))
        let weights = url.appendingPathComponent(Self.weightsName)
        guard FileAccess.exists(weights) || !FileAccess.exists(url.appendingPathComponent("adapter_model.bin")) else {
            throw InterchangeError(
                file: url.displayPath,
                "the weights are in adapter_model.bin, which can run code when it is read; save them as \(Self.weightsName)")
        }
        let file = try SafetensorsFile(reading: weights)
        var tensors = file.tensors
        do throws(InterchangeError) {
            head = hasHead ? try ClassHead(takingFrom: &tensors, notes: file.metadata) : nil
            try configuration.method.check(tensors)
        } catch {
            throw error.at(file: file.file)
        }
        self.tensors = tensors
        notes = file.metadata.filter { SafetensorsFile.weightsMetadata[$0.key] == nil && $0.key != ClassHead.labelsNote }
    }

    /// The numbers of a tensor as float32.
    public func floats(_ name: String) throws(InterchangeError) -> [Float] {
        let (file, place) = (url.appendingPathComponent(Self.weightsName).displayPath, "tensor \(name.quoted)")
        guard let tensor = tensors[name] else { throw InterchangeError(file: file, place: place, "it is missing") }
        do { return try tensor.floats() } catch { throw error.at(file: file, place: place) }
    }

    /// Checks that the adapter can sit on a model: widths, layers, heads, and the modules that it changes.
    ///
    /// - Throws: An error that names the folder and what does not fit.
    public func check(fits model: ModelConfiguration) throws(InterchangeError) {
        do throws(InterchangeError) {
            try configuration.method.check(tensors, fit: model)
            try head?.check(fits: model)
        } catch {
            throw error.at(file: url.displayPath)
        }
    }

    /// Writes an adapter folder that PEFT opens with `PeftModel.from_pretrained`; one that was there is replaced whole.
    ///
    /// - Parameters:
    ///   - head: The head for classes that was trained beside the method.
    ///   - notes: What to note in the file of tensors, such as the hash of the base model.
    /// - Throws: An error that names the tensor which does not belong to the configuration, or says why the folder cannot be written.
    public static func write(
        _ configuration: AdapterConfiguration, tensors: [String: Tensor], head: ClassHead? = nil, notes: [String: String] = [:],
        to url: URL
    ) throws(InterchangeError) {
        let method = configuration.method
        do { try method.check(tensors) } catch { throw error.at(file: url.appendingPathComponent(weightsName).displayPath) }
        let folder = try AtomicFolder(replacing: url, marker: configurationName)
        let (tensors, notes, settings) =
            (head?.added(to: tensors, notes: notes, settings: method.settings, isLowRank: configuration.isLowRank))
            ?? (tensors, notes, method.settings)
        try SafetensorsFile.write(
            tensors, metadata: notes.merging(SafetensorsFile.weightsMetadata) { $1 },
            to: folder.location.appendingPathComponent(weightsName))
        try AtomicFile.write(
            JSON.object(settings).text(), to: folder.location.appendingPathComponent(configurationName))
        try folder.commit()
    }
}
