public import Autodiff
public import LinearAlgebra

/// Gives the rank budget to the triplets that matter most (Zhang et al. 2023, alg. 1), as PEFT's `RankAllocator`: after every step the
/// importance |w·∂w| of every number is smoothed, and the triplets with the lowest scores over all matrices get the singular
/// value 0.
///
/// A triplet that is cut goes on being trained, and may come back at the next cut; after the last one the choice is final.
public struct RankAllocator: StepHook, Hashable {
    public let budget: RankBudget
    /// How much of the smoothed importance is kept from step to step, β₁.
    public let beta1: Double
    /// How much of its smoothed uncertainty is kept, β₂.
    public let beta2: Double
    /// One for each changed weight.
    let matrices: [Matrices]

    struct Matrices: Sendable, Hashable {
        let down: ParameterShape
        let up: ParameterShape
        let values: ParameterShape
        var all: [ParameterShape] { [down, up, values] }
        var rank: Int { values.rows }
    }

    /// The smoothed importance of a parameter's numbers.
    public static func importance(of parameter: String) -> String { "optimizer/\(parameter).importance" }
    /// The smoothed distance of the importance from its smoothed value.
    public static func uncertainty(of parameter: String) -> String { "optimizer/\(parameter).uncertainty" }
    /// Which rows of E `[r, 1]` were left out at the last cut: 1, the others 0.
    public static func cut(of values: String) -> String { "optimizer/\(values).cut" }

    public var state: [ParameterShape] {
        matrices.flatMap { matrices in
            matrices.all.flatMap { shape in
                [
                    ParameterShape(Self.importance(of: shape.name), shape.rows, shape.columns),
                    ParameterShape(Self.uncertainty(of: shape.name), shape.rows, shape.columns),
                ]
            } + [ParameterShape(Self.cut(of: matrices.values.name), matrices.rank, 1)]
        }
    }

    public func finish(step: Int, parameters: ParameterStore, gradient: (String) -> Matrix?) {
        if step < budget.lastCut { updateImportance(in: parameters, gradient: gradient) }
        if budget.cuts(atStep: step) {
            choose(budget.triplets(atStep: step), in: parameters)
            if step == budget.lastCut { forgetImportance(in: parameters) }
        } else if step > budget.lastCut {
            cut(parameters)
        }
    }

    /// Zhang et al. 2023, eqs. 8 to 10.
    private func updateImportance(in parameters: ParameterStore, gradient: (String) -> Matrix?) {
        let (keep, take) = (Float(beta1), Float(1 - beta1))
        let (keepDoubt, takeDoubt) = (Float(beta2), Float(1 - beta2))
        for shape in matrices.flatMap(\.all) {
            guard let parameter = parameters[shape.name], let gradient = gradient(shape.name),
                let importance = parameters[Self.importance(of: shape.name)],
                let uncertainty = parameters[Self.uncertainty(of: shape.name)]
            else { continue }
            for row in 0..<shape.rows {
                for column in 0..<shape.columns {
                    let now = abs(parameter[row, column] * gradient[row, column])
                    let smoothed = keep * importance[row, column] + take * now
                    importance[row, column] = smoothed
                    uncertainty[row, column] = keepDoubt * uncertainty[row, column] + takeDoubt * abs(now - smoothed)
                }
            }
        }
    }

    private func forgetImportance(in parameters: ParameterStore) {
        for shape in matrices.flatMap(\.all) {
            parameters[Self.importance(of: shape.name)]?.fill(with: 0)
            parameters[Self.uncertainty(of: shape.name)]?.fill(with: 0)
        }
    }

    /// The score of every triplet, by the name of its E: that of the singular value and the mean of those of its two vectors, where a
    /// number's score is its importance times its uncertainty (eqs. 7 and 11).
    public func scores(in parameters: ParameterStore) -> [String: [Float]] {
        Dictionary(uniqueKeysWithValues: matrices.map { ($0.values.name, scores(of: $0, in: parameters)) })
    }

    private func scores(of matrices: Matrices, in parameters: ParameterStore) -> [Float] {
        func numberScore(_ shape: ParameterShape) -> (Int, Int) -> Float {
            guard let importance = parameters[Self.importance(of: shape.name)],
                let uncertainty = parameters[Self.uncertainty(of: shape.name)]
            else { return { _, _ in 0 } }
            return { importance[$0, $1] * uncertainty[$0, $1] }
        }
        let (down, up, value) = (numberScore(matrices.down), numberScore(matrices.up), numberScore(matrices.values))
        return (0..<matrices.rank).map { triplet in
            let downSum = (0..<matrices.down.columns).reduce(0.0) { $0 + Double(down(triplet, $1)) }
            let upSum = (0..<matrices.up.rows).reduce(0.0) { $0 + Double(up($1, triplet)) }
            let vectors = Float(downSum / Double(matrices.down.columns)) + Float(upSum / Double(matrices.up.rows))
            return value(triplet, 0) + vectors
        }
    }

    /// Leaves the `count` triplets with the highest scores, or fewer: what ties with the best that is cut is cut with it.
    private func choose(_ count: Int, in parameters: ParameterStore) {
        let scores = matrices.map { self.scores(of: $0, in: parameters) }
        let cutCount = budget.initial - count
        guard cutCount > 0 else { return }
        let threshold = scores.flatMap { $0 }.sorted()[cutCount - 1]
        for (matrices, scores) in zip(matrices, scores) {
            guard let cut = parameters[Self.cut(of: matrices.values.name)] else { continue }
            for (row, score) in scores.enumerated() { cut[row, 0] = score <= threshold ? 1 : 0 }
        }
        cut(parameters)
    }

    /// The singular values that were left out ← 0.
    private func cut(_ parameters: ParameterStore) {
        for matrices in matrices {
            guard let values = parameters[matrices.values.name], let cut = parameters[Self.cut(of: matrices.values.name)] else {
                continue
            }
            for row in 0..<matrices.rank where cut[row, 0] != 0 { values[row, 0] = 0 }
        }
    }
}
