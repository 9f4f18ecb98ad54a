public import Autodiff
public import Transformer

/// One training step as a graph: forward pass, loss, backward pass and optimizer.
public struct TrainingGraph: Sendable {
    public let graph: Graph
    public let model: any LanguageModel
    public let method: any TuningMethod
    public let optimizer: AdamW
    public let pass: ForwardPass
    /// Mean cross-entropy over the counted tokens, `[1, 1]`.
    public let loss: Value
    /// What is trained and its gradient, before clipping.
    public let trained: [(parameter: Value, gradient: Value)]
    /// The L2 norm of all gradients together, before clipping, `[1, 1]`.
    public let gradientNorm: Value
    /// The optimizer's memory.
    public let state: [ParameterShape]

    /// What a step reports.
    var results: [Value] { [loss, gradientNorm] + trained.map(\.gradient) }

    /// - Parameters:
    ///   - clipping: The largest global norm of a gradient; `nil` for no clipping.
    ///   - textLength: The most tokens of a text.
    ///   - logitRows: For which rows logits are computed.
    public init(
        model: any LanguageModel, method: any TuningMethod, optimizer: AdamW, clipping: Double? = nil, textLength: Int,
        logitRows: LogitRows = .counted
    ) {
        var graph = Graph()
        let forward = graph.addForward(of: model, method: method, textLength: textLength, logitRows: logitRows)
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
        for (parameter, gradient) in trained {
            let used =
                clipping.map { limit in
                    graph.add(
                        ClippedGradient(limit: Float(limit)), [gradient, norm], named: "clipped/\(graph[parameter].name)")
                } ?? gradient
            optimizer.addUpdate(of: parameter, gradient: used, rates: rates, to: &graph)
        }

        self.graph = graph
        self.model = model
        self.method = method
        self.optimizer = optimizer
        pass = forward.pass
        loss = forward.loss
        self.trained = trained
        gradientNorm = norm
        state = AdamW.state(for: shapes)
    }
}

extension Graph {
    /// Adds parameters, conditioned forward pass and loss: what training and evaluation share.
    mutating func addForward(
        of model: any LanguageModel, method: any TuningMethod, textLength: Int, logitRows: LogitRows
    ) -> (pass: ForwardPass, loss: Value) {
        model.addParameters(to: &self)
        for shape in method.addedParameters(for: model) { parameter(shape) }
        let conditioning = method.conditioning(in: &self, for: model)
        let pass = model.addForward(to: &self, conditioning: conditioning, textLength: textLength, logitRows: logitRows)
        let probabilities = add(Softmax(), [pass.logits], named: "probabilities")
        let tokens = add(CrossEntropy(), [pass.logits, probabilities], named: "loss.tokens")
        return (pass, add(Mean(), [tokens], named: "loss"))
    }
}
