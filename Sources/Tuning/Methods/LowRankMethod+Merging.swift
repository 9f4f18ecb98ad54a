public import Autodiff
internal import LinearAlgebra
public import Transformer

extension LowRankMethod {
    /// Puts the change into the weights: W ← W + ΔW. The model then computes alone what it computed under the method.
    ///
    /// - Parameter parameters: The model's, which are changed in place, and the method's.
    /// - Throws: ``TuningError/missingParameter(_:)``, before anything is changed.
    public func merge(into parameters: ParameterStore, for model: any LanguageModel) throws(TuningError) {
        try addChange(times: 1, to: parameters, for: model)
    }

    /// Takes the change out of the weights again: W ← W − ΔW, which restores them to rounding.
    ///
    /// - Throws: ``TuningError/missingParameter(_:)``, before anything is changed.
    public func unmerge(from parameters: ParameterStore, for model: any LanguageModel) throws(TuningError) {
        try addChange(times: -1, to: parameters, for: model)
    }

    private func addChange(times sign: Double, to parameters: ParameterStore, for model: any LanguageModel) throws(TuningError) {
        func matrix(_ name: String) throws(TuningError) -> Matrix {
            guard let matrix = parameters[name] else { throw .missingParameter(name) }
            return matrix
        }
        var parts: [(weight: Matrix, down: Matrix, up: Matrix, values: Matrix?, storesInputsFirst: Bool)] = []
        for weight in changedWeights(of: model) {
            let names = Self.parameters(of: weight.name)
            var values: Matrix?
            if let name = names.values { values = try matrix(name) }
            parts.append(
                (try matrix(weight.name), try matrix(names.down), try matrix(names.up), values, weight.storesInputsFirst))
        }
        for part in parts {
            var up = part.up
            if let values = part.values {
                up = Storage(count: up.rows * up.columns).matrix(rows: up.rows, columns: up.columns)
                up.setColumns(of: part.up, scaledBy: values)
            }
            part.weight.addLowRankChange(
                down: part.down, up: up, scale: Float(sign * scale), storesInputsFirst: part.storesInputsFirst)
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
