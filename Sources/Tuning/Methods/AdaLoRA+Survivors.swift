public import Autodiff
internal import LinearAlgebra
public import Transformer

/// A matrix as an adapter's file holds it.
public struct AdapterMatrix: Sendable, Hashable {
    /// The name of the parameter.
    public let name: String
    public let rows: Int
    public let columns: Int
    /// Row by row.
    public let values: [Float]

    public init(name: String, rows: Int, columns: Int, values: [Float]) {
        self.name = name
        self.rows = rows
        self.columns = columns
        self.values = values
    }
}

extension AdaLoRA {
    /// Which of the rows of E were left at the last cut, by the path of each changed weight: PEFT's `rank_pattern`.
    ///
    /// - Parameter parameters: A trainer's, which hold what the allocator remembers.
    /// - Returns: `nil` before the first cut.
    public func survivors(in parameters: ParameterStore, for model: any LanguageModel) -> [String: [Bool]]? {
        var survivors: [String: [Bool]] = [:]
        for weight in changedWeights(of: model) {
            guard let cut = parameters[RankAllocator.cut(of: Self.values(of: weight.path))] else { return nil }
            survivors[weight.path] = cut.values.map { $0 == 0 }
        }
        // A cut takes at least one.
        return survivors.values.allSatisfy { !$0.contains(false) } ? nil : survivors
    }

    /// What PEFT saves: of A `[r, in]` and E `[r, 1]` only the surviving rows, of B `[out, r]` only the surviving columns; all of them
    /// before the first cut.
    ///
    /// - Parameter parameters: A trainer's.
    public func survivingMatrices(in parameters: ParameterStore, for model: any LanguageModel) -> [AdapterMatrix] {
        let survivors = survivors(in: parameters, for: model)
        return changedWeights(of: model).flatMap { weight in
            let names = Self.parameters(of: weight.name)
            let left = survivors?[weight.path] ?? Array(repeating: true, count: initialRank)
            return [names.down, names.up, names.values].compactMap { name -> AdapterMatrix? in
                guard let name, let matrix = parameters[name] else { return nil }
                let isUp = name == names.up
                let rows = (0..<matrix.rows).filter { isUp || left[$0] }
                let columns = (0..<matrix.columns).filter { !isUp || left[$0] }
                return AdapterMatrix(
                    name: name, rows: rows.count, columns: columns.count,
                    values: rows.flatMap { row in columns.map { matrix[row, $0] } })
            }
        }
    }

    /// Puts the numbers of a saved adapter at the places of the triplets that survived; all others get 0.
    ///
    /// - Parameters:
    ///   - matrices: The numbers of each parameter, row by row, as ``survivingMatrices(in:for:)`` gives them, by the parameter's name.
    ///   - survivors: By the path of each changed weight; `nil` if all of them survived.
    /// - Throws: ``TuningError`` that names the matrix which is missing or has not as many numbers as survivors.
    public func restore(
        _ matrices: [String: [Float]], survivors: [String: [Bool]]?, into parameters: ParameterStore,
        for model: any LanguageModel
    ) throws(TuningError) {
        for weight in changedWeights(of: model) {
            let names = Self.parameters(of: weight.name)
            let left = survivors?[weight.path] ?? Array(repeating: true, count: initialRank)
            guard left.count == initialRank else {
                throw .wrongCount("The rank pattern of \(weight.path)", found: left.count, expected: initialRank)
            }
            for name in [names.down, names.up, names.values].compactMap({ $0 }) {
                guard let matrix = parameters[name], let values = matrices[name] else { throw .missingParameter(name) }
                let isUp = name == names.up
                let rows = (0..<matrix.rows).filter { isUp || left[$0] }
                let columns = (0..<matrix.columns).filter { !isUp || left[$0] }
                guard values.count == rows.count * columns.count else {
                    throw .wrongCount(name, found: values.count, expected: rows.count * columns.count)
                }
                matrix.fill(with: 0)
                for (index, value) in values.enumerated() {
                    matrix[rows[index / columns.count], columns[index % columns.count]] = value
                }
            }
            guard let cut = parameters[RankAllocator.cut(of: Self.values(of: weight.path))] else { continue }
            for (row, isLeft) in left.enumerated() { cut[row, 0] = isLeft ? 0 : 1 }
        }
    }
}
