internal import Interchange
internal import Recordings

/// Normalisation forgets a row's size and, but for the root-mean-square kind, its mean: no gradient flows along them.
struct NormGradientCheck: RunCheck {
    let id = "norm-gradient"
    let claim = BilingualText(
        english:
            "the gradient that a normalisation passes on is orthogonal to the normalised row, and a layer normalisation's to 1",
        chinese: "归一化传回的梯度与归一化后的行正交，层归一化的梯度还与全 1 向量正交")

    /// Roundings beside one for each column.
    private static let roundings = 16

    func examine(_ step: StepValues, of run: ReplayedRun, into finding: inout Finding) throws {
        let kinds = [("layer normalisation gradient", true), ("root-mean-square normalisation gradient", false)]
        for (operation, isCentred) in kinds {
            for node in step.results(of: operation, in: run) where node.operands.count == 3 {
                guard let epsilon = run.base?.normEpsilon else {
                    return finding.skip(run.obstacle.map { "\($0)" } ?? "there is no base model")
                }
                examine(
                    Row(
                        x: try step.value(node.operands[0]), scale: try step.value(node.operands[1]),
                        upstream: try step.value(node.operands[2]), gradient: try step.value(node.name), isCentred: isCentred,
                        epsilon: epsilon), step, run, &finding)
            }
        }
    }

    private struct Row {
        let x: RecordedValue
        let scale: RecordedValue
        let upstream: RecordedValue
        let gradient: RecordedValue
        let isCentred: Bool
        let epsilon: Double
    }

    private func examine(_ rows: Row, _ step: StepValues, _ run: ReplayedRun, _ finding: inout Finding) {
        let count = Double(rows.x.columns)
        for row in 0..<rows.x.rowCount {
            let x = rows.x.row(row).map(Double.init)
            let mean = rows.isCentred ? x.reduce(0, +) / count : 0
            let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            let root = (variance + rows.epsilon).squareRoot()
            let normed = x.map { ($0 - mean) / root }
            let received = zip(rows.scale.numbers, rows.upstream.row(row)).map { Double($0) * Double($1) }
            let passed = rows.gradient.row(row).map(Double.init)
            // ε leaves a small part of the row's own direction.
            let along = zip(received, normed).reduce(0) { $0 + $1.0 * $1.1 }
            let left = along / root * rows.epsilon / (variance + rows.epsilon)
            let size = received.reduce(0) { $0 + abs($1) } / root
            let largest = normed.reduce(0) { max($0, abs($1)) }
            // A mean that is far from 0 by the row's spread costs digits before anything else is done.
            let offset = 1 + abs(mean) / root
            let bound = (count + Double(Self.roundings)) * Double(Float.ulpOfOne) * size * offset
            let address = Address(run: run.run.id, step: step.step, rows.gradient.name, element: [row])
            let product = zip(passed, normed).reduce(0) { $0 + $1.0 * $1.1 }
            finding.compare(abs(product - left), bound: bound * max(1, largest * largest), at: address)
            if rows.isCentred { finding.compare(abs(passed.reduce(0, +)), bound: bound * max(1, largest), at: address) }
        }
    }
}

extension BaseModel {
    /// What normalisations add under the root.
    var normEpsilon: Double {
        switch configuration {
        case .gpt2(let gpt2): gpt2.normEpsilon
        case .llama(let llama): llama.normEpsilon
        }
    }
}
