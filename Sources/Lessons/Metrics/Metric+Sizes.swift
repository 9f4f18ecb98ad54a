internal import Recordings

/// How many numbers there are, and what is frozen.
extension Metric {
    static let ofSizes = [
        Metric("trained-count", .count, en: "how many numbers are trained", zh: "训练的数字个数") { subject in
            subject.fact(Double(subject.run.description.trainedCount), "parameters")
        },
        Metric("trained-share", .share, en: "trained numbers as a share of the model's", zh: "训练的数字占模型的比例") { subject in
            subject.fact(Double(subject.run.description.trainedCount) / Double(subject.run.model.parameterCount), "parameters")
        },
        Metric("model-size", .count, en: "how many weights the base model has", zh: "基座模型的权重个数") { subject in
            subject.fact(Double(subject.run.model.parameterCount), "model.parameter_count")
        },
        Metric("virtual-tokens", .count, en: "virtual tokens, P", zh: "虚拟 token 的个数 P") { subject in
            subject.fact(Double(subject.run.description.method.virtualTokens ?? 0), "method.settings.virtual_tokens")
        },
        Metric(
            "prompt-size", .count, en: "P · d: virtual tokens times the width of a hidden state",
            zh: "P · d：虚拟 token 的个数乘以隐藏状态的宽度"
        ) { subject in
            let width = subject.run.model.configuration.width
            return subject.fact(
                Double((subject.run.description.method.virtualTokens ?? 0) * width), "method.settings.virtual_tokens")
        },
        Metric(
            "prefix-size", .count, en: "2 · L · P · d: a key and a value for each layer and virtual token",
            zh: "2 · L · P · d：每层每个虚拟 token 各有一个键和一个值"
        ) { subject in
            let model = subject.run.model.configuration
            let width = model.width / max(1, model.heads) * model.keyHeads
            return subject.fact(
                Double(2 * model.layers * (subject.run.description.method.virtualTokens ?? 0) * width),
                "method.settings.virtual_tokens")
        },
        Metric(
            "changed-model", .count, en: "1 where the base model's hash changed during the run, else 0",
            zh: "运行期间基座模型的哈希改变为 1，否则为 0"
        ) { subject in
            let hashes = subject.run.description.weightsSha256
            return subject.fact(hashes.before == hashes.after ? 0 : 1, "weights_sha256")
        },
        Metric(
            "base-models", .count,
            en: "how many different base models, by their hash after the run, all named runs have together",
            zh: "所列运行结束后共有多少个不同的基座模型（按哈希计）",
            ofAll: { subjects in
                let hashes = Set(subjects.map(\.run.description.weightsSha256.after))
                return subjects.prefix(1).map { $0.fact(Double(hashes.count), "weights_sha256") }
            }),
        Metric(
            "frozen-gradients", .count,
            en: "how many weight matrices of the model that are not trained have a gradient in the graph that was run",
            zh: "所运行的计算图中，模型未训练的权重矩阵有多少个计算了梯度"
        ) { subject in
            let count = try subject.run.graph().nodes.count { node in
                guard let owner = node.name.isGradient ? node.name.subject : nil else { return false }
                return node.name == owner.gradient && owner.rawValue.hasPrefix("transformer.")
                    && !subject.run.description.isTrained(owner)
            }
            return subject.fact(Double(count), "graph")
        },
    ]
}
