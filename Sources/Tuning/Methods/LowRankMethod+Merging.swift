public import Autodiff
internal import LinearAlgebra
public import Transformer

extension LowRankMethod {
    /// Puts the changes into the weights: W ← W + ΔW. The model then computes alone what it computed under the method.
    ///
    /// - Parameter parameters: The model's, which are changed in place, and the method's.
    /// - Throws: ``TuningError`` that names what is missing, before anything is changed.
    public func merge(into parameters: ParameterStore, for model: any LanguageModel) throws(TuningError) {
        try addChanges(times: 1, to: parameters, for: model)
    }

    /// Takes the changes out of the weights again: W ← W − ΔW, which restores them to rounding.
    ///
    /// - Throws: ``TuningError`` that names what is missing, before anything is changed.
    public func unmerge(from parameters: ParameterStore, for model: any LanguageModel) throws(TuningError) {
        try addChanges(times: -1, to: parameters, for: model)
    }

    private func addChanges(times sign: Double, to parameters: ParameterStore, for model: any LanguageModel) throws(TuningError) {
        let changes = lowRankChanges(of: model)
        for name in changes.flatMap({ [$0.weight] + $0.parameters.map(\.name) }) where parameters[name] == nil {
            throw .missingParameter(name)
        }
        // A weight that is stored [out, in] gets the transposed change.
        let storesInputsFirst = Dictionary(uniqueKeysWithValues: model.projections.map { ($0.weight, $0.storesInputsFirst) })
        for change in changes where storesInputsFirst[change.weight] == nil { throw .noTargets([change.weight]) }
        for change in changes {
            let names = change.names
            guard let weight = parameters[change.weight], let down = parameters[names.down], var up = parameters[names.up] else {
                continue
            }
            if let values = names.values.flatMap({ parameters[$0] }) {
                let scaled = Storage(count: up.rows * up.columns).matrix(rows: up.rows, columns: up.columns)
                scaled.setColumns(of: up, scaledBy: values)
                up = scaled
            }
            weight.addLowRankChange(
                down: down, up: up, scale: Float(sign * change.scale), storesInputsFirst: storesInputsFirst[change.weight] ?? true
            )
        }
    }
}

extension Matrix {
    /// W ← W + scale · B·A for a W stored `[out, in]`, or its transpose for one stored `[in, out]`.
    func addLowRankChange(down: Matrix, up: Matrix, scale: Float, storesInputsFirst: Bool) {
        if storesInputsFirst {
            setProduct(down, .transposed, up, .transposed, scale: scale, accumulating: true)
        } else {
            setProduct(up, .asStored, down, .asStored, scale: scale, accumulating: true)
        }
    }
}
