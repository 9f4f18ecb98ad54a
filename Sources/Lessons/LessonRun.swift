public import Experiments

/// A method that is run once for each seed.
public struct LessonRun: Sendable {
    /// Its name within the lesson.
    public let id: String
    /// The name of the entry of `lesson.yaml` that it is of: an entry with lists stands for several runs.
    public let entry: String
    public let method: MethodSpecification
    public let training: TrainingSpecification
    /// Empty where nothing is drawn, as in a mixed batch.
    public let seeds: [UInt64]
    /// Whose values the first seed's run keeps.
    public let frames: Set<Frame>
    /// A model other than the lesson's.
    public let model: String?
    /// A task other than the lesson's.
    public let task: String?
    /// Tasks on which it is evaluated too.
    public let otherTasks: [String]
    /// How many of the tuning examples are used; all where it is `nil`.
    public let trainExamples: Int?
    /// Runs of the lesson whose adapters are mixed in one batch.
    public let mixed: [String]

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

    private var framePolicy: FramePolicy {
        FramePolicy(
            steps: FrameSteps((frames.contains(.first) ? [0] : []) + (frames.contains(.last) ? [-1] : [])),
            heldOutExamples: frames.contains(.after) ? Self.heldOutExamples : 0)
    }

    /// Methods in whose runs nothing is drawn at random and nothing is trained.
    static func isDrawn(_ method: MethodSpecification) -> Bool {
        ![.bare, .mixedBatch, .hardPrompt].contains(method.kind)
    }

    /// The name of each of its runs in the recording: `<id>-<seed>`, or the id alone where nothing is drawn.
    func recordedIDs(_ options: LessonOptions) -> [String] {
        seeds.isEmpty ? [id] : options.seeds(seeds).map { "\(id)-\($0)" }
    }

    /// Its runs, as an experiment makes them.
    ///
    /// - Parameters:
    ///   - base: The name of its model; `nil` for the main one.
    ///   - task: The id of its task; `nil` for the main one.
    ///   - recordedAdapters: The recorded runs that are mixed.
    func specifications(
        _ options: LessonOptions, base: String?, task: String?, otherTasks: [String], recordedAdapters: [String]
    ) -> [RunSpecification] {
        guard mixed.isEmpty else {
            return [.mixed(id: id, base: base, adapters: recordedAdapters, examples: Self.heldOutExamples)]
        }
        let seeds = seeds.isEmpty ? [0] : options.seeds(seeds)
        return zip(recordedIDs(options), seeds).enumerated().map { index, run in
            RunSpecification(
                id: run.0, base: base, task: task, otherTasks: otherTasks, method: method, training: training, seed: run.1,
                frames: index == 0 ? framePolicy : .none)
        }
    }
}
