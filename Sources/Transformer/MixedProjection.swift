internal import Autodiff

extension Graph {
    /// Applies a projection, whose weights are among the graph's parameters, under the conditioning of each sequence's adapter: what all
    /// share is computed for all rows at once.
    mutating func project(
        _ x: Value, by projection: Projection, _ conditionings: [Conditioning], named name: String
    ) -> Value {
        if conditionings.count == 1 { return project(x, by: projection, conditionings[0], named: name) }
        let changes = conditionings.enumerated().compactMap { adapter, conditioning in
            conditioning.changes[projection.weight].map { (adapter: adapter, change: $0) }
        }
        // One base serves all adapters: if it is held in 4 bits for one, it is for the others.
        let quantised = conditionings.lazy.compactMap { $0.quantisedWeights[projection.weight] }.first
        let shared = Conditioning(quantisedWeights: quantised.map { [projection.weight: $0] } ?? [:])
        guard !changes.isEmpty else { return project(x, by: projection, shared, named: name) }
        let base = project(x, by: projection, shared, named: "\(name).base")
        let adapters = changes.map(\.adapter)
        let down = add(
            ProductByAdapter(adapters, scales: adapters.map { _ in 1 }), [x] + changes.map(\.change.down),
            named: "\(name).lora.down")
        let ups = changes.map { adapter, change in
            // Singular values can as well stand beside B, which is the same for all rows.
            change.values.map { add(ScaledColumns(), [change.up, $0], named: "\(name).lora.\(adapter).values") } ?? change.up
        }
        let change = add(
            ProductByAdapter(adapters, scales: changes.map(\.change.scale)), [down] + ups,
            named: "\(name).lora.change")
        return add(Sum(), [base, change], named: name)
    }
}
