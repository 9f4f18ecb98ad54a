internal import Recordings

/// A number of a recording that a claim can be about: found in every seed of a run, then summed up.
public struct Measure: Sendable, Hashable {
    public enum Metric: String, Sendable, Hashable, CaseIterable {
        /// Share of a split's examples answered right.
        case accuracy
        /// Mean cross-entropy on a split.
        case loss
        /// How many numbers are trained.
        case trainedCount = "trained-count"
        /// Trained numbers as a share of the model's.
        case trainedShare = "trained-share"
        /// Virtual tokens times the width of a hidden state: what a soft prompt should train.
        case promptSize = "prompt-size"
        /// 1 where the base model's hash changed during the run, else 0.
        case changedModel = "changed-model"
        /// How many weight matrices that are not trained have a gradient in the graph that was run.
        case frozenGradients = "frozen-gradients"
        /// The accuracy of guessing.
        case chance
        /// Bytes that have to be kept to use the result.
        case adapterBytes = "adapter-bytes"
        /// Seconds of a step, the median.
        case stepSeconds = "step-seconds"
    }

    /// Which evaluation.
    public enum Moment: String, Sendable, Hashable, CaseIterable {
        case start
        case end
    }

    /// How the seeds are summed up.
    public enum Summary: String, Sendable, Hashable, CaseIterable {
        case mean
        case lowest
        case highest
    }

    public var metric: Metric
    /// The lesson's run.
    public var run: String
    public var split: String
    public var moment: Moment
    public var summary: Summary

    public init(_ metric: Metric, run: String, split: String = "test", moment: Moment = .end, summary: Summary = .mean) {
        self.metric = metric
        self.run = run
        self.split = split
        self.moment = moment
        self.summary = summary
    }
}

/// What a measure found.
public struct Measurement: Sendable, Hashable, Codable {
    /// Summed up over the seeds.
    public let value: Double
    /// Of every seed.
    public let values: [Double]
    /// Where each comes from.
    public let addresses: [String]
    /// How a reader wants to see it.
    public let unit: Unit

    public enum Unit: String, Sendable, Hashable, Codable {
        case share
        case count
        case bytes
        case seconds
        case plain
    }
}

extension Measure {
    /// Finds it in the recorded runs of one lesson run.
    func measurement(in runs: [RecordedRun], of recording: Recording) throws -> Measurement {
        let found = try runs.map { try value(in: $0, of: recording) }
        let values = found.map(\.value)
        let sum: Double
        switch summary {
        case .mean: sum = values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
        case .lowest: sum = values.min() ?? .nan
        case .highest: sum = values.max() ?? .nan
        }
        return Measurement(value: sum, values: values, addresses: found.map(\.address), unit: unit)
    }

    private var unit: Measurement.Unit {
        switch metric {
        case .accuracy, .trainedShare, .chance: .share
        case .trainedCount, .promptSize, .frozenGradients, .changedModel: .count
        case .adapterBytes: .bytes
        case .stepSeconds: .seconds
        case .loss: .plain
        }
    }

    private func value(in run: RecordedRun, of recording: Recording) throws -> (value: Double, address: String) {
        let description = run.description
        func fact(_ value: Double, _ key: String) -> (Double, String) { (value, "\(run.id)/recording.json#\(key)") }
        switch metric {
        case .accuracy, .loss:
            let evaluations = run.journal.evaluations(ofSplit: split)
            guard let evaluation = moment == .start ? evaluations.first : evaluations.last else {
                throw LessonError.nothingMeasured(metric.rawValue, run: run.id, split: split)
            }
            let isLoss = metric == .loss
            let name = isLoss ? ValueName.evaluationLoss(split) : .evaluationAccuracy(split)
            let address = Address(run: run.id, step: evaluation.step, name)
            return (Double(isLoss ? evaluation.loss : evaluation.accuracy), "\(address)")
        case .trainedCount: return fact(Double(description.trainedCount), "parameters")
        case .trainedShare:
            let all = run.model.parameterCount
            return fact(Double(description.trainedCount) / Double(all), "parameters")
        case .promptSize:
            let width = run.model.configuration.width
            return fact(Double((description.method.virtualTokens ?? 0) * width), "method.settings.virtual_tokens")
        case .changedModel:
            let hashes = description.weightsSha256
            return fact(hashes.before == hashes.after ? 0 : 1, "weights_sha256")
        case .frozenGradients:
            let names = try run.graph().nodes.filter { node in
                guard let subject = node.name.isGradient ? node.name.subject : nil else { return false }
                return subject.rawValue.hasPrefix("transformer.") && !description.isTrained(subject)
            }
            return fact(Double(names.count), "graph")
        case .chance: return (run.task.chance ?? .nan, "recording.json#task.chance")
        case .adapterBytes: return fact(Double(description.adapterBytes ?? 0), "adapter_bytes")
        case .stepSeconds: return fact(description.seconds?.step ?? .nan, "seconds.step")
        }
    }
}
