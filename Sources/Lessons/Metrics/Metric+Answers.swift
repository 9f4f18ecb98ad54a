internal import Recordings

/// How well a run answers.
extension Metric {
    static let ofAnswers = [
        Metric(
            "accuracy", .share, keys: [.split, .at], en: "share of a split's examples answered right",
            zh: "某部分样例答对的比例"
        ) { subject in
            let evaluation = try subject.evaluation()
            return subject.found(Double(evaluation.accuracy), .evaluationAccuracy(subject.split), step: evaluation.step)
        },
        Metric("loss", .plain, keys: [.split, .at], en: "mean cross-entropy on a split", zh: "某部分样例上的平均交叉熵") { subject in
            let evaluation = try subject.evaluation()
            return subject.found(Double(evaluation.loss), .evaluationLoss(subject.split), step: evaluation.step)
        },
        Metric("chance", .share, en: "the accuracy of guessing", zh: "随机猜测的准确率") { subject in
            guard let chance = subject.run.task.chance else { throw subject.lacks("chance is not known of its task") }
            return subject.fact(chance, "task.chance")
        },
        Metric(
            "steps-to-accuracy", .count, keys: [.split, .threshold],
            en: "steps until an evaluation answers at least `threshold` right; one more than all steps where none does",
            zh: "到某次评估答对比例达到 `threshold` 的步数；从未达到则为总步数加一"
        ) { subject in
            let wanted = Float(subject.measure.threshold ?? 1)
            let evaluations = subject.run.journal.evaluations(ofSplit: subject.split)
            let step = evaluations.first { $0.accuracy >= wanted }?.step ?? subject.run.journal.stepCount + 1
            return subject.found(Double(step), .evaluationAccuracy(subject.split), step: min(step, subject.run.journal.stepCount))
        },
    ]
}

extension Metric.Subject {
    fileprivate func evaluation() throws -> RecordedEvaluation {
        let evaluations = run.journal.evaluations(ofSplit: split)
        guard let found = measure.moment == .start ? evaluations.first : evaluations.last else {
            throw lacks("it was not evaluated on \(split)")
        }
        return found
    }
}
