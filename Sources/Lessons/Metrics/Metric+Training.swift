internal import Recordings

/// How training went.
extension Metric {
    static let ofTraining = [
        Metric(
            "training-loss", .plain, keys: [.at], en: "loss of the first or the last training batch", zh: "第一个或最后一个训练批的损失"
        ) { subject in
            let (losses, step) = (subject.run.journal.losses, max(0, min(subject.step, subject.run.journal.stepCount - 1)))
            guard losses.indices.contains(step) else { throw subject.lacks("it trains nothing") }
            return subject.found(Double(losses[step]), .loss, step: step)
        },
        Metric(
            "steps-to-loss", .count, keys: [.threshold],
            en: "steps until the loss of a training batch is at most `threshold`; one more than all steps where it never is",
            zh: "到某个训练批的损失不超过 `threshold` 的步数；从未达到则为总步数加一"
        ) { subject in
            let wanted = Float(subject.measure.threshold ?? 0)
            let step = subject.run.journal.losses.firstIndex { $0 <= wanted } ?? subject.run.journal.stepCount + 1
            return subject.found(Double(step), .loss, step: min(step, max(0, subject.run.journal.stepCount - 1)))
        },
        Metric(
            "gradient-norm", .plain, keys: [.at], en: "L2 norm of the gradient at the first or the last step, before clipping",
            zh: "第一步或最后一步梯度的 L2 范数（裁剪之前）"
        ) { subject in
            let (norms, step) = (subject.run.journal.gradientNorms, max(0, min(subject.step, subject.run.journal.stepCount - 1)))
            guard norms.indices.contains(step) else { throw subject.lacks("it trains nothing") }
            return subject.found(Double(norms[step]), .gradientNorm, step: step)
        },
        Metric(
            "parameter-drift", .plain, en: "L2 norm of the change of all trained numbers, from before training to after it",
            zh: "全部训练参数在训练前后变化的 L2 范数"
        ) { subject in
            let journal = subject.run.journal
            guard journal.parameters.count == subject.run.description.parameters.count else {
                throw subject.lacks("what it trains is too large to be kept at every step")
            }
            var sum = 0.0
            for name in journal.parameters.map(\.name) {
                guard let start = try journal.parameter(name, atStep: 0),
                    let end = try journal.parameter(name, atStep: journal.stepCount)
                else { continue }
                sum += zip(start.numbers, end.numbers).reduce(0) {
                    $0 + (Double($1.1) - Double($1.0)) * (Double($1.1) - Double($1.0))
                }
            }
            let name = journal.parameters.first?.name ?? .loss
            return subject.found(sum.squareRoot(), name, step: journal.stepCount)
        },
        Metric(
            "live-triplets", .count, keys: [.at],
            en:
                "AdaLoRA's singular triplets that are in use: all at the start, those with a singular value other than 0 at the end",
            zh: "AdaLoRA 仍在使用的奇异三元组个数：开始时是全部，结束时是奇异值不为 0 的"
        ) { subject in
            let (run, journal) = (subject.run, subject.run.journal)
            let values = run.description.parameters.filter { $0.name.rawValue.hasSuffix(".lora_E") }
            guard let first = values.first else { throw subject.lacks("it is not AdaLoRA") }
            var count = 0
            for parameter in values {
                guard subject.measure.moment == .end else {
                    count += parameter.count
                    continue
                }
                let kept =
                    try journal.parameter(parameter.name, atStep: journal.stepCount)
                    ?? run.checkpoint(parameter.name, atStep: journal.stepCount)
                guard let kept else { throw subject.lacks("\(parameter.name) was not kept after training") }
                count += kept.numbers.count { $0 != 0 }
            }
            return subject.found(Double(count), first.name, step: subject.step)
        },
    ]
}
