public import Drawing
internal import Recordings

/// A number that can be found in a recorded run. ``MetricCatalogue`` lists them; one entry there is one metric.
public struct Metric: Sendable {
    /// As `lesson.yaml` calls it.
    public let id: String
    /// What it is, for the reference.
    public let meaning: Localised
    let unit: Measurement.Unit
    /// What it can be told.
    public let keys: Set<Key>
    private let find: @Sendable ([Subject]) throws -> [Found]

    /// What a metric can be told, under its key in `lesson.yaml`.
    public enum Key: String, Sendable, Hashable, CaseIterable {
        case split
        case at
        case threshold
        case check
        case layer
        case against
    }

    /// Before the first update, or after the last.
    public enum Moment: String, Sendable, Hashable, CaseIterable {
        case start
        case end
    }

    /// A value, and where it comes from.
    struct Found {
        let value: Double
        let address: String
    }

    /// A recorded run, and what the measure asks of it.
    struct Subject {
        let run: RecordedRun
        let measure: MetricMeasure
        let context: Measuring
    }

    /// A metric of each run by itself.
    init(
        _ id: String, _ unit: Measurement.Unit, keys: Set<Key> = [], en: String, zh: String,
        find: @escaping @Sendable (Subject) throws -> Found
    ) {
        self.init(id, unit, keys: keys, en: en, zh: zh, ofAll: { try $0.map(find) })
    }

    /// A metric of all runs together.
    init(
        _ id: String, _ unit: Measurement.Unit, keys: Set<Key> = [], en: String, zh: String,
        ofAll find: @escaping @Sendable ([Subject]) throws -> [Found]
    ) {
        self.id = id
        self.unit = unit
        self.keys = keys
        meaning = Localised(en: en, zhHans: zh)
        self.find = find
    }

    func measurement(of subjects: [Subject], summary: Measure.Summary) throws -> Measurement {
        let found = try find(subjects)
        let values = found.map(\.value)
        return Measurement(
            value: summary.of(values), values: values, addresses: found.map(\.address), unit: unit, summary: summary)
    }
}

extension Metric.Subject {
    /// What the description of the run says.
    func fact(_ value: Double, _ key: String) -> Metric.Found {
        Metric.Found(value: value, address: "\(run.id)/recording.json#\(key)")
    }

    func found(_ value: Double, _ name: ValueName, step: Int) -> Metric.Found {
        Metric.Found(value: value, address: "\(Address(run: run.id, step: step, name))")
    }

    func lacks(_ reason: String) -> LessonError { .nothingMeasured(measure.metric.id, run: run.id, lack: reason) }

    /// The split, or what else is held out where a reader's data has no split of that name.
    var split: String {
        let known = run.task.splits.map(\.id)
        return measure.split == "test" && !known.contains("test") ? "validation" : measure.split
    }

    /// The step of the measure's moment.
    var step: Int { measure.moment == .start ? 0 : run.journal.stepCount }

    /// The frame of held-out examples after training.
    func heldOutFrame(of run: RecordedRun? = nil) throws -> RecordedFrame {
        let run = run ?? self.run
        guard let frame = try run.frame(step: run.journal.stepCount) else {
            throw LessonError.nothingMeasured(
                measure.metric.id, run: run.id, lack: "it keeps no values of held-out examples; add frames: [after]")
        }
        return frame
    }
}
