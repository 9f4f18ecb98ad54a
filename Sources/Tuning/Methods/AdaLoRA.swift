public import Autodiff
internal import LinearAlgebra
public import Transformer

/// Adaptive low-rank adaptation: each chosen projection W gets a trained change scale·(B·diag(E)·A)ᵀ in the form of a singular value
/// decomposition, and a budget of singular values that falls during training is given to the weights where they matter most
/// (Zhang et al. 2023), as PEFT's `ADALORA`.
///
/// A and B start as N(0, 0.02²) and E at 0, so that training starts from the base model. A penalty keeps the rows of A and the
/// columns of B near orthonormal, for only then do singular values say what a triplet is worth.
public struct AdaLoRA: LowRankMethod, Hashable {
    public let name = "adalora"
    /// The rank of every change at the start (PEFT's `init_r`).
    public let initialRank: Int
    /// The rank that is left on average (`target_r`).
    public let targetRank: Int
    /// Steps before the first cut (`tinit`).
    public let initialSteps: Int
    /// Steps after the last cut (`tfinal`).
    public let finalSteps: Int
    /// Steps from one cut to the next (`deltaT`).
    public let stepsBetweenCuts: Int
    /// All steps of the training (`total_step`): the budget falls along them.
    public let totalSteps: Int
    /// How much of the smoothed importance is kept from step to step, β₁.
    public let beta1: Double
    /// How much of its smoothed uncertainty is kept, β₂.
    public let beta2: Double
    /// The weight of the penalty (`orth_reg_weight`).
    public let orthogonalityWeight: Double
    /// α.
    public let alpha: Double
    /// What the names of the changed projections end with, as with LoRA.
    public let targets: [String]

    public init(
        initialRank: Int = 12, targetRank: Int = 8, initialSteps: Int = 0, finalSteps: Int = 0, stepsBetweenCuts: Int = 1,
        totalSteps: Int, beta1: Double = 0.85, beta2: Double = 0.85, orthogonalityWeight: Double = 0.5, alpha: Double = 8,
        targets: [String]
    ) {
        self.initialRank = initialRank
        self.targetRank = targetRank
        self.initialSteps = initialSteps
        self.finalSteps = finalSteps
        self.stepsBetweenCuts = stepsBetweenCuts
        self.totalSteps = totalSteps
        self.beta1 = beta1
        self.beta2 = beta2
        self.orthogonalityWeight = orthogonalityWeight
        self.alpha = alpha
        self.targets = targets
    }

    /// α/(r + 10⁻⁵) with the rank r of the start, whatever is left of it.
    public var scale: Double { alpha / Double(Float(initialRank) + 1e-5) }

    /// The weights that are changed.
    public func changedWeights(of model: any LanguageModel) -> [ProjectionWeight] { model.projections(named: targets) }

    public func lowRankChanges(of model: any LanguageModel) -> [LowRankChange] {
        changedWeights(of: model).map { weight in
            LowRankChange(
                weight: weight.name, rank: initialRank, inputs: weight.inputs, outputs: weight.outputs, scale: scale,
                hasValues: true)
        }
    }

    /// The names of a weight's matrices.
    public static func parameters(of weight: String) -> LowRankParameters {
        let path = ProjectionWeight.path(of: weight)
        return LowRankParameters(down: "\(path).lora_A", up: "\(path).lora_B", values: values(of: path))
    }

    static func values(of path: String) -> String { "\(path).lora_E" }

    public func initialise(_ parameters: ParameterStore, for model: any LanguageModel, seed: UInt64) throws(TuningError) {
        try checkBudget()
        for change in try checkedChanges(of: model, targets: targets) {
            parameters.fillNormally(change.names.down, deviation: 0.02, seed: seed)
            parameters.fillNormally(change.names.up, deviation: 0.02, seed: seed)
            if let values = change.names.values { parameters[values]?.fill(with: 0) }
        }
    }

    private func checkBudget() throws(TuningError) {
        func check(_ isPossible: Bool, _ setting: String, _ found: Any, _ expected: String) throws(TuningError) {
            if !isPossible { throw .impossibleBudget(setting: setting, found: "\(found)", expected: expected) }
        }
        try check((1...max(1, initialRank)).contains(targetRank), "the target rank", targetRank, "one from 1 to \(initialRank)")
        try check(initialSteps >= 0, "the steps before the first cut", initialSteps, "0 or more")
        try check(finalSteps >= 0, "the steps after the last cut", finalSteps, "0 or more")
        try check(stepsBetweenCuts >= 1, "the steps between two cuts", stepsBetweenCuts, "1 or more")
        try check(
            initialSteps < totalSteps - finalSteps, "all steps of the training", totalSteps,
            "more than the \(initialSteps) before the first cut and the \(finalSteps) after the last together")
        for (name, beta) in [("β₁", beta1), ("β₂", beta2)] {
            try check(beta > 0 && beta < 1, name, beta, "a number between 0 and 1")
        }
        try check(orthogonalityWeight >= 0, "the weight of the penalty", orthogonalityWeight, "0 or more")
    }

    /// The weight times the mean over all A and B of ‖AAᵀ − I‖ and ‖BᵀB − I‖ (Zhang et al. 2023, eq. 4; the norms themselves rather
    /// than their squares, and their mean, as PEFT has it).
    public func penalty(in graph: inout Graph, for model: any LanguageModel) -> Value? {
        let distances = changedWeights(of: model).flatMap { weight in
            let names = Self.parameters(of: weight.name)
            return [(names.down, Gram.Vectors.rows), (names.up, .columns)].map { name, vectors in
                let products = graph.add(Gram(of: vectors), [graph.known(name)], named: "penalty/\(name).products")
                return graph.add(DistanceFromIdentity(), [products], named: "penalty/\(name).distance")
            }
        }
        guard !distances.isEmpty else { return nil }
        let all = graph.add(StackedRows(), distances, named: "penalty.distances")
        let mean = graph.add(Mean(), [all], named: "penalty.mean")
        return graph.add(Scaled(by: Float(orthogonalityWeight)), [mean], named: "penalty")
    }

    /// The budget over all changed weights of a model.
    public func budget(for model: any LanguageModel) -> RankBudget {
        let count = changedWeights(of: model).count
        return RankBudget(
            initial: initialRank * count, target: targetRank * count, initialSteps: initialSteps, finalSteps: finalSteps,
            stepsBetweenCuts: stepsBetweenCuts, totalSteps: totalSteps)
    }

    /// What cuts the rank after every step.
    public func allocator(for model: any LanguageModel) -> RankAllocator {
        RankAllocator(
            budget: budget(for: model), beta1: beta1, beta2: beta2,
            matrices: lowRankChanges(of: model).map { change in
                let shapes = change.parameters
                return RankAllocator.Matrices(down: shapes[0], up: shapes[1], values: shapes[2])
            })
    }

    public func stepHook(for model: any LanguageModel) -> (any StepHook)? { allocator(for: model) }
}
