public import Autodiff
internal import LinearAlgebra

/// A linear map of a model, `x·W + b`, and the change that a tuning method makes to it.
public struct Projection: Sendable {
    /// The name of W in the checkpoint: what a change is found by.
    public let weight: String
    /// The name of b; `nil` for none.
    public let bias: String?
    /// Whether W is stored `[in, out]`, as GPT-2 does, rather than `[out, in]`.
    public let storesInputsFirst: Bool

    public init(weight: String, bias: String?, storesInputsFirst: Bool) {
        self.weight = weight
        self.bias = bias
        self.storesInputsFirst = storesInputsFirst
    }
}

extension Graph {
    /// Applies a projection, whose weights are among the graph's parameters, under a conditioning.
    mutating func project(_ x: Value, by projection: Projection, _ conditioning: Conditioning, named name: String) -> Value {
        guard let change = conditioning.changes[projection.weight] else {
            return map(x, by: projection, conditioning, named: name)
        }
        let base = map(x, by: projection, conditioning, named: "\(name).base")
        var down = add(Product.transposed, [x, change.down], named: "\(name).lora.down")
        if let values = change.values { down = add(ScaledColumns(), [down, values], named: "\(name).lora.values") }
        let up = add(Product.transposed, [down, change.up], named: "\(name).lora.up")
        let scaled = add(Scaled(by: change.scale), [up], named: "\(name).lora.change")
        return add(Sum(), [base, scaled], named: name)
    }

    private mutating func map(
        _ x: Value, by projection: Projection, _ conditioning: Conditioning, named name: String
    ) -> Value {
        if let weight = conditioning.quantisedWeights[projection.weight] {
            let operation = QuantisedLinear(weight, projection.storesInputsFirst ? .asStored : .transposed)
            return add(operation, [x] + (projection.bias.map { [known($0)] } ?? []), named: name)
        }
        let weight = known(projection.weight)
        guard let bias = projection.bias else {
            return add(projection.storesInputsFirst ? Product() : Product.transposed, [x, weight], named: name)
        }
        return add(projection.storesInputsFirst ? Linear() : Linear.transposed, [x, weight, known(bias)], named: name)
    }

    /// A parameter that was added before what uses it.
    public func known(_ name: String) -> Value {
        guard let value = value(named: name) else { preconditionFailure("\(name) is added before it is used") }
        return value
    }
}
