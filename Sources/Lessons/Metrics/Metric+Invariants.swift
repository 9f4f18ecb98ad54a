internal import Experiments
internal import Recordings

/// What has to hold of any sound run, and by how much it does.
extension Metric {
    static let ofInvariants = [
        Metric(
            "check-deviation", .plain, keys: [.check],
            en:
                "largest deviation that `foreword verify` finds with the check `check`, of those the one that rounding explains least",
            zh: "`foreword verify` 的检查项 `check` 得到的最大偏差（舍入误差最难解释的那一个）"
        ) { subject in
            let check = try subject.checked()
            guard let worst = check.worst else { throw subject.lacks("the check \(check.id) compares bits, not distances") }
            return Found(value: worst.deviation, address: worst.address)
        },
        Metric(
            "check-share", .plain, keys: [.check],
            en: "that deviation divided by what rounding explains there: at most 1 where the check holds",
            zh: "上述偏差除以该处舍入误差所能解释的大小：检查通过时不超过 1"
        ) { subject in
            let check = try subject.checked()
            guard let worst = check.worst else { throw subject.lacks("the check \(check.id) compares bits, not distances") }
            return Found(value: worst.bound > 0 ? worst.deviation / worst.bound : worst.deviation, address: worst.address)
        },
        Metric(
            "check-failures", .count, keys: [.check], en: "1 where the check `check` of `foreword verify` fails, else 0",
            zh: "`foreword verify` 的检查项 `check` 未通过为 1，否则为 0"
        ) { subject in
            let check = try subject.checked()
            return Found(value: check.outcome == .fails ? 1 : 0, address: check.worst?.address ?? "\(subject.run.id)#\(check.id)")
        },
        Metric(
            "check-compared", .count, keys: [.check], en: "how many things the check `check` of `foreword verify` compares",
            zh: "`foreword verify` 的检查项 `check` 比较了多少处"
        ) { subject in
            let check = try subject.checked()
            return Found(value: Double(check.compared), address: check.worst?.address ?? "\(subject.run.id)#\(check.id)")
        },
        Metric(
            "mixed-difference", .plain,
            en:
                "largest difference of a logit between a mixed batch and the runs it mixes, over the held-out examples that both show; the "
                + "runs need frames: [after]",
            zh: "混合批与各单独运行之间 logits 的最大差异，取双方都显示的留出样例；各运行需要 frames: [after]"
        ) { subject in
            let mixed = try subject.heldOutFrame()
            guard let sequences = mixed.sequences else { throw subject.lacks("it is no mixed batch") }
            let logits = try mixed.value(.logits)
            var largest = 0.0
            for (index, sequence) in sequences.enumerated() {
                let own = try subject.heldOutFrame(of: subject.context.recording.run(sequence.run))
                guard sequence.example < own.batch.sequenceCount else { continue }
                let (a, b) = (logits.matrix(ofSequence: index), try own.value(.logits).matrix(ofSequence: sequence.example))
                guard a.count == b.count else { throw subject.lacks("\(sequence.run) shows another example") }
                for (a, b) in zip(a, b) { largest = zip(a, b).reduce(largest) { max($0, abs(Double($1.0) - Double($1.1))) } }
            }
            return subject.found(largest, .logits, step: mixed.step)
        },
        Metric(
            "attention-ratio-deviation", .plain, keys: [.against, .layer],
            en:
                "largest difference between the attention of text to text, made to sum to 1 without the virtual tokens, and that of the run "
                + "`against`; both need frames: [after]. With position embeddings, as GPT-2's, compare runs of as many virtual tokens, "
                + "such as one of steps: 0, for they move the text to other positions",
            zh: "去掉虚拟 token 并重新归一化后的文本对文本注意力，与运行 `against` 之间的最大差异；两者都需要 frames: [after]。"
                + "GPT-2 这类有位置嵌入的模型，请与虚拟 token 个数相同的运行比较（例如 steps: 0 的），因为虚拟 token 会改变文本的位置"
        ) { subject in
            guard let other = subject.measure.against.flatMap({ subject.context.recorded[$0]?.first }) else {
                throw subject.lacks("the run it is compared with was left out")
            }
            let bareRun = try subject.context.recording.run(other)
            let (frame, bare) = (try subject.heldOutFrame(), try subject.heldOutFrame(of: bareRun))
            let name = ValueName.attentionWeights(layer: subject.measure.layer)
            guard frame.has(name), bare.has(name) else { throw subject.lacks("its model has no layer \(subject.measure.layer)") }
            guard frame.batch.tokens == bare.batch.tokens else { throw subject.lacks("\(other) shows other examples") }
            let (a, b) = (try frame.value(name), try bare.value(name))
            let heads = a.shape.inner[0]
            let fronts = [subject.run, bareRun].map { $0.description.method.virtualTokens ?? 0 }
            let spans = (a.shape.inner[1], b.shape.inner[1])
            guard spans.0 - fronts[0] == spans.1 - fronts[1] else { throw subject.lacks("\(other) has other virtual tokens") }
            func ratios(_ weights: RecordedValue, _ row: Int, _ span: Int, _ front: Int) -> [Double] {
                let text = weights.numbers[row * span + front..<(row + 1) * span].map(Double.init)
                let sum = text.reduce(0, +)
                return text.map { $0 / sum }
            }
            var largest = 0.0
            for row in 0..<a.rowCount * heads {
                let pairs = zip(ratios(a, row, spans.0, fronts[0]), ratios(b, row, spans.1, fronts[1]))
                // A text that gets no attention at all has no ratios.
                for (own, other) in pairs where own.isFinite && other.isFinite { largest = max(largest, abs(own - other)) }
            }
            return subject.found(largest, name, step: frame.step)
        },
        Metric(
            "saved-difference", .plain,
            en: "largest difference of a logit between the run as it was trained and its adapter, saved and opened again",
            zh: "训练所得与适配器保存后再打开之间 logits 的最大差异"
        ) { subject in try subject.difference(using: .opened) },
        Metric(
            "merged-difference", .plain,
            en: "largest difference of a logit between the run as it was trained and a model that its adapter was merged into",
            zh: "训练所得与合并了适配器的模型之间 logits 的最大差异"
        ) { subject in try subject.difference(using: .merged) },
    ]
}

extension Metric.Subject {
    fileprivate func difference(using use: ReplayedRun.SavedUse) throws -> Metric.Found {
        guard let difference = try context.replayed(run.id).logitDifference(using: use) else {
            throw lacks("what it trains is no adapter")
        }
        return found(difference, .logits, step: run.journal.stepCount)
    }

    fileprivate func checked() throws -> CheckResult {
        let id = measure.check ?? ""
        guard let result = try context.check(id, of: run.id) else { throw lacks("there is no check \(id)") }
        switch result.outcome {
        case .holds, .fails: return result
        case .absent: throw lacks("there is nothing in it that the check \(id) looks at")
        case .unknown: throw lacks("the check \(id) cannot be made (\(result.reason ?? ""))")
        }
    }
}
