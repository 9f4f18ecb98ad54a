public import Drawing
public import Experiments

/// A lesson: a question, an experiment that answers it, figures, and claims that the run confirms or not.
///
/// It is data. Its folder holds `lesson.yaml` and the prose in `en.md` and `zh-Hans.md`.
public struct Lesson: Sendable {
    /// The folder's name, for example `01-two-ways-to-teach`.
    public let id: String
    public let title: Localised
    public let question: Localised
    public let prediction: Prediction
    /// The base model's name or folder.
    public let model: String
    /// The skill of the tiny world that is learned.
    public let task: String
    public let runs: [LessonRun]
    /// Named numbers of the run, which claims compare and prose quotes.
    public let measures: [String: Measure]
    public let claims: [Claim]
    /// What the lesson says, with figures and numbers by name.
    public let prose: [Language: String]
}

/// What a reader is asked before the run.
public struct Prediction: Sendable {
    public struct Answer: Sendable {
        public let text: Localised
        /// What is said to whoever chose it.
        public let reply: Localised
        public let isRight: Bool
    }

    public let question: Localised
    public let answers: [Answer]
}

/// A method that is run once for each seed.
public struct LessonRun: Sendable {
    /// Its name within the lesson; a run of the recording is named `<id>-<seed>`.
    public let id: String
    public let method: MethodSpecification
    public let training: TrainingSpecification
    public let seeds: [UInt64]

    public func recordedID(seed: UInt64) -> String { "\(id)-\(seed)" }
}

extension Lesson {
    /// The lesson's experiment.
    ///
    /// - Parameters:
    ///   - firstSeed: Where the seeds start; those of the lesson file where it is `nil`.
    ///   - values: What the frames of each method's first run keep; all if `nil`.
    func specifications(firstSeed: UInt64?, values: Set<String>?) -> [RunSpecification] {
        runs.flatMap { run in
            let seeds = firstSeed.map { first in run.seeds.indices.map { first + UInt64($0) } } ?? run.seeds
            return seeds.enumerated().map { index, seed in
                RunSpecification(
                    id: run.recordedID(seed: seed), method: run.method, training: run.training, seed: seed,
                    frames: index == 0 ? FramePolicy(steps: [0, -1], values: values, heldOutExamples: 4) : .none)
            }
        }
    }
}
