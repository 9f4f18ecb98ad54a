internal import Autodiff
internal import Foundation
internal import Interchange
internal import LinearAlgebra
internal import Transformer
internal import Tuning

/// A method whose result is an adapter of PEFT's.
protocol AdapterMethod: TuningMethod {
    /// What PEFT would save.
    ///
    /// - Parameters:
    ///   - parameters: The method's own, trained.
    ///   - name: What the reader called the model.
    func adapter(_ parameters: ParameterStore, on base: BaseModel, called name: String) throws -> SavedAdapter
}

/// The contents of an adapter folder.
struct SavedAdapter {
    /// The method's name: the folder's, where several adapters lie side by side.
    let name: String
    let configuration: AdapterConfiguration
    let tensors: [String: Tensor]
    /// What to note beside the hash of the base model.
    var notes: [String: String] = [:]
}

extension AdapterMethod {
    /// The rows that a small network makes of trained parameters, under their name in the graph.
    func computed(_ name: String, _ parameters: ParameterStore, on base: BaseModel) throws -> Tensor {
        if parameters[name] != nil { return try parameters.tensor(name) }
        var graph = Graph()
        for shape in addedParameters(for: base.model) { graph.parameter(shape) }
        _ = conditioning(in: &graph, for: base.model)
        guard let value = graph.value(named: name), let rows = graph[value].shape.fixedRows else {
            throw TuningError.missingParameter(name)
        }
        let plan = Plan(graph, computing: [value], limits: BatchLimits(sequences: 1, length: 1, parts: 1))
        let executor = try Executor(plan, parameters: parameters, pool: WorkerPool(threads: 1))
        try executor.load { _ in }
        executor.compute()
        return Tensor(executor.numbers(value), shape: [rows, graph[value].shape.columns])
    }
}

extension ParameterStore {
    /// A parameter as a tensor of two axes.
    func tensor(_ name: String) throws(TuningError) -> Tensor {
        guard let matrix = self[name] else { throw .missingParameter(name) }
        return Tensor(matrix.values, shape: [matrix.rows, matrix.columns])
    }
}

extension TuningMethod {
    /// The methods whose results lie side by side, the head for classes apart.
    var adapterParts: (adapters: [any AdapterMethod], head: ClassificationHead?)? {
        let parts = (self as? Combination)?.parts ?? [self]
        let adapters = parts.compactMap { $0 as? any AdapterMethod }
        let head = parts.lazy.compactMap { $0 as? ClassificationHead }.first
        guard !adapters.isEmpty, adapters.count + (head == nil ? 0 : 1) == parts.count else { return nil }
        return (adapters, head)
    }

    /// Whether the result is an adapter, rather than a model.
    var hasAdapter: Bool { adapterParts != nil }

    /// Writes the result as a folder of PEFT's, or as several under one, by the methods' names.
    ///
    /// - Parameters:
    ///   - labels: The names of the classes, where there is a head for them.
    ///   - notes: Such as the hash of the weights that it was trained on.
    func writeAdapter(
        _ parameters: ParameterStore, on base: BaseModel, called name: String, labels: [String], notes: [String: String],
        to url: URL
    ) throws {
        guard let (adapters, head) = adapterParts else { return }
        let classHead = try head.map { _ in
            ClassHead(weight: try parameters.tensor(ClassificationHead.parameter), labels: labels.map(\.trimmed))
        }
        for method in adapters {
            let saved = try method.adapter(parameters, on: base, called: name)
            try AdapterFolder.write(
                saved.configuration, tensors: saved.tensors, head: classHead, notes: notes.merging(saved.notes) { $1 },
                to: adapters.count == 1 ? url : url.appending(path: saved.name))
        }
    }
}
