internal import Recordings

/// What virtual tokens are like, and what is paid attention to.
extension Metric {
    static let ofVirtualTokens = [
        Metric(
            "nearest-cosine", .plain, keys: [.at],
            en: "largest cosine of a virtual token to any word, the mean over virtual tokens",
            zh: "虚拟 token 与任何词的最大余弦，对各虚拟 token 取平均"
        ) { subject in
            let (cosines, name) = try subject.nearestCosines()
            return subject.found(cosines.reduce(0, +) / Double(max(1, cosines.count)), name, step: subject.step)
        },
        Metric(
            "highest-cosine", .plain, keys: [.at],
            en: "largest cosine of a virtual token to any word, the highest of all virtual tokens",
            zh: "虚拟 token 与任何词的最大余弦，取各虚拟 token 中最高的"
        ) { subject in
            let (cosines, name) = try subject.nearestCosines()
            return subject.found(cosines.max() ?? .nan, name, step: subject.step)
        },
        Metric(
            "prompt-attention", .share, keys: [.layer],
            en:
                "share of their attention that the text's rows give to virtual tokens, the mean over rows and heads of a layer; needs "
                + "frames: [after]",
            zh: "文本各行给予虚拟 token 的注意力占比 λ，对一层的各行和各头取平均；需要 frames: [after]"
        ) { subject in
            let frame = try subject.heldOutFrame()
            let name = ValueName.attentionWeights(layer: subject.measure.layer)
            guard frame.has(name) else { throw subject.lacks("its model has no layer \(subject.measure.layer)") }
            let weights = try frame.value(name)
            let count = subject.run.description.method.virtualTokens ?? 0
            let (heads, span) = (weights.shape.inner[0], weights.shape.inner[1])
            var sum = 0.0
            for row in 0..<weights.rowCount * heads {
                sum += weights.numbers[row * span..<row * span + min(count, span)].reduce(0) { $0 + Double($1) }
            }
            return subject.found(sum / Double(max(1, weights.rowCount * heads)), name, step: frame.step)
        },
    ]
}

extension Metric.Subject {
    /// For each virtual token, its largest cosine to a row of the model's embeddings.
    fileprivate func nearestCosines() throws -> (cosines: [Double], name: ValueName) {
        guard run.isOfMainModel, let words = try context.embeddings() else {
            throw lacks("the embeddings of its model are not in the recording")
        }
        let name = ValueName.softPrompt
        var value = try run.journal.parameter(name, atStep: step)
        if value == nil, let frame = try run.frame(step: step), frame.has(name) { value = try frame.value(name) }
        guard let value, value.columns == words.columns else {
            throw lacks("its virtual tokens were not kept at step \(step); add frames")
        }
        let norms = (0..<words.rowCount).map { norm(words.row($0)) }
        let cosines = (0..<value.rowCount).map { row in
            let own = norm(value.row(row))
            return norms.indices.reduce(-1.0) { best, word in
                guard own > 0, norms[word] > 0 else { return best }
                let dot = zip(value.row(row), words.row(word)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
                return max(best, dot / (own * norms[word]))
            }
        }
        return (cosines, name)
    }

    private func norm(_ row: ArraySlice<Float>) -> Double { row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
}
