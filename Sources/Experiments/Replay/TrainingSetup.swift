internal import Autodiff
internal import LinearAlgebra
internal import Transformer
internal import Tuning

/// What is trained and how, ready for the first step: the same for a run that is made and for one that is made again.
struct TrainingSetup {
    let base: BaseModel
    let method: any TuningMethod
    let specification: TrainingSpecification
    let seed: UInt64
    /// The model's parameters and the method's; those that are trained are the run's own.
    let parameters: ParameterStore
    let training: TrainingGraph
    /// Its length is also the most tokens of a text that the graph is built for.
    let limits: BatchLimits

    init(
        _ method: any TuningMethod, on base: BaseModel, training specification: TrainingSpecification, seed: UInt64,
        limits: BatchLimits
    ) throws(TuningError) {
        self.base = base
        self.method = method
        self.specification = specification
        self.seed = seed
        self.limits = limits
        let trained = Set(method.trainedParameters(for: base.model))
        parameters = base.parameters.copying(base.model.parameters.map(\.name).filter(trained.contains))
            .joined(with: ParameterStore(method.addedParameters(for: base.model)))
        training = TrainingGraph(
            model: base.model, method: method, optimizer: specification.optimizer, clipping: specification.clipping,
            textLength: limits.length)
        try restart()
    }

    /// Whether a parameter is a weight of the model, trained or not.
    func isBaseWeight(_ name: String) -> Bool { base.parameters[name] != nil }

    /// Gives all that is trained its first values.
    func restart() throws(TuningError) {
        for name in method.trainedParameters(for: base.model) {
            if let weight = base.parameters[name] { parameters[name]?.copy(weight) }
        }
        try method.initialise(parameters, for: base.model, seed: seed)
    }
}

extension TrainingGraph {
    /// The names of the parameters that are updated.
    var trainedNames: [String] { trained.map { graph[$0.parameter].name } }

    /// What a forward pass computes, whatever training adds to it.
    var taskLossName: String { graph[taskLoss].name }
}
