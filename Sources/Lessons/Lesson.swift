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
    /// Whose values the first seed's run keeps.
    public let frames: Set<Frame>

    /// A moment of a run.
    public enum Frame: String, Sendable, CaseIterable {
        /// The first step.
        case first
        /// The last step.
        case last
        /// A forward pass over held-out examples when training is over.
        case after
    }

    /// Examples of the frame after training.
    private static let heldOutExamples = 4

    var framePolicy: FramePolicy {
        FramePolicy(
            steps: FrameSteps((frames.contains(.first) ? [0] : []) + (frames.contains(.last) ? [-1] : [])),
            heldOutExamples: frames.contains(.after) ? Self.heldOutExamples : 0)
    }

    public func recordedID(seed: UInt64) -> String { "\(id)-\(seed)" }
}

extension Lesson {
    /// The lesson's experiment.
    ///
    /// - Parameter firstSeed: Where the seeds start; those of the lesson file where it is `nil`.
    func specifications(firstSeed: UInt64?) -> [RunSpecification] {
        runs.flatMap { run in
            run.seeds(startingAt: firstSeed).enumerated().map { index, seed in
                RunSpecification(
                    id: run.recordedID(seed: seed), method: run.method, training: run.training, seed: seed,
                    frames: index == 0 ? run.framePolicy : .none)
            }
        }
    }
}

extension LessonRun {
    /// The seeds, or as many others.
    func seeds(startingAt first: UInt64?) -> [UInt64] {
        guard let first else { return seeds }
        return seeds.indices.map { first &+ UInt64($0) }
    }
}
