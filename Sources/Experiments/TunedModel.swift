public import Autodiff
public import Foundation
public import Interchange
internal import LinearAlgebra
internal import Transformer
public import Tuning

/// A model as it is used: the base, and what a tuning method puts into it.
public struct TunedModel: Sendable {
    public let base: BaseModel
    public let method: any TuningMethod
    /// The base's weights and the adapters'.
    public let parameters: ParameterStore
    /// The classes' names, where a head tells them.
    public let labels: [String]

    /// The model without any adapter.
    public init(_ base: BaseModel) {
        self.base = base
        // A method that trains all weights and adds nothing conditions nothing.
        method = FullFineTuning()
        parameters = base.parameters
        labels = []
    }

    /// The model under adapters that were trained together, such as a soft prompt and LoRA.
    ///
    /// - Throws: An error that names the adapter's folder and what does not fit the model.
    public init(_ base: BaseModel, adapters: [AdapterFolder]) throws(InterchangeError) {
        var parts: [any TuningMethod] = []
        var parameters = base.parameters
        var fronts: [String] = []
        var labels: [String] = []
        for adapter in adapters {
            let file = adapter.url.relativePath
            try adapter.check(fits: base.configuration)
            do throws(InterchangeError) {
                let (method, added) = try adapter.loaded(on: base)
                let taken = method.addedTokens
                guard taken < base.model.context else {
                    throw InterchangeError(
                        "its \(taken) virtual tokens leave no room for text in the model's \(base.model.context) positions")
                }
                if taken > 0 { fronts.append(file) }
                if let repeated = added.names.first(where: { parameters[$0] != nil }) {
                    throw InterchangeError("another adapter brings \(repeated) too; use one of the two")
                }
                parts.append(method)
                parameters = parameters.joined(with: added)
                if let head = adapter.head, !parts.contains(where: { $0 is ClassificationHead }) {
                    let shape = ParameterShape(ClassificationHead.parameter, head.weight.shape[0], head.weight.shape[1])
                    let store = ParameterStore([shape])
                    store[shape.name]?.write(try head.weight.floats())
                    labels = head.labels.isEmpty ? (0..<shape.rows).map { "LABEL_\($0)" } : head.labels
                    parts.append(ClassificationHead(classes: labels.indices.map { [Int32($0)] }))
                    parameters = parameters.joined(with: store)
                }
            } catch {
                throw error.at(file: file)
            }
        }
        guard fronts.count <= 1 else {
            throw InterchangeError(
                file: fronts[1], "it puts virtual tokens in front of the text, as \(fronts[0]) does; use one of the two")
        }
        self.base = base
        self.parameters = parameters
        self.labels = labels
        method = parts.count == 1 ? parts[0] : Combination(parts)
    }

    /// The model under an adapter.
    ///
    /// - Throws: An error that names the adapter's folder and what does not fit the model.
    public init(_ base: BaseModel, adapter: AdapterFolder) throws(InterchangeError) {
        try self.init(base, adapters: [adapter])
    }
}

extension LowRankChange {
    /// The path of the changed module.
    fileprivate var module: String { weight.hasSuffix(".weight") ? String(weight.dropLast(".weight".count)) : weight }
}

extension QLoRA {
    /// An adapter on the base model as it was trained on: in 4 bits.
    fileprivate init(_ adapter: LowRankAdapter, on base: BaseModel) throws(InterchangeError) {
        do throws(TuningError) { self.init(adapter, on: try base.in4Bits) } catch {
            throw InterchangeError("the base model cannot be held in 4 bits, as the adapter wants it: \(error.description)")
        }
    }
}

extension AdapterFolder {
    /// The adapters in a folder: it is one, or holds several that belong together in folders of its own.
    ///
    /// - Throws: An error that names the folder, and what is wrong with it.
    public static func all(in url: URL) throws(InterchangeError) -> [AdapterFolder] {
        let inner = inner(of: url)
        guard !inner.isEmpty else { return [try AdapterFolder(opening: url)] }
        var adapters: [AdapterFolder] = []
        for folder in inner { adapters.append(try AdapterFolder(opening: folder)) }
        return adapters
    }

    /// The folders of adapters in a folder that is none itself.
    static func inner(of url: URL) -> [URL] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path).sorted()) ?? []
        guard !names.contains("adapter_config.json") else { return [] }
        return names.map { url.appending(path: $0) }.filter {
            FileManager.default.fileExists(atPath: $0.appending(path: "adapter_config.json").path)
        }
    }

    /// The method, and its parameters filled.
    fileprivate func loaded(on base: BaseModel) throws(InterchangeError) -> (any TuningMethod, ParameterStore) {
        let method: any TuningMethod
        var tensors: [String: String] = [:]
        switch configuration {
        case .promptTuning(let settings):
            method = try PromptTuning(settings, on: base)
            tensors[PromptTuning.parameter] = AdapterTensorName.promptEmbeddings
        case .pTuning(let settings):
            method = try PromptTuning(count: settings.virtualTokens.count, settings: settings.otherSettings, on: base)
            tensors[PromptTuning.parameter] = AdapterTensorName.promptEmbeddings
        case .prefixTuning(let settings):
            method = PrefixTuning(virtualTokens: settings.virtualTokens.count)
            tensors[PrefixTuning.prefix] = AdapterTensorName.promptEmbeddings
        case .lora(let settings):
            let adapter = try LowRankAdapter(settings, self.tensors)
            method = wants4Bits ? try QLoRA(adapter, on: base) : adapter
            for change in adapter.changes {
                tensors[change.names.down] = AdapterTensorName.loraA(change.module)
                tensors[change.names.up] = AdapterTensorName.loraB(change.module)
            }
        case .adaLoRA(let settings):
            let adapter = try LowRankAdapter(settings, self.tensors)
            method = adapter
            for change in adapter.changes {
                tensors[change.names.down] = AdapterTensorName.adaLoRAA(change.module)
                tensors[change.names.up] = AdapterTensorName.adaLoRAB(change.module)
                if let values = change.names.values { tensors[values] = AdapterTensorName.adaLoRAE(change.module) }
            }
        }
        let store = ParameterStore(method.addedParameters(for: base.model))
        for (parameter, tensor) in tensors {
            let numbers = try floats(tensor)
            guard numbers.allSatisfy(\.isFinite) else {
                throw InterchangeError(
                    place: "tensor \"\(tensor)\"",
                    "it holds a number that is not finite; train the adapter again or choose another")
            }
            store[parameter]?.write(numbers)
        }
        return (method, store)
    }

    /// The note in an adapter's file that holds the SHA-256 of the weights it was trained on.
    static let baseWeightsNote = "base_weights_sha256"

    /// The hash of the weights that the adapter was trained on; `nil` if that was not noted, as PEFT does not.
    public var baseWeights: ContentHash? { notes[Self.baseWeightsNote].flatMap(ContentHash.init(hex:)) }

    /// A sentence of warning if the adapter was trained on other weights than a model's. It can run on them, but what it learned was
    /// for the others.
    public func warning(on base: BaseModel) -> String? {
        guard let baseWeights, baseWeights != base.weightsHash else { return nil }
        let other = configuration.method.baseModel.map { " (\($0))" } ?? ""
        return "The adapter \(url.relativePath) was trained on other weights than those of \(base.name): sha256 "
            + "\(baseWeights.hex.prefix(12))…\(other), not \(base.weightsHash.hex.prefix(12))…; its results here say little."
    }
}
