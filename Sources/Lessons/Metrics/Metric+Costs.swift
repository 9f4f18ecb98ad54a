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
