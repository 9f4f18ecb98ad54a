internal import Autodiff
internal import LinearAlgebra
internal import Transformer

/// What training has allocated, in bytes, by what it is for: counted from the storage, each once however many look at it.
public struct TrainingMemory: Sendable, Hashable {
    /// The model's weights as they are held.
    public var modelWeights = 0
    /// What the method adds to it.
    public var addedWeights = 0
    /// AdamW's moments and rates, and what the method remembers.
    public var optimizer = 0
    /// The gradients of what is trained.
    public var gradients = 0
    /// All other numbers in flight, and room to compute in.
    public var activations = 0
    /// All storage, whatever it is for.
    public var total = 0
}

extension Trainer {
    /// What it has allocated to train: parameters, optimizer and the arenas of plain steps. What ``keptStep(learningRate:pack:look:)``
    /// needs beside it is not counted.
    public var memory: TrainingMemory {
        var memory = TrainingMemory()
        var seen: Set<StorageMemory> = []
        func bytes(_ name: String) -> Int {
            guard let storage = parameters[name]?.memory, seen.insert(storage).inserted else { return 0 }
            return storage.byteCount
        }
        let model = training.model
        for shape in model.parameters { memory.modelWeights += bytes(shape.name) }
        for shape in training.method.addedParameters(for: model) { memory.addedWeights += bytes(shape.name) }
        for shape in training.state { memory.optimizer += bytes(shape.name) }
        let methods = (training.method as? Combination)?.parts ?? [training.method]
        let quantised = methods.reduce(0) { $0 + (($1 as? QLoRA)?.base.byteCount ?? 0) }
        memory.modelWeights += quantised

        let arenas = executor.memory.reduce(0) { $0 + $1.byteCount }
        memory.gradients = executor.arenaBytes(of: training.trained.map(\.gradient))
        memory.activations = arenas - memory.gradients
        // Counted anew from the store, so that what belongs to none of the kinds is missed by no one.
        let stored = Set(parameters.names.compactMap { parameters[$0]?.memory }).reduce(0) { $0 + $1.byteCount }
        memory.total = stored + quantised + arenas
        return memory
    }
}
