public import Autodiff
public import Transformer

/// One training step as a graph: forward pass, loss, backward pass and optimizer.
public struct TrainingGraph: Sendable {
    public let graph: Graph
    public let model: any LanguageModel
    public let method: any TuningMethod
    public let optimizer: AdamW
    public let pass: ForwardPass
    /// What training lowers, `[1, 1]`: the task's loss, and the method's penalty if it has one.
    public let loss: Value
    /// Mean cross-entropy over the counted tokens, `[1, 1]`; the same value as ``loss`` where there is no penalty.
    public let taskLoss: Value
    /// What is trained and its gradient, before clipping.
    public let trained: [(parameter: Value, gradient: Value)]
    /// The gradient that each of ``trained`` is updated with: clipped, if there is a limit.
    let appliedGradients: [Value]
    /// What the method does after every step.
    let hook: (any StepHook)?
    /// The L2 norm of all gradients together, before clipping, `[1, 1]`.
    public let gradientNorm: Value
    /// The memory of the optimizer, and of the method beside it.
    public let state: [ParameterShape]

    /// What a step reports, and what the method looks at afterwards.
    var results: [Value] {
        var values = [loss, gradientNorm] + trained.map(\.gradient)
        if taskLoss != loss { values.append(taskLoss) }
        return hook == nil ? values : values + appliedGradients.filter { !values.contains($0) }
    }

    /// - Parameters:
    ///   - clipping: The largest global norm of a gradient; `nil` for no clipping.
    ///   - textLength: The most tokens of a text.
    ///   - logitRows: For which rows logits are computed.
    public init(
        model: any LanguageModel, method: any TuningMethod, optimizer: AdamW, clipping: Double? = nil, textLength: Int,
        logitRows: LogitRows = .counted
    ) {
        var graph = Graph()
        let forward = graph.addForward(
            of: model, method: method, textLength: textLength, logitRows: logitRows, penalised: true)
        let trainedNames = method.trainedParameters(for: model)
        let parameters = trainedNames.compactMap { graph.value(named: $0) }
        let gradients = graph.differentiate(forward.loss, withRespectTo: parameters)
        // A parameter that nothing leads from to the loss has no gradient and stays as it is.
        let trained = parameters.compactMap { parameter in gradients[parameter].map { (parameter: parameter, gradient: $0) } }

        graph.phase = .optimizer
        let norm = graph.add(GlobalNorm(), trained.map(\.gradient), named: "gradient.norm")
        let shapes = trained.map { pair in
            ParameterShape(
                graph[pair.parameter].name, graph[pair.parameter].shape.fixedRows ?? 0, graph[pair.parameter].shape.columns)
        }
        let rates = graph.parameter(AdamW.rates, Shape(.fixed(1), 3))
        var applied: [Value] = []
        for (parameter, gradient) in trained {
            let used =
                clipping.map { limit in
                    graph.add(
                        ClippedGradient(limit: Float(limit)), [gradient, norm], named: "clipped/\(graph[parameter].name)")
                } ?? gradient
            optimizer.addUpdate(of: parameter, gradient: used, rates: rates, to: &graph)
            applied.append(used)
        }

        self.graph = graph
        self.model = model
        self.method = method
        self.optimizer = optimizer
        pass = forward.pass
        loss = forward.loss
        taskLoss = forward.taskLoss
        self.trained = trained
        appliedGradients = applied
        hook = method.stepHook(for: model)
        gradientNorm = norm
        state = AdamW.state(for: shapes) + (hook?.state ?? [])
    }
}

extension Graph {
    /// Adds parameters, conditioned forward pass and loss: what training and evaluation share.
    ///
    /// - Parameter penalised: Whether the loss is that of training, with the method's penalty. Then the task's own is named
    ///   `loss.task`.
    mutating func addForward(
        of model: any LanguageModel, method: any TuningMethod, textLength: Int, logitRows: LogitRows, penalised: Bool = false
    ) -> (pass: ForwardPass, taskLoss: Value, loss: Value) {
        model.addParameters(to: &self)
        for shape in method.addedParameters(for: model) { parameter(shape) }
        let conditionings = method.conditionings(in: &self, for: model)
        let pass = model.addForward(to: &self, conditionings: conditionings, textLength: textLength, logitRows: logitRows)
        let probabilities = add(Softmax(), [pass.logits], named: "probabilities")
        let tokens = add(CrossEntropy(), [pass.logits, probabilities], named: "loss.tokens")
        guard penalised, let penalty = method.penalty(in: &self, for: model) else {
            let loss = add(Mean(), [tokens], named: "loss")
            return (pass, loss, loss)
        }
        let task = add(Mean(), [tokens], named: "loss.task")
        return (pass, task, add(Sum(), [task, penalty], named: "loss"))
    }
}
