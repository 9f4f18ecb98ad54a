internal import Autodiff
internal import Recordings
internal import Tuning

/// What training made of a parameter is the sum of its updates, each of which AdamW's formula gives from the journal's moments.
struct UpdatesCheck: RunCheck {
    let id = "updates"
    let claim = BilingualText(
        english: "each update is AdamW's, and their sum is the difference between the parameters after and before",
        chinese: "每次更新都符合 AdamW，其总和等于训练前后参数之差")

    /// Roundings of a float32 step: the decay, the step's size, the root, the quotient and the difference.
    private static let roundings = 8.0

    func examine(_ run: ReplayedRun, into finding: inout Finding) throws {
        let journal = run.run.journal
        let training = try TrainingSpecification(describedBy: run.run.description.training)
        let (adam, unit) = (training.optimizer, Double(Float.ulpOfOne))
        for name in journal.parameters.map(\.name) where !run.isCut(name) {
            guard var before = try journal.parameter(name, atStep: 0)?.numbers else { continue }
            let start = before
            var sums = [Double](repeating: 0, count: before.count)
            var bounds = sums
            var (decay1, decay2) = (1.0, 1.0)
            for step in 0..<journal.stepCount {
                guard let after = try journal.parameter(name, atStep: step + 1)?.numbers,
                    let first = try journal.firstMoment(of: name, atStep: step)?.numbers,
                    let second = try journal.secondMoment(of: name, atStep: step)?.numbers
                else { break }
                (decay1, decay2) = (decay1 * adam.beta1, decay2 * adam.beta2)
                let rate = training.schedule.rate(atStep: step, of: journal.stepCount)
                let root = (1 - decay2).squareRoot()
                for index in before.indices {
                    let value = Double(before[index])
                    let quotient = Double(first[index]) / (Double(second[index]).squareRoot() / root + adam.epsilon)
                    let update = -rate * adam.weightDecay * value - rate / (1 - decay1) * quotient
                    let bound = Self.roundings * unit * (abs(value) + abs(update))
                    sums[index] += update
                    bounds[index] += bound
                    finding.compare(
                        abs(Double(after[index]) - value - update), bound: bound,
                        at: Address(run: run.run.id, step: step, name.updated, element: name.element(index, in: journal)))
                }
                before = after
            }
            for index in before.indices where journal.stepCount > 0 {
                finding.compare(
                    abs(Double(before[index]) - Double(start[index]) - sums[index]), bound: bounds[index],
                    at: Address(run: run.run.id, step: journal.stepCount, name, element: name.element(index, in: journal)))
            }
        }
    }
}

extension ValueName {
    /// The row and column of a parameter's number.
    fileprivate func element(_ index: Int, in journal: Journal) -> [Int?] {
        let columns = journal.parameters.first { $0.name == self }?.shape.last ?? 1
        return [index / max(1, columns), index % max(1, columns)]
    }
}
