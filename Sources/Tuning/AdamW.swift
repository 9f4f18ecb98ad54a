internal import Autodiff

/// AdamW with torch's defaults and semantics (Loshchilov and Hutter 2019): weight decay apart from the gradient, moments
/// corrected for their start at zero.
public struct AdamW: Sendable, Hashable {
    /// How much of the first moment is kept from step to step, β₁.
    public var beta1: Double
    /// How much of the second moment is kept, β₂.
    public var beta2: Double
    public var epsilon: Double
    /// Share of a parameter that is taken away in a step, times the learning rate, λ.
    public var weightDecay: Double

    public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01) {
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }

    /// The parameter `[1, 3]` with the numbers that change from step to step.
    static let rates = "optimizer/rates"

    /// The numbers of step `step`, which counts from 1: 1 − lr·λ, lr / (1 − β₁ᵗ), √(1 − β₂ᵗ).
    func rates(step: Int, learningRate: Double) -> (decay: Float, step: Float, root: Float) {
        (
            Float(1 - learningRate * weightDecay), Float(learningRate / (1 - power(beta1, step))),
            Float((1 - power(beta2, step)).squareRoot())
        )
    }

    /// The names of a parameter's moments before a step.
    public static func moments(of parameter: String) -> [String] {
        ["optimizer/\(parameter).first-moment.before", "optimizer/\(parameter).second-moment.before"]
    }

    /// Memory for the optimizer's state: two moments for every trained number, and the rates.
    static func state(for trained: [ParameterShape]) -> [ParameterShape] {
        trained.flatMap { shape in moments(of: shape.name).map { ParameterShape($0, shape.rows, shape.columns) } }
            + [ParameterShape(rates, 1, 3)]
    }

    /// Appends the update of one parameter. The new moments are named `optimizer/<name>.first-moment` and `.second-moment`, the
    /// new parameter `updated/<name>`.
    func addUpdate(of parameter: Value, gradient: Value, rates: Value, to graph: inout Graph) {
        let node = graph[parameter]
        let states = Self.moments(of: node.name).map { graph.parameter($0, node.shape) }
        let name = "optimizer/\(node.name)"
        let first = graph.add(FirstMoment(beta: beta1), [states[0], gradient], named: "\(name).first-moment")
        let second = graph.add(SecondMoment(beta: beta2), [states[1], gradient], named: "\(name).second-moment")
        let updated = graph.add(
            AdamWStep(epsilon: Float(epsilon)), [parameter, first, second, rates], named: "updated/\(node.name)")
        graph.assign(first, to: states[0])
        graph.assign(second, to: states[1])
        graph.assign(updated, to: parameter)
    }
}

/// `base` to a whole power, by squaring: the same bits on every machine, which a library's `pow` does not promise.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}
