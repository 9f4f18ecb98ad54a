public import Experiments
public import Foundation

/// How a reader re-runs a lesson: from other seeds, on another model, on data of their own.
public struct LessonOptions: Sendable, Hashable, Codable {
    /// The seed of the first run of each method, the others follow; the lesson's seeds where it is `nil`.
    public var firstSeed: UInt64?
    /// How many runs of each method; as many as in the lesson where it is `nil`.
    public var seedCount: Int?
    /// A model's name or folder, instead of the lesson's.
    public var model: String?
    /// What is learned instead of the lesson's tasks.
    public var data: Data?

    /// A file of data, told by its bytes and by how it is read.
    public struct Data: Sendable, Hashable, Codable {
        public let file: String
        public let sha256: String
        /// As the command line was given them.
        public let settings: [String: String]

        public init(file: String, sha256: String, settings: [String: String]) {
            self.file = file
            self.sha256 = sha256
            self.settings = settings
        }
    }

    public init() {}

    /// Whether the lesson runs on something else than its own model and task, of which only its general claims say something.
    public var isReadersOwn: Bool { model != nil || data != nil }

    /// The seeds of a run.
    func seeds(_ own: [UInt64]) -> [UInt64] {
        guard firstSeed != nil || seedCount != nil else { return own }
        let count = seedCount ?? own.count
        let first = firstSeed ?? own.first ?? 1
        guard firstSeed == nil, count <= own.count else { return (0..<UInt64(count)).map { first &+ $0 } }
        return Array(own.prefix(count))
    }
}

/// A reader's own data for a lesson.
public struct LessonData: Sendable {
    public let file: URL
    public let reading: DataReading
    public let heldOut: TrainingRequest.HeldOut

    public init(file: URL, reading: DataReading, heldOut: TrainingRequest.HeldOut) {
        self.file = file
        self.reading = reading
        self.heldOut = heldOut
    }
}
