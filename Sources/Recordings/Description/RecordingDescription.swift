/// What `recording.json` says: everything about a recording except its numbers.
///
/// Keys in the file are in snake_case, otherwise as the properties here.
public struct RecordingDescription: Codable, Hashable, Sendable {
    /// The marker by which a reader knows the file.
    public static let marker = "foreword-recording"
    /// The version of the format that this module writes, and the newest it reads.
    public static let currentVersion = 1

    public var format: String
    public var version: Int
    public var provenance: Provenance
    public var model: ModelDescription
    public var task: TaskDescription
    public var runs: [RunDescription]

    public init(provenance: Provenance, model: ModelDescription, task: TaskDescription, runs: [RunDescription] = []) {
        format = Self.marker
        version = Self.currentVersion
        self.provenance = provenance
        self.model = model
        self.task = task
        self.runs = runs
    }
}

/// What made a recording. With the same of these, the same bits can be had again.
public struct Provenance: Codable, Hashable, Sendable {
    /// The version of foreword.
    public var foreword: String
    /// The libraries and kernels that did the arithmetic, for example `OpenBLAS 0.3.21 Zen; kernels x86-64-v3`.
    public var arithmetic: String

    public init(foreword: String, arithmetic: String) {
        self.foreword = foreword
        self.arithmetic = arithmetic
    }
}
