internal import Recordings

/// What a run takes: storage, memory, time.
extension Metric {
    static let ofCosts = [
        Metric("adapter-bytes", .bytes, en: "bytes that have to be kept to use the result", zh: "使用结果需要保存的字节数") { subject in
            subject.fact(Double(subject.run.description.adapterBytes ?? 0), "adapter_bytes")
        },
        Metric(
            "optimizer-bytes", .bytes,
            en: "bytes of what the optimizer remembers: two moments of each trained number, in float32",
            zh: "优化器记住的字节数：每个训练的数字有两个 float32 的矩"
        ) { subject in
            let count = try subject.run.graph().nodes.reduce(0) { sum, node in
                guard node.isParameter, node.name.stateSubject != nil, case .fixed(let rows) = node.shape.rows else {
                    return sum
                }
                return sum + rows * node.shape.columns
            }
            return subject.fact(Double(count * MemoryLayout<Float>.size), "graph")
        },
        Metric(
            "training-bytes", .bytes, en: "bytes that training had allocated: weights, gradients, moments and activations",
            zh: "训练占用的字节数：权重、梯度、矩和激活值"
        ) { subject in try subject.found(.memory) },
        Metric(
            "base-weight-bytes", .bytes, en: "bytes of the base model's weights as training held them: in float32, or in 4 bits",
            zh: "训练时基座模型权重占用的字节数：float32 或 4 位"
        ) { subject in try subject.found(.memoryOfBaseWeights) },
        Metric(
            "forward-arithmetic", .count,
            en: "multiplications and additions in the matrix products of the first step, on the way to its loss",
            zh: "第一步前向计算中矩阵乘法所含的乘法和加法次数"
        ) { subject in try subject.found(.forwardArithmetic) },
        Metric(
            "backward-arithmetic", .count,
            en: "multiplications and additions in the matrix products of the first step, on the way back",
            zh: "第一步反向计算中矩阵乘法所含的乘法和加法次数"
        ) { subject in try subject.found(.backwardArithmetic) },
        Metric(
            "quantisation-error", .share,
            en: "how far the first weight held in 4 bits is off: root mean square of its errors, by that of its numbers",
            zh: "第一个以 4 位保存的权重的误差：误差的均方根除以数值的均方根"
        ) { subject in
            guard let probe = try subject.run.probe(ProbeDescription.quantisation) else {
                throw subject.lacks("it holds no weight in 4 bits")
            }
            return subject.found(
                try probe.relativeQuantisationError(), QuantisationValue.dequantised, step: probe.description.step)
        },
        Metric("step-seconds", .seconds, en: "seconds of a step, the median", zh: "一步所用的秒数（中位数）") { subject in
            guard let seconds = subject.run.description.seconds else { throw subject.lacks("its time was not kept") }
            return subject.fact(seconds.step, "seconds.step")
        },
        Metric(
            "total-seconds", .seconds, en: "seconds of the whole run, with evaluations, without recording",
            zh: "整个运行所用的秒数，含评估，不含记录"
        ) { subject in
            guard let seconds = subject.run.description.seconds else { throw subject.lacks("its time was not kept") }
            return subject.fact(seconds.total - (seconds.recording?.total ?? 0), "seconds.total")
        },
    ]
}

extension Metric.Subject {
    /// What stands in the run's description or follows from its first batch.
    fileprivate func found(_ value: MeasuredValue) throws -> Metric.Found {
        guard let number = try value.number(of: run) else { throw lacks("\(value.name) was not measured") }
        return found(number, value.name, step: 0)
    }
}
